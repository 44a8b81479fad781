package tree_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/sandboxes/tree"
)

var caps = tree.Caps{Bytes: 1000, Files: 20, Depth: 4, Path: 100}

// TestRoundTrip surveys a folder, writes it, checks it and unpacks it again.
func TestRoundTrip(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "a/b"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "a/b/run"), []byte("#!"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "ünï"), []byte("text"), 0o600))
	entries, totals, err := tree.Survey(root, caps)
	require.NoError(t, err)
	require.Equal(t, tree.Totals{Files: 2, Bytes: 6}, totals)

	var first, second bytes.Buffer
	require.NoError(t, tree.Write(&first, root, entries))
	again, err := tree.Copy(&second, bytes.NewReader(first.Bytes()), caps)
	require.NoError(t, err)
	require.Equal(t, totals, again)
	require.Equal(t, first.Bytes(), second.Bytes(), "a clean stream is left as it is")

	copied := t.TempDir()
	_, err = tree.Unpack(&second, copied, caps)
	require.NoError(t, err)
	same, _, err := tree.Survey(copied, caps)
	require.NoError(t, err)
	require.Equal(t, entries, same)
	info, err := os.Stat(filepath.Join(copied, "a/b/run"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), info.Mode())
}

func TestSurveyRefuses(t *testing.T) {
	write := func(name, text string) func(string) error {
		return func(root string) error { return os.WriteFile(filepath.Join(root, name), []byte(text), 0o644) }
	}
	tests := []struct {
		name   string
		make   func(root string) error
		kind   string
		reason string
	}{
		{"symlink", func(r string) error { return os.Symlink("/etc/passwd", r+"/l") }, tree.Bad, "l: it is a symbolic link"},
		{"fifo", func(r string) error { return syscall.Mkfifo(r+"/f", 0o644) }, tree.Bad, "f: it is a named pipe"},
		{"socket", func(r string) error {
			l, err := net.Listen("unix", r+"/s")
			if err == nil {
				l.(*net.UnixListener).SetUnlinkOnClose(false)
				err = l.Close()
			}
			return err
		}, tree.Bad, "s: it is a socket"},
		{"hard link", func(r string) error {
			return errors.Join(write("a", "x")(r), os.Link(r+"/a", r+"/b"))
		}, tree.Bad, "a: it is a hard link (2 names for one file) (and 1 more)"},
		{"sparse", func(r string) error {
			return errors.Join(write("s", "")(r), os.Truncate(r+"/s", 4<<30))
		}, tree.TooLarge, "s: the files hold more than 1000 bytes"},
		{"sum", func(r string) error {
			return errors.Join(write("a", strings.Repeat("x", 600))(r), write("b", strings.Repeat("x", 600))(r))
		}, tree.TooLarge, "b: the files hold more than 1000 bytes"},
		{"deep", func(r string) error { return os.MkdirAll(r+"/1/2/3/4/5", 0o755) }, tree.Bad, "1/2/3/4/5: the path is deeper than 4 levels"},
		{"long", func(r string) error { return write(strings.Repeat("n", 101), "")(r) }, tree.Bad, "longer than 100 bytes"},
		{"not UTF-8", write("bad\xff", ""), tree.Bad, "not UTF-8"},
		{"control", write("bad\nname", ""), tree.Bad, "control character"},
		{"many", func(r string) (err error) {
			for i := range 30 {
				err = errors.Join(err, write(strings.Repeat("x", i+1), "")(r))
			}
			return err
		}, tree.TooLarge, "more than 20 files and folders"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			require.NoError(t, test.make(root))
			_, _, err := tree.Survey(root, caps)
			var refusal *tree.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, test.kind, refusal.Kind)
			require.Contains(t, refusal.Error(), test.reason)
		})
	}
}

// TestOffenders lists a bounded number of them.
func TestOffenders(t *testing.T) {
	root := t.TempDir()
	for i := range 19 {
		require.NoError(t, os.Symlink("x", filepath.Join(root, string(rune('a'+i)))))
	}
	_, _, err := tree.Survey(root, caps)
	var refusal *tree.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, "a", refusal.Path)
	require.LessOrEqual(t, len(refusal.More), 10)
}

func TestStreamRefuses(t *testing.T) {
	tests := []struct {
		name   string
		header tar.Header
		kind   string
		reason string
	}{
		{"traversal", tar.Header{Name: "../x"}, tree.Bad, "leaves the folder"},
		{"hidden traversal", tar.Header{Name: "a/../../x"}, tree.Bad, "leaves the folder"},
		{"absolute", tar.Header{Name: "/etc/passwd"}, tree.Bad, "leaves the folder"},
		{"symlink", tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/"}, tree.Bad, "symbolic link"},
		{"hard link", tar.Header{Name: "l", Typeflag: tar.TypeLink, Linkname: "first"}, tree.Bad, "hard link"},
		{"device", tar.Header{Name: "d", Typeflag: tar.TypeBlock}, tree.Bad, "device"},
		{"fifo", tar.Header{Name: "f", Typeflag: tar.TypeFifo}, tree.Bad, "named pipe"},
		{"twice", tar.Header{Name: "first"}, tree.Bad, "appears twice"},
		{"large", tar.Header{Name: "l", Size: 4 << 30}, tree.TooLarge, "more than 1000 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			w := tar.NewWriter(&buf)
			require.NoError(t, w.WriteHeader(&tar.Header{Name: "first", Typeflag: tar.TypeReg, Mode: 0o644}))
			if test.header.Typeflag == 0 {
				test.header.Typeflag = tar.TypeReg
			}
			require.NoError(t, w.WriteHeader(&test.header))
			_ = w.Flush()
			for name, use := range map[string]func(io.Reader) error{
				"copy":   func(r io.Reader) error { _, err := tree.Copy(io.Discard, r, caps); return err },
				"unpack": func(r io.Reader) error { _, err := tree.Unpack(r, t.TempDir(), caps); return err },
			} {
				err := use(bytes.NewReader(buf.Bytes()))
				var refusal *tree.Refusal
				require.ErrorAs(t, err, &refusal, name)
				require.Equal(t, test.kind, refusal.Kind)
				require.Contains(t, refusal.Error(), test.reason)
			}
		})
	}
	for name, stream := range map[string]string{"noise": strings.Repeat("noise", 300), "short": "abc"} {
		_, err := tree.Copy(io.Discard, strings.NewReader(stream), caps)
		var refusal *tree.Refusal
		require.ErrorAs(t, err, &refusal, name)
	}
}

// TestWriterFault leaves an error that is not the stream's fault as it is.
func TestWriterFault(t *testing.T) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "a", Typeflag: tar.TypeReg}))
	require.NoError(t, w.Close())
	_, err := tree.Copy(brokenWriter{}, &buf, caps)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func FuzzCopy(f *testing.F) {
	f.Add([]byte("noise"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		var out bytes.Buffer
		totals, err := tree.Copy(&out, bytes.NewReader(stream), caps)
		if err != nil {
			return
		}
		again, err := tree.Copy(io.Discard, &out, caps)
		require.NoError(t, err, "what was let through must pass again")
		require.Equal(t, totals, again)
	})
}
