package setup_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/sandboxes/docker/setup"
)

func pidText(pid int) string { return strconv.Itoa(pid) + "\n" }

// A pid file outlives a power cut; its number may belong to anybody by then.
func TestStopLeavesOtherProcessesAlone(t *testing.T) {
	for name, content := range map[string]string{
		"a process of somebody else": pidText(os.Getpid()),
		"no process":                 pidText(1 << 30),
		"process 1":                  "1\n",
		"all processes":              "-1\n",
		"no number":                  "dockerd\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{}
			s := newSetup(t, w, debianRoot())
			dir := filepath.Join(s.DataDir, "engine")
			require.NoError(t, os.MkdirAll(dir, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "dockerd.pid"), []byte(content), 0o600))
			require.NoError(t, s.Stop(t.Context()))
			require.Empty(t, w.commands)
		})
	}
}

func TestStopWithoutEngine(t *testing.T) {
	w := &world{}
	require.NoError(t, newSetup(t, w, debianRoot()).Stop(t.Context()))
	require.Empty(t, w.commands)
}

// A socket's address has 107 bytes; the engine's longest socket must fit.
func TestDeepDataDirMovesSockets(t *testing.T) {
	w := &world{answers: map[string]error{}}
	s := newSetup(t, w, debianRoot())
	s.DataDir = "/" + strings.Repeat("deep/", 30)
	var tried []string
	_, err := s.Find(t.Context(), "")
	var none *setup.NoEngineError
	require.ErrorAs(t, err, &none)
	for _, a := range none.Tried {
		tried = append(tried, strings.TrimPrefix(a.Host, "unix://"))
	}
	last := tried[len(tried)-1]
	require.True(t, strings.HasPrefix(last, "/run/incubator-engine-"), last)
	require.Less(t, len(filepath.Dir(last)+"/run/containerd/containerd.sock.ttrpc"), 107)
}
