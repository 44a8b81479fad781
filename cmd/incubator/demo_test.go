package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	"github.com/stretchr/testify/require"

	"incubator/platform/config"
	"incubator/platform/errs"
	"incubator/sandboxes"
	"incubator/sandboxes/docker/setup"
)

// demoFolder is what a demo of the past left: its own files and what must stay.
func demoFolder(t *testing.T) (dir string, stay []string) {
	t.Helper()
	dir, stay = t.TempDir(), []string{"engine/docker.pid", "incubator.db.lock", "instance"}
	gone := []string{"incubator.db", "incubator.db-wal", "incubator.db-shm", "files/blobs/a", "packs/fusion/challenge.yaml", "accounts.txt", "form-secret"}
	for _, name := range append(gone, stay...) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("demotest-"+filepath.Base(dir)), 0o600))
	}
	return dir, stay
}

func list(t *testing.T, dir string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, name)
		}
		return err
	}))
	return names
}

func TestFreshRefusesWhileTheDemoRuns(t *testing.T) {
	dir := t.TempDir()
	c := config.Config{DataDir: dir, EngineHost: "tcp://127.0.0.1:1", Runtime: "auto", Workers: 1}
	p, err := openPlatform(t.Context(), c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	require.NoError(t, err)
	before := list(t, dir)
	err = throwAway(t.Context(), c)
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	require.ErrorContains(t, err, "another incubator process")
	require.Equal(t, before, list(t, dir))
	require.NoError(t, p.Close())

	err = throwAway(t.Context(), c)
	require.ErrorContains(t, err, "the engine")
	require.FileExists(t, filepath.Join(dir, "incubator.db"), "without the engine nothing is thrown away")
	c.Database = "postgres://demo"
	require.Equal(t, errs.Invalid, errs.CodeOf(throwAway(t.Context(), c)))
	require.NoError(t, throwAway(t.Context(), config.Config{DataDir: filepath.Join(dir, "none")}))
}

func TestFreshThrowsAwayWhatTheDemoMade(t *testing.T) {
	host, engine := realEngine(t)
	dir, stay := demoFolder(t)
	instance, err := instanceID(dir)
	require.NoError(t, err)
	for _, name := range []string{instance, instance + "-other"} {
		labels := map[string]string{sandboxes.LabelInstance: name, sandboxes.LabelNode: "main"}
		made, err := engine.VolumeCreate(t.Context(), volume.CreateOptions{Labels: labels})
		require.NoError(t, err)
		t.Cleanup(func() { _ = engine.VolumeRemove(context.Background(), made.Name, true) })
	}
	require.NoError(t, throwAway(t.Context(), config.Config{DataDir: dir, EngineHost: host, Runtime: "auto"}))
	require.Equal(t, stay, list(t, dir))
	require.Empty(t, volumesOf(t, engine, instance))
	require.Len(t, volumesOf(t, engine, instance+"-other"), 1, "another installation's")
}

func volumesOf(t *testing.T, engine *client.Client, instance string) []*volume.Volume {
	t.Helper()
	found, err := engine.VolumeList(t.Context(), volume.ListOptions{Filters: filters.NewArgs(filters.Arg("label", sandboxes.LabelInstance+"="+instance))})
	require.NoError(t, err)
	return found.Volumes
}

func realEngine(t *testing.T) (host string, engine *client.Client) {
	t.Helper()
	found, err := setup.New(t.TempDir()).Find(t.Context(), "")
	if err != nil {
		t.Skip("no Docker Engine answers")
	}
	engine, err = client.NewClientWithOpts(client.WithHost(found.Host), client.WithAPIVersionNegotiation())
	require.NoError(t, err)
	t.Cleanup(func() { _ = engine.Close() })
	return found.Host, engine
}

// A demo that is complete ends at once with --once, having said how to sign in.
func TestOnceSetsUpPrintsAndEnds(t *testing.T) {
	host, _ := realEngine(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "accounts.txt"), []byte("participant ada@example.org secret\n"), 0o600))
	t.Setenv("DOCKER_HOST", host)
	var out bytes.Buffer
	cmd := DemoCmd{Once: true, Config: config.Config{DataDir: dir, Listen: freeAddress(t), EngineHost: host, Runtime: "auto", Workers: 1, MaxUpload: 1 << 20}}
	require.NoError(t, cmd.Run(t.Context(), &Streams{Out: &out, Err: testWriter{t}}))
	require.Contains(t, out.String(), "participant ada@example.org secret")
	require.NotContains(t, out.String(), "Ctrl-C")
}
