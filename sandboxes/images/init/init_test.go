package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/sandboxes/tree"
	"incubator/sandboxes/wire"
)

// TestLookPath finds commands by the command's own PATH.
func TestLookPath(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tool"), nil, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plain"), nil, 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o755))
	path := []string{"PATH=/nowhere:" + dir}
	tests := []struct {
		name, dir string
		env       []string
		want      string
	}{
		{"tool", "/", path, filepath.Join(dir, "tool")},
		{"tool", dir, []string{"PATH=:/bin"}, filepath.Join(dir, "tool")},
		{"./tool", dir, nil, "./tool"},
		{"plain", "/", path, ""},
		{"folder", "/", path, ""},
		{"none", "/", path, ""},
	}
	for _, test := range tests {
		got, err := lookPath(test.name, test.dir, test.env)
		require.Equal(t, test.want, got)
		require.Equal(t, test.want == "", err != nil)
	}
}

// TestLogs cuts at the limit and keeps reading.
func TestLogs(t *testing.T) {
	var out bytes.Buffer
	l := newLogs(wire.NewWriter(&out), 100)
	fd, err := l.pipe()
	require.NoError(t, err)
	pipe := os.NewFile(uintptr(fd), "pipe")
	for range 1000 {
		_, err := pipe.Write(bytes.Repeat([]byte("x"), 1000))
		require.NoError(t, err)
	}
	require.NoError(t, pipe.Close())
	require.True(t, l.wait())
	got := 0
	for r := wire.NewReader(&out); ; {
		kind, payload, err := r.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		require.Equal(t, wire.KindLog, kind)
		got += len(payload)
	}
	require.Equal(t, 100, got)
}

// TestReceive reads a job with two trees, of which the first is refused: the
// conversation stays in step.
func TestReceive(t *testing.T) {
	good, bad := t.TempDir(), t.TempDir()
	var in, out, archive bytes.Buffer
	require.NoError(t, os.WriteFile(filepath.Join(good, "source"), []byte("text"), 0o644))
	caps := tree.Caps{Bytes: 100, Files: 10, Depth: 3, Path: 50}
	entries, _, err := tree.Survey(good, caps)
	require.NoError(t, err)
	require.NoError(t, tree.Write(&archive, good, entries))
	target := t.TempDir()
	w := wire.NewWriter(&in)
	require.NoError(t, w.JSON(wire.KindJob, wire.Job{Nonce: "n", Argv: []string{"x"}}))
	for dir, content := range map[string][]byte{bad: []byte("no archive"), target: archive.Bytes()} {
		require.NoError(t, w.JSON(wire.KindTreeBegin, wire.TreeHead{Path: dir, Caps: caps}))
		_, err = w.Stream(wire.KindData).Write(content)
		require.NoError(t, err)
		require.NoError(t, w.Frame(wire.KindTreeEnd, nil))
	}
	require.NoError(t, w.Frame(wire.KindGo, nil))

	job, trailer, err := receive(wire.NewReader(&in), wire.NewWriter(&out), time.NewTimer(time.Hour))
	require.NoError(t, err)
	require.Equal(t, "n", job.Nonce)
	require.Equal(t, bad, trailer.InputPath)
	require.Equal(t, tree.Bad, trailer.Input.Kind)
	require.FileExists(t, filepath.Join(target, "source"))
}

func TestReceiveRefusesOtherFrames(t *testing.T) {
	for _, kind := range []wire.Kind{wire.KindGo, wire.KindData, wire.KindTrailer} {
		var in bytes.Buffer
		require.NoError(t, wire.NewWriter(&in).Frame(kind, nil))
		_, _, err := receive(wire.NewReader(&in), wire.NewWriter(io.Discard), time.NewTimer(time.Hour))
		require.Error(t, err)
	}
}

func TestMeasureFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events")
	require.NoError(t, os.WriteFile(file, []byte("oom 4\noom_kill 3\n"), 0o644))
	require.EqualValues(t, 3, field(file, "oom_kill"))
	require.Zero(t, field(file, "none"))
	require.Zero(t, field("/nowhere", "oom"))
	require.NoError(t, os.WriteFile(file, []byte("4096\n"), 0o644))
	require.EqualValues(t, 4096, firstNumber("/nowhere", file))
	require.Zero(t, firstNumber("/nowhere"))
	require.False(t, full("/proc"))
}

func TestAsRefusal(t *testing.T) {
	require.Nil(t, asRefusal(nil))
	require.Equal(t, tree.TooLarge, asRefusal(&os.PathError{Err: syscall.ENOSPC}).Kind)
	require.Equal(t, tree.Bad, asRefusal(io.ErrUnexpectedEOF).Kind)
	known := &tree.Refusal{Kind: tree.TooLarge}
	require.Same(t, known, asRefusal(known))
}

func TestIdleLimit(t *testing.T) {
	for text, want := range map[string]time.Duration{"": time.Minute, "x": time.Minute, "-3": time.Minute, "7": 7 * time.Second} {
		t.Setenv(wire.IdleEnv, text)
		require.Equal(t, want, idleLimit())
	}
}

func TestReceiveExit(t *testing.T) {
	require.Equal(t, wire.ExitAlone, receiveExit(io.EOF))
	require.Equal(t, wire.ExitAlone, receiveExit(io.ErrUnexpectedEOF))
	require.Equal(t, wire.ExitProtocol, receiveExit(io.ErrNoProgress))
}
