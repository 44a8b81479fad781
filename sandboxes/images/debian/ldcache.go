package debian

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// The cache that ldconfig would write (glibc, sysdeps/generic/dl-cache.h). It
// spares every program start the search through the library folders, and
// Python's ctypes.util.find_library reads it through "ldconfig -p".
const (
	cacheMagic      = "glibc-ld.so.cache1.1"
	cacheHeaderSize = 48
	cacheEntrySize  = 24
	littleEndian    = 2
)

// abiFlags say which libraries a processor can load: libc6 and the 64-bit ABI.
var abiFlags = map[string]int32{"amd64": 0x0303, "arm64": 0x0a03}

// LinkerCache returns the content of /etc/ld.so.cache for the libraries.
func LinkerCache(libraries []Library, arch string) []byte {
	libs := slices.Clone(libraries)
	slices.SortFunc(libs, func(a, b Library) int {
		if c := compareLibraries(b.Name, a.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Path, b.Path)
	})
	libs = slices.Compact(libs)
	var text, entries bytes.Buffer
	start := uint32(cacheHeaderSize + cacheEntrySize*len(libs))
	put := func(s string) uint32 {
		at := start + uint32(text.Len())
		text.WriteString(s + "\x00")
		return at
	}
	for _, lib := range libs {
		entry := struct {
			Flags      int32
			Key, Value uint32
			OSVersion  uint32
			HWCap      uint64
		}{Flags: abiFlags[arch], Key: put(lib.Name), Value: put(lib.Path)}
		encode(&entries, entry)
	}
	var out bytes.Buffer
	out.WriteString(cacheMagic)
	encode(&out, struct {
		Count, TextSize uint32
		Flags           uint8
		_               [3]uint8
		Extension       uint32
		_               [3]uint32
	}{Count: uint32(len(libs)), TextSize: uint32(text.Len()), Flags: littleEndian})
	out.Write(entries.Bytes())
	out.Write(text.Bytes())
	return out.Bytes()
}

// encode writes a fixed-size struct; writing to a buffer cannot fail.
func encode(b *bytes.Buffer, v any) { _ = binary.Write(b, binary.LittleEndian, v) }

// compareLibraries is the order of the linker's binary search: numbers in names
// compare by value and come after other characters.
func compareLibraries(a, b string) int {
	for a != "" && b != "" {
		if isDigit(a[0]) != isDigit(b[0]) {
			if isDigit(a[0]) {
				return 1
			}
			return -1
		}
		if isDigit(a[0]) {
			var runA, runB string
			runA, a = cutRun(a, true)
			runB, b = cutRun(b, true)
			if c := compareDigits(runA, runB); c != 0 {
				return c
			}
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}
