package setup_test

import (
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/sandboxes/docker/setup"
)

// serve answers like an engine's ping on a socket.
func serve(t *testing.T, apiVersion string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	require.NoError(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Api-Version", apiVersion)
	})}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return "unix://" + path
}

func TestProbe(t *testing.T) {
	found, err := setup.Probe(t.Context(), setup.Endpoint{Host: serve(t, "1.41")})
	require.NoError(t, err)
	require.Equal(t, "1.41", found.APIVersion)

	_, err = setup.Probe(t.Context(), setup.Endpoint{Host: serve(t, "1.40")})
	require.ErrorContains(t, err, "at least 1.41 (Docker 20.10)")

	_, err = setup.Probe(t.Context(), setup.Endpoint{Host: "unix://" + filepath.Join(t.TempDir(), "none")})
	require.ErrorIs(t, err, fs.ErrNotExist)

	_, err = setup.Probe(t.Context(), setup.Endpoint{Host: "nonsense"})
	require.ErrorContains(t, err, "is not valid")
}

// An engine that died leaves its socket file; that is not a matter of rights.
func TestProbeDeadSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	require.NoError(t, err)
	listener.SetUnlinkOnClose(false)
	require.NoError(t, listener.Close())
	_, err = setup.Probe(t.Context(), setup.Endpoint{Host: "unix://" + path})
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.NotErrorIs(t, err, fs.ErrPermission)
}
