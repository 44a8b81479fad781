// Package sandboxtest gives tests a real engine, the init program and tiny
// images of static Go programs.
package sandboxtest

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"incubator/sandboxes/docker"
)

// The programs that tests run, as package paths.
const (
	initPackage    = "incubator/sandboxes/images/init"
	HostilePackage = "incubator/sandboxes/sandboxtest/hostile"
)

// Docker returns the local Docker Engine, or skips the test when none answers.
func Docker(t testing.TB) *docker.Engine {
	t.Helper()
	engine, err := docker.Open("")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := engine.Ping(ctx); err != nil {
		t.Skip("no Docker Engine answers")
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// API returns the raw client of the same engine.
func API(t testing.TB) *client.Client {
	t.Helper()
	api, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	require.NoError(t, err)
	t.Cleanup(func() { _ = api.Close() })
	return api
}

var built sync.Map // package path to *build

type build struct {
	once    sync.Once
	program []byte
	err     error
}

// Program builds a static Linux program and returns it.
func Program(t testing.TB, pkg string) []byte {
	t.Helper()
	entry, _ := built.LoadOrStore(pkg, &build{})
	b := entry.(*build)
	b.once.Do(func() { b.program, b.err = compile(pkg) })
	require.NoError(t, b.err)
	return b.program
}

func compile(pkg string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "sandboxtest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "program")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
}

// Init returns the init program as an option of the manager.
func Init(t testing.TB) func(string) ([]byte, error) {
	t.Helper()
	program := Program(t, initPackage)
	return func(string) ([]byte, error) { return program, nil }
}

// Image imports an image that holds the files, removes it after the test, and
// returns its id. The changes are Dockerfile instructions, such as a VOLUME.
func Image(t testing.TB, files map[string][]byte, changes ...string) string {
	t.Helper()
	api, tag := API(t), "incubator-test/"+uuid.NewString()+":1"
	answer, err := api.ImageImport(t.Context(), image.ImportSource{Source: Tar(t, files), SourceName: "-"}, tag,
		image.ImportOptions{Changes: changes})
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer)
	require.NoError(t, err)
	require.NoError(t, answer.Close())
	found, err := api.ImageInspect(t.Context(), tag)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		// The last sandbox may still be on its way out.
		require.Eventually(t, func() bool {
			_, err := api.ImageRemove(ctx, tag, image.RemoveOptions{Force: true, PruneChildren: true})
			return err == nil
		}, 30*time.Second, 100*time.Millisecond, "the test's image cannot be removed")
	})
	return found.ID
}

// HostileImage returns an image whose /hostile does what its argument says.
func HostileImage(t testing.TB) string {
	t.Helper()
	return Image(t, map[string][]byte{"hostile": Program(t, HostilePackage)})
}

// Tar returns an archive of executable files.
func Tar(t testing.TB, files map[string][]byte) *bytes.Buffer {
	t.Helper()
	buf := new(bytes.Buffer)
	w := tar.NewWriter(buf)
	for name, content := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}))
		_, err := w.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buf
}
