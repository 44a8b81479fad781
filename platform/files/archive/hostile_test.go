package archive_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/platform/files/archive"
)

func special(name string, flag byte) item {
	return item{name: name, tar: tar.Header{Typeflag: flag, Linkname: "/etc/passwd"}}
}

func many(n int) (out []item) {
	for i := range n {
		out = append(out, file(fmt.Sprintf("f%d", i), ""))
	}
	return out
}

var zeros = strings.Repeat("\x00", 2<<20)

// Each name goes into a tar and into a zip; both must refuse it alike.
func TestHostileNames(t *testing.T) {
	cases := []struct{ name, entry, want string }{
		{"traversal", "../evil", "leaves the archive"},
		{"traversal inside", "a/../../evil", "leaves the archive"},
		{"traversal that stays", "a/../b", "leaves the archive"},
		{"absolute", "/etc/passwd", "absolute path"},
		{"drive", "C:/Windows", "absolute path"},
		{"drive with backslash", `C:\Windows`, "absolute path"},
		{"backslash", `..\evil`, "backslash"},
		{"control character", "a\nb", "control character"},
		{"escape", "a\x1b[2J", "control character"},
		{"Latin-1", "gr\xf6\xdfe", "not valid UTF-8"},
		{"too long", strings.Repeat("d/", 300) + "f", "longer than 512 bytes"},
		{"long part", strings.Repeat("n", 256), "longer than 255 bytes"},
		{"too deep", strings.Repeat("d/", 32) + "f", "deeper than 32"},
		{"root as a file", ".", "without a name"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for kind, data := range map[string][]byte{
				"tar": tarOf(t, file("good", "x"), rawName(c.entry)),
				"zip": zipOf(t, file("good", "x"), file(c.entry, "x")),
			} {
				requireRefused(t, data, c.want, kind)
				if len(c.entry) < 100 {
					requireRefused(t, data, fmt.Sprintf("%q", c.entry), kind+" names the entry")
				}
			}
		})
	}
}

// rawName keeps the tar writer from refusing or encoding odd names.
func rawName(name string) item {
	return item{name: name, body: "x", tar: tar.Header{Format: tar.FormatGNU}}
}

func requireRefused(t *testing.T, data []byte, want, note string) {
	t.Helper()
	_, err := check(data, smallLimits())
	require.Error(t, err, note)
	require.Equal(t, errs.Invalid, errs.CodeOf(err), "%s: %v", note, err)
	require.Contains(t, errs.MessageOf(err), want, note)
	require.Less(t, len(errs.MessageOf(err)), 600, note)
}

func TestHostileTar(t *testing.T) {
	sparsePAX := item{name: "sparse", tar: tar.Header{PAXRecords: map[string]string{"GNU.sparse.realsize": "4294967296"}}}
	cases := []struct {
		name, want string
		data       []byte
	}{
		{"symlink", `"link" is a symbolic link to "/etc/passwd"`, tarOf(t, special("link", tar.TypeSymlink))},
		{"hard link", `"link" is a hard link`, tarOf(t, special("link", tar.TypeLink))},
		{"character device", `"dev/null" is a device`, tarOf(t, special("dev/null", tar.TypeChar))},
		{"block device", "is a device", tarOf(t, special("sda", tar.TypeBlock))},
		{"fifo", "named pipe", tarOf(t, special("pipe", tar.TypeFifo))},
		{"unknown type", "special type", tarOf(t, special("what", 'Q'))},
		{"old GNU sparse, 4 GB", `"huge" is a sparse file`, gnuSparse(t, "huge", 4<<30)},
		{"PAX sparse", "is a sparse file", paxSparse(t, sparsePAX)},
		{"declares too much", "larger than the limit of 4 MiB", declares(t, 5<<20)},
		{"total", "over the limit of 8 MiB", tarOf(t, bigs(3)...)},
		{"entries", "more than 50 entries", tarOf(t, many(51)...)},
		{"duplicate", `"a" appears twice`, tarOf(t, file("a", "1"), file("a", "2"))},
		{"duplicate after cleaning", `"./a" appears twice`, tarOf(t, file("a", "1"), file("./a", "2"))},
		{"file as folder", `"a/b" lies in "a"`, tarOf(t, file("a", "1"), file("a/b", "2"))},
		{"folder as file", `"a" is a file, but`, tarOf(t, file("a/b", "1"), file("a", "2"))},
		{"no entry", "archive is empty", tarOf(t)},
		{"only folders", "archive is empty", tarOf(t, item{name: "d/", tar: tar.Header{Typeflag: tar.TypeDir}})},
		{"cut in the content", `"b" is cut short`, cut(tarOf(t, file("a", "1"), file("b", strings.Repeat("y", 5000))), 3000)},
		{"cut in a header", `truncated after the entry "a"`, cut(tarOf(t, file("a", "1"), file("b", "2")), 1200)},
		{"cut at an entry", `truncated: its end marker is missing after the entry "a"`, cut(tarOf(t, file("a", "1"), file("b", "2")), 1024)},
		{"bad checksum", "damaged", flip(tarOf(t, file("a", "1")), 150)},
		{"trailing garbage", "other bytes after its end", append(tarOf(t, file("a", "1")), "garbage"...)},
		{"second archive behind", "other bytes after its end", append(tarOf(t, file("a", "1")), tarOf(t, file("b", "2"))...)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			requireRefused(t, c.data, c.want, "tar")
			requireRefused(t, gz(t, c.data), c.want, "tar.gz")
			requireRefused(t, zst(t, c.data), c.want, "tar.zst")
		})
	}
}

