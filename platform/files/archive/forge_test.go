package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The functions here forge what ordinary writers refuse to write.

func bigs(n int) (out []item) {
	noise := make([]byte, 3<<20)
	state := uint32(1)
	for i := range noise { // xorshift: does not compress
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		noise[i] = byte(state)
	}
	for i := range n {
		out = append(out, file(fmt.Sprint("big", i), string(noise)))
	}
	return out
}

func cut(data []byte, n int) []byte { return bytes.Clone(data[:n]) }

func flip(data []byte, at int) []byte {
	out := bytes.Clone(data)
	out[at] ^= 0x55
	return out
}

// declares returns a tar whose only entry claims more bytes than there are.
func declares(t testing.TB, size int64) []byte {
	var out bytes.Buffer
	require.NoError(t, tar.NewWriter(&out).WriteHeader(&tar.Header{Name: "big", Size: size}))
	return append(out.Bytes(), make([]byte, 1024)...)
}

// gnuSparse returns an old GNU sparse file: one hole of the given size.
func gnuSparse(t testing.TB, name string, size int64) []byte {
	data := tarOf(t, item{name: name, tar: tar.Header{Format: tar.FormatGNU}})
	data[156] = 'S'
	copy(data[257:], "ustar  \x00")
	copy(data[386:], fmt.Sprintf("%011o\x00%011o\x00", size, 0)) // sparse map: offset, length
	copy(data[483:], fmt.Sprintf("%011o\x00", size))             // real size
	return checksum(data)
}

// paxSparse writes the records that the tar writer itself refuses to write.
func paxSparse(t testing.TB, it item) []byte {
	var records string
	for key, value := range it.tar.PAXRecords {
		records += fmt.Sprintf("%d %s=%s\n", len(key)+len(value)+5, key, value)
	}
	head := tarOf(t, item{name: "PaxHeaders/x", body: records})
	head[156] = 'x'
	return append(checksum(head)[:1024], tarOf(t, file(it.name, ""))...)
}

func checksum(data []byte) []byte {
	copy(data[148:156], "        ")
	sum := 0
	for _, b := range data[:512] {
		sum += int(b)
	}
	copy(data[148:], fmt.Sprintf("%06o\x00 ", sum))
	return data
}

// directoryField overwrites a field of the first central directory header.
func directoryField(data []byte, at int, value uint32) []byte {
	return zipField(data, "PK\x01\x02", at, value)
}

func endField(data []byte, at int, value uint32) []byte {
	return zipField(data, "PK\x05\x06", at, value)
}

func zipField(data []byte, signature string, at int, value uint32) []byte {
	out := bytes.Clone(data)
	start := bytes.Index(out, []byte(signature)) + at
	if (signature == "PK\x01\x02" && at < 12) || (signature == "PK\x05\x06" && at < 12) {
		binary.LittleEndian.PutUint16(out[start:], uint16(value))
	} else {
		binary.LittleEndian.PutUint32(out[start:], value)
	}
	return out
}

// overlapping returns a zip in which two entries name the same stored bytes.
func overlapping(t testing.TB) []byte {
	body := strings.Repeat("text ", 100)
	data := zipOf(t, item{name: "a", body: body, zip: zip.FileHeader{Method: zip.Store}}, item{name: "b", body: body, zip: zip.FileHeader{Method: zip.Store}})
	second := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[second+42:], 0) // offset of the local header
	return data
}
