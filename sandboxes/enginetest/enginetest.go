// Package enginetest is the suite that every sandbox engine passes. It states
// the contract of sandboxes.Engine in running code.
package enginetest

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes"
)

// Harness is one engine under test. Its Image has a program /hostile with the
// deeds noop, fail (exit code 3), echo (input to output until its end, then a
// word on standard error), forever, and read (prints /app/input_data/rows.csv).
type Harness struct {
	Engine sandboxes.Engine
	Image  string
}

const patience = 30 * time.Second

// Run runs the suite; open makes a harness for each test.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for name, test := range map[string]func(*testing.T, *suite){
		"info":        testInfo,
		"life":        testLife,
		"exit code":   testExitCode,
		"kill":        testKill,
		"close ends":  testCloseEnds,
		"names":       testNames,
		"unknown":     testUnknown,
		"volume":      testVolume,
		"volume race": testVolumeRace,
		"volume fail": testVolumeFails,
		"list":        testList,
		"cancel":      testCancel,
		"image":       testImage,
	} {
		t.Run(name, func(t *testing.T) {
			s := &suite{Harness: open(t), labels: map[string]string{"incubator.test": uuid.NewString()}}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			s.ctx = ctx
			test(t, s)
			s.cleanUp(t)
		})
	}
}

type suite struct {
	Harness
	ctx    context.Context
	labels map[string]string
}

// cleanUp removes what the test made and checks that removing is enough.
func (s *suite) cleanUp(t *testing.T) {
	objects, err := s.Engine.List(s.ctx, s.labels)
	require.NoError(t, err)
	for _, kind := range []sandboxes.ObjectKind{sandboxes.ObjectContainer, sandboxes.ObjectVolume} {
		for _, object := range objects {
			if object.Kind == kind {
				require.NoError(t, s.Engine.RemoveObject(s.ctx, object))
			}
		}
	}
	objects, err = s.Engine.List(s.ctx, s.labels)
	require.NoError(t, err)
	require.Empty(t, objects)
}

func (s *suite) spec(deed string) sandboxes.ContainerSpec {
	return sandboxes.ContainerSpec{
		Name: "incubator-test-" + uuid.NewString(), Image: s.Image, Entrypoint: []string{"/hostile", deed},
		Labels: s.labels, CPUs: 1, MemoryBytes: 64 << 20, PIDs: 64, Runtime: sandboxes.RuntimeRunc,
		Tmpfs: []sandboxes.Tmpfs{{Path: "/tmp", Bytes: 1 << 20, Inodes: 100}},
	}
}

// start creates and starts a container.
func (s *suite) start(t *testing.T, spec sandboxes.ContainerSpec) (string, sandboxes.Conn) {
	id, err := s.Engine.Create(s.ctx, spec)
	require.NoError(t, err)
	conn, err := s.Engine.Start(s.ctx, id)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return id, conn
}

func (s *suite) requireCode(t *testing.T, code errs.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, errs.CodeOf(err), err)
}

func testInfo(t *testing.T, s *suite) {
	require.NoError(t, s.Engine.Ping(s.ctx))
	info, err := s.Engine.Info(s.ctx)
	require.NoError(t, err)
	require.NotEmpty(t, info.ID)
	require.Positive(t, info.CPUs)
	require.Positive(t, info.Memory)
	require.Contains(t, info.Runtimes, sandboxes.RuntimeRunc)
	again, err := s.Engine.Info(s.ctx)
	require.NoError(t, err)
	require.Equal(t, info.ID, again.ID)
}

func testLife(t *testing.T, s *suite) {
	id, conn := s.start(t, s.spec("echo"))
	state, err := s.Engine.Inspect(s.ctx, id)
	require.NoError(t, err)
	require.True(t, state.Running)

	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<15)
	go func() { _, _ = conn.Write(sent) }()
	got := make([]byte, len(sent))
	_, err = io.ReadFull(conn, got)
	require.NoError(t, err)
	require.Equal(t, sent, got)

	require.NoError(t, s.Engine.Remove(s.ctx, id))
	require.NoError(t, s.Engine.Remove(s.ctx, id), "removing twice is no error")
	_, err = s.Engine.Inspect(s.ctx, id)
	s.requireCode(t, errs.NotFound, err)
	_, err = io.Copy(io.Discard, conn)
	require.True(t, err == nil || errs.CodeOf(err) != "", "the stream ends with the container")
}