func TestHostileCompression(t *testing.T) {
	good := tarOf(t, file("a", strings.Repeat("text ", 1000)))
	headers := tarOf(t, item{name: "a", body: "x", tar: tar.Header{PAXRecords: map[string]string{"INCUBATOR.x": strings.Repeat("x", 900<<10)}}})
	cases := []struct {
		name, want string
		data       []byte
	}{
		{"gzip bomb", `"bomb" expands to more than 200 times`, gz(t, tarOf(t, file("bomb", zeros)))},
		{"zstd bomb", `"bomb" expands to more than 200 times`, zst(t, tarOf(t, file("bomb", zeros)))},
		{"bomb in the headers", "expands to more than 200 times", gz(t, headers)},
		{"bomb behind the end", "expands to more than 200 times", gz(t, append(tarOf(t, file("a", "1")), zeros...))},
		{"gzip cut", "truncated", cut(gz(t, good), 60)},
		{"gzip without its end", "truncated", cut(gz(t, good), len(gz(t, good))-4)},
		{"zstd cut", "truncated", cut(zst(t, good), len(zst(t, good))-3)},
		{"gzip checksum", "damaged", flip(gz(t, good), len(gz(t, good))-6)},
		{"garbage behind gzip", "other bytes after its end", append(gz(t, good), "garbage"...)},
		{"half a member behind gzip", "truncated", append(gz(t, good), gz(t, good)[:9]...)},
		{"garbage behind zstd", "other bytes after its end", append(zst(t, good), "garbage"...)},
		{"gzip of text", "damaged", gz(t, []byte(strings.Repeat("no tar ", 500)))},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { requireRefused(t, c.data, c.want, c.name) })
	}
}

func TestHostileZip(t *testing.T) {
	good := zipOf(t, file("a", strings.Repeat("text ", 1000)), file("b", "2"))
	cases := []struct {
		name, want string
		data       []byte
	}{
		{"symlink", `"link" is a symbolic link`, zipOf(t, item{name: "link", body: "/etc/passwd", zip: zipMode(fs.ModeSymlink | 0o777)})},
		{"device", "is a device", zipOf(t, item{name: "null", zip: zipMode(fs.ModeDevice | fs.ModeCharDevice | 0o666)})},
		{"fifo", "is a named pipe", zipOf(t, item{name: "pipe", zip: zipMode(fs.ModeNamedPipe | 0o666)})},
		{"socket", "special type", zipOf(t, item{name: "sock", zip: zipMode(fs.ModeSocket | 0o666)})},
		{"encrypted", `"a" is encrypted`, directoryField(good, 8, 1)},
		{"unknown method", "compression method 12", directoryField(good, 10, 12)},
		{"bomb", `"bomb" expands to more than 200 times`, zipOf(t, file("bomb", zeros))},
		{"overlapping entries", "shares its bytes with", overlapping(t)},
		{"declares too little", `"a" cannot be read`, directoryField(good, 24, 100)},
		{"declares too much", `"a" is cut short`, directoryField(good, 24, 6000)},
		{"too large", "larger than the limit of 4 MiB", directoryField(good, 24, 5<<20)},
		{"total", "over the limit of 8 MiB", zipOf(t, bigs(3)...)},
		{"entries", "more than 50 entries", zipOf(t, many(51)...)},
		{"more entries than the end says", "more than 50 entries", endField(zipOf(t, many(51)...), 10, 1)},
		{"duplicate", `"a" appears twice`, zipOf(t, file("a", "1"), file("a", "2"))},
		{"no entry", "archive is empty", zipOf(t)},
		{"cut", "truncated", cut(good, len(good)-30)},
		{"trailing garbage", "other bytes after its end", append(bytes.Clone(good), "garbage"...)},
		{"checksum", `"a" cannot be read`, directoryField(good, 16, 0xdeadbeef)},
		{"directory outside", "damaged", endField(good, 16, 1<<30)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { requireRefused(t, c.data, c.want, c.name) })
	}
}

func TestFoldCase(t *testing.T) {
	data := tarOf(t, file("Readme", "1"), file("README", "2"))
	limits := smallLimits()
	_, err := check(data, limits)
	require.NoError(t, err)
	limits.FoldCase = true
	_, err = check(data, limits)
	require.ErrorContains(t, err, `"README" appears twice`)
}

func TestDefaultLimitsAllowOneHundredThousandEntries(t *testing.T) {
	for _, build := range []func(testing.TB, ...item) []byte{tarOf, zipOf} {
		s, err := check(build(t, many(100_000)...), archive.DefaultLimits())
		require.NoError(t, err)
		require.Equal(t, 100_000, s.Files)
		_, err = check(build(t, many(100_001)...), archive.DefaultLimits())
		require.ErrorContains(t, err, "more than 100000 entries")
	}
}

func FuzzCheck(f *testing.F) {
	for _, data := range [][]byte{
		tarOf(f, goodItems()...), zipOf(f, goodItems()[1:]...), gz(f, tarOf(f, goodItems()...)), zst(f, tarOf(f, goodItems()...)),
		tarOf(f, special("link", tar.TypeSymlink)), overlapping(f), gnuSparse(f, "huge", 4<<30),
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		s, err := archive.ToTar(t.Context(), bytes.NewReader(data), int64(len(data)), smallLimits(), &out)
		if err != nil {
			require.Equal(t, errs.Invalid, errs.CodeOf(err), "%v", err)
			return
		}
		again, err := check(out.Bytes(), smallLimits())
		require.NoError(t, err, "what was accepted must be a clean archive")
		require.Equal(t, [3]int64{int64(s.Files), int64(s.Dirs), s.Bytes}, [3]int64{int64(again.Files), int64(again.Dirs), again.Bytes})
	})
}
