package docker

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/system"
	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes"
)

var update = flag.Bool("update", false, "renew the golden files")

// TestProfile holds everything that the engine is asked for, field by field: a
// change of the sandbox profile shows in the golden file's diff.
func TestProfile(t *testing.T) {
	spec := sandboxes.ContainerSpec{
		Name: "incubator-x", Image: "sha256:i", Entrypoint: []string{"/.incubator/init"}, Env: []string{"A=b"},
		Labels: map[string]string{"incubator.instance": "x"},
		Mounts: []sandboxes.Mount{{Volume: "v", Path: "/.incubator"}},
		Tmpfs: []sandboxes.Tmpfs{
			{Path: "/tmp", Bytes: 1 << 20, Inodes: 100}, {Path: "/app/program", Bytes: 2 << 20, Inodes: 200, Exec: true},
		},
		CPUs: 1.5, MemoryBytes: 64 << 20, PIDs: 128, CPUSet: "0-1", Runtime: sandboxes.RuntimeRunc,
	}
	got, err := json.MarshalIndent(map[string]any{"config": config(spec), "host": hostConfig(spec)}, "", "\t")
	require.NoError(t, err)
	golden := filepath.Join("testdata", "profile.json")
	if *update {
		require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(got))

	spec.Runtime = sandboxes.RuntimeGVisor
	require.EqualValues(t, 128+sentryPIDs, *hostConfig(spec).PidsLimit, "gVisor's own threads count against the limit")
}

func frame(stream byte, text string) []byte {
	head := make([]byte, muxHeader)
	head[0] = stream
	binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
	return append(head, text...)
}

// attached returns a connection whose engine side sends the bytes and closes.
func attached(t *testing.T, sent []byte) *conn {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	go func() {
		_, _ = theirs.Write(sent)
		theirs.Close()
	}()
	return newConn(types.HijackedResponse{Conn: ours, Reader: bufio.NewReader(ours)})
}

func TestStreamsAreSeparated(t *testing.T) {
	long := strings.Repeat("e", diagnostics)
	c := attached(t, bytes.Join([][]byte{
		frame(muxStdout, "one "), frame(muxStderr, "said"), frame(muxStdout, ""), frame(muxStderr, long), frame(muxStdout, "two"),
	}, nil))
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	require.Equal(t, "one two", string(got))
	require.Equal(t, ("said" + long)[:diagnostics], c.Diagnostics(), "no more than the beginning is kept")
	require.NoError(t, c.Close())
	require.NoError(t, c.Close())
}

func TestBrokenStreams(t *testing.T) {
	_, err := io.ReadAll(attached(t, []byte("HTTP/1.1 500 oh no")))
	require.ErrorIs(t, err, errMux)
	_, err = io.ReadAll(attached(t, frame(muxStdout, "cut")[:5]))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = io.ReadAll(attached(t, frame(muxStderr, "cut")[:9]))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestTranslate(t *testing.T) {
	tests := []struct {
		err  error
		code errs.Code
	}{
		{errdefs.ErrNotFound, errs.NotFound},
		{errdefs.ErrConflict, errs.Conflict},
		{errdefs.ErrInvalidArgument, errs.Invalid},
		{errdefs.ErrUnavailable, errs.Unavailable},
		{io.ErrUnexpectedEOF, errs.Unavailable},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, errs.Unavailable},
		{errors.New("anything"), errs.Internal},
	}
	for _, test := range tests {
		got := translate(test.err, "It failed")
		require.Equal(t, test.code, errs.CodeOf(got), test.err)
		require.ErrorIs(t, got, test.err)
		require.Equal(t, "It failed.", errs.MessageOf(got), "the engine's words are not shown")
	}
	require.NoError(t, translate(nil, ""))
	require.Equal(t, errs.Internal, errs.CodeOf(translateCreate(errdefs.ErrInvalidArgument)), "never the image's fault")
	require.Equal(t, errs.NotFound, errs.CodeOf(translateCreate(errdefs.ErrNotFound)))
	require.Equal(t, errs.Invalid, errs.CodeOf(translateStart(errors.New("x: OCI runtime create failed: y"))))
	require.Equal(t, errs.Unavailable, errs.CodeOf(translateStart(errdefs.ErrNotFound)))
	require.NoError(t, translateStart(nil))
}

func TestEngineFacts(t *testing.T) {
	require.Equal(t, "amd64", goArch("x86_64"))
	require.Equal(t, "arm64", goArch("aarch64"))
	require.Equal(t, "riscv64", goArch("riscv64"))
	full := system.Info{MemoryLimit: true, PidsLimit: true, CPUCfsQuota: true, SecurityOptions: []string{"name=seccomp,profile=default"}}
	require.Empty(t, warnings(full))
	require.Len(t, warnings(system.Info{}), 4)
}

func TestLoadFault(t *testing.T) {
	require.NoError(t, loadFault(strings.NewReader(`{"stream":"ok"}`)))
	require.Equal(t, errs.Invalid, errs.CodeOf(loadFault(strings.NewReader(`{"stream":"x"}{"error":"bad layer"}`))))
	require.Equal(t, errs.Unavailable, errs.CodeOf(loadFault(strings.NewReader(`{"stream":`))))
}

// TestUnreachable asks an engine that is not there.
func TestUnreachable(t *testing.T) {
	e, err := Open("unix://" + filepath.Join(t.TempDir(), "none.sock"))
	require.NoError(t, err)
	defer e.Close()
	require.Equal(t, errs.Unavailable, errs.CodeOf(e.Ping(t.Context())))
	_, err = e.Create(t.Context(), sandboxes.ContainerSpec{})
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	require.Equal(t, errs.Unavailable, errs.CodeOf(e.Remove(t.Context(), "x")))
	_, err = Open("nonsense")
	require.Error(t, err)
}
