package debian

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// readCache reads the cache back the way the dynamic linker does.
func readCache(t *testing.T, raw []byte) (names, paths []string, flags int32) {
	t.Helper()
	require.Equal(t, cacheMagic, string(raw[:20]))
	text := func(at uint32) string {
		end := at
		for raw[end] != 0 {
			end++
		}
		return string(raw[at:end])
	}
	count := binary.LittleEndian.Uint32(raw[20:])
	require.EqualValues(t, len(raw), cacheHeaderSize+cacheEntrySize*count+binary.LittleEndian.Uint32(raw[24:]))
	for i := range count {
		entry := raw[cacheHeaderSize+cacheEntrySize*i:]
		flags = int32(binary.LittleEndian.Uint32(entry))
		names = append(names, text(binary.LittleEndian.Uint32(entry[4:])))
		paths = append(paths, text(binary.LittleEndian.Uint32(entry[8:])))
	}
	return names, paths, flags
}

func TestLinkerCache(t *testing.T) {
	libs := []Library{
		{"libz.so.1", "/lib/libz.so.1"}, {"libx9.so", "/lib/libx9.so"}, {"libx10.so", "/lib/libx10.so"},
		{"libxa.so", "/lib/libxa.so"}, {"libz.so.1", "/lib/libz.so.1"}, {"libdb-5.3.so", "/lib/libdb-5.3.so"},
	}
	names, paths, flags := readCache(t, LinkerCache(libs, "amd64"))
	require.Equal(t, []string{"libz.so.1", "libx10.so", "libx9.so", "libxa.so", "libdb-5.3.so"}, names,
		"descending, numbers by value and above letters, no doubles")
	require.Equal(t, "/lib/libx10.so", paths[1])
	require.EqualValues(t, 0x0303, flags)
	_, _, flags = readCache(t, LinkerCache(libs, "arm64"))
	require.EqualValues(t, 0x0a03, flags)
	names, _, _ = readCache(t, LinkerCache(nil, "amd64"))
	require.Empty(t, names)
}