func testExitCode(t *testing.T, s *suite) {
	id, conn := s.start(t, s.spec("fail"))
	code, err := s.Engine.Wait(s.ctx, id)
	require.NoError(t, err)
	require.Equal(t, 3, code)
	_, err = io.Copy(io.Discard, conn)
	require.NoError(t, err)
	require.Contains(t, conn.Diagnostics(), "failing")
	state, err := s.Engine.Inspect(s.ctx, id)
	require.NoError(t, err)
	require.Equal(t, sandboxes.ContainerState{ExitCode: 3}, state)
	code, err = s.Engine.Wait(s.ctx, id)
	require.NoError(t, err)
	require.Equal(t, 3, code, "waiting for what has ended answers at once")
}

func testKill(t *testing.T, s *suite) {
	id, _ := s.start(t, s.spec("forever"))
	ended := make(chan int, 1)
	go func() {
		code, _ := s.Engine.Wait(s.ctx, id)
		ended <- code
	}()
	require.NoError(t, s.Engine.Kill(s.ctx, id))
	require.Equal(t, 137, <-ended)
	require.NoError(t, s.Engine.Kill(s.ctx, id), "killing what has ended is no error")
	require.NoError(t, s.Engine.Kill(s.ctx, "incubator-test-none"))
}

// testCloseEnds is what makes a sandbox end when the platform dies.
func testCloseEnds(t *testing.T, s *suite) {
	id, conn := s.start(t, s.spec("echo"))
	_, err := conn.Write([]byte("x"))
	require.NoError(t, err)
	_, err = io.ReadFull(conn, make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.NoError(t, conn.Close())
	code, err := s.Engine.Wait(s.ctx, id)
	require.NoError(t, err)
	require.Zero(t, code)
}

func testNames(t *testing.T, s *suite) {
	spec := s.spec("noop")
	id, err := s.Engine.Create(s.ctx, spec)
	require.NoError(t, err)
	_, err = s.Engine.Create(s.ctx, spec)
	s.requireCode(t, errs.Conflict, err)
	require.NoError(t, s.Engine.Remove(s.ctx, spec.Name), "a name serves as well as an id")
	_, err = s.Engine.Inspect(s.ctx, id)
	s.requireCode(t, errs.NotFound, err)
}

func testUnknown(t *testing.T, s *suite) {
	spec := s.spec("noop")
	spec.Image = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
	_, err := s.Engine.Create(s.ctx, spec)
	s.requireCode(t, errs.NotFound, err)
	_, err = s.Engine.ImageInfo(s.ctx, spec.Image)
	s.requireCode(t, errs.NotFound, err)
	_, err = s.Engine.Wait(s.ctx, "incubator-test-none")
	s.requireCode(t, errs.NotFound, err)
	require.NoError(t, s.Engine.RemoveImage(s.ctx, spec.Image))
	require.NoError(t, s.Engine.RemoveVolume(s.ctx, "incubator-test-none"))
}

func testList(t *testing.T, s *suite) {
	spec := s.spec("forever")
	id, _ := s.start(t, spec)
	objects, err := s.Engine.List(s.ctx, s.labels)
	require.NoError(t, err)
	require.Len(t, objects, 1)
	require.Equal(t, id, objects[0].ID)
	require.Equal(t, spec.Name, objects[0].Name)
	require.True(t, objects[0].Running)
	require.Equal(t, s.labels["incubator.test"], objects[0].Labels["incubator.test"])
	require.WithinDuration(t, time.Now(), objects[0].Created, time.Minute)
	none, err := s.Engine.List(s.ctx, map[string]string{"incubator.test": "another"})
	require.NoError(t, err)
	require.Empty(t, none)
}

func testCancel(t *testing.T, s *suite) {
	id, _ := s.start(t, s.spec("forever"))
	ctx, cancel := context.WithCancel(s.ctx)
	ended := make(chan error, 1)
	go func() {
		_, err := s.Engine.Wait(ctx, id)
		ended <- err
	}()
	cancel()
	s.requireCode(t, errs.Unavailable, <-ended)
}

func rows(text string) func(context.Context) (io.ReadCloser, error) {
	return func(context.Context) (io.ReadCloser, error) {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		_ = w.WriteHeader(&tar.Header{Name: "rows.csv", Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))})
		_, _ = io.WriteString(w, text)
		return io.NopCloser(&buf), w.Close()
	}
}
