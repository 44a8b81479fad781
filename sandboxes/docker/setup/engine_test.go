package setup_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/stretchr/testify/require"

	"incubator/sandboxes/docker/setup"
)

// ownNetwork starts the engine in a network namespace of its own, so that it
// cannot touch the bridges and firewall rules of an engine on this machine.
type ownNetwork struct{ setup.Runner }

func (r ownNetwork) Run(ctx context.Context, argv ...string) (string, error) {
	return r.Runner.Run(ctx, append([]string{"unshare", "--net"}, argv...)...)
}

// A real dockerd is started by hand beside whatever engine runs already, and
// stopped: no process and no mount may stay.
func TestStartByHandAndStop(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("starting a Docker Engine by hand needs root")
	}
	if _, err := exec.LookPath("dockerd"); err != nil {
		t.Skip("dockerd is not installed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	dir := t.TempDir()
	s := setup.New(dir)
	s.Machine.Systemd = false
	s.Machine.OtherEngine = func() bool { return false }
	s.Runner = ownNetwork{s.Runner}

	started, err := s.Start(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(ctx)) })
	client, err := started.Client()
	require.NoError(t, err)
	defer client.Close()
	info, err := client.Info(ctx)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "engine", "data"), info.DockerRootDir)
	list, err := client.ImageList(ctx, image.ListOptions{All: true})
	require.NoError(t, err)
	require.Empty(t, list, "the engine has a data root of its own")

	// Without a default bridge, a sandbox's own internal network still works.
	created, err := client.NetworkCreate(ctx, "probe", network.CreateOptions{Internal: true})
	require.NoError(t, err)
	require.NoError(t, client.NetworkRemove(ctx, created.ID))

	found, err := s.Find(ctx, started.Host)
	require.NoError(t, err)
	require.Equal(t, started, found)

	require.NotEmpty(t, processesNaming(t, dir))
	require.NoError(t, s.Stop(ctx))
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	require.NotContains(t, string(mounts), dir)
	require.Empty(t, processesNaming(t, dir))
	require.NoError(t, s.Stop(ctx), "stopping again does nothing")
}

// processesNaming returns the command lines that mention dir.
func processesNaming(t *testing.T, dir string) (found []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(line), dir) {
			found = append(found, string(line))
		}
	}
	return found
}
