package sandboxes_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/sandboxes"
	"incubator/sandboxes/fake"
)

const fakeImage = "sha256:fake"

// rig is a manager on the fake engine with a clock that the test moves.
type rig struct {
	*sandboxes.Manager
	engine *fake.Engine

	mu  sync.Mutex
	now time.Time
}

// newRig returns a rig whose runs do what command does.
func newRig(t *testing.T, command func(ctx context.Context, job *fake.Job) int, change ...func(*sandboxes.Options)) *rig {
	t.Helper()
	r := &rig{engine: fake.New(), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	r.engine.AddImage(sandboxes.ImageInfo{ID: fakeImage, Env: []string{"PATH=/opt/bin", "TZ=Mars"}, WorkDir: "/work"}, fake.Init(command))
	options := sandboxes.Options{
		Instance: "0123456789abcdef", Init: func(string) ([]byte, error) { return []byte("init"), nil },
		Now: r.clock, Log: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&options)
	}
	var err error
	r.Manager, err = sandboxes.New(r.engine, dbtest.New(t), options)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		r.engine.SetDown(false)
		r.pass(time.Minute)
		require.NoError(t, r.Stop(ctx))
		require.NoError(t, r.Reconcile(ctx))
		rows, err := r.Rows(ctx)
		require.NoError(t, err)
		require.Empty(t, rows, "rows that never end")
		require.NoError(t, r.Purge(ctx))
		objects, err := r.engine.List(ctx, nil)
		require.NoError(t, err)
		require.Empty(t, objects, "objects left on the engine")
	})
	return r
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func succeed(context.Context, *fake.Job) int { return 0 }

func untilEnd(ctx context.Context, _ *fake.Job) int {
	<-ctx.Done()
	return 0
}

func request() sandboxes.RunSpec {
	return sandboxes.RunSpec{
		TeamID: "blue", RunID: "run-1", Purpose: sandboxes.PurposePrediction, Image: fakeImage,
		Command: []string{"solve"}, OutputDir: "/app/output", Limits: sandboxes.Limits{Time: time.Minute},
	}
}

func TestRunOnFake(t *testing.T) {
	r := newRig(t, func(_ context.Context, job *fake.Job) int {
		job.Output["echo"] = job.Inputs["/app/program"]["main.py"] + job.Volumes["/app/input_data"]["rows.csv"]
		_, _ = io.WriteString(job.Log, strings.Join(job.Env, "\n"))
		return 0
	})
	require.NoError(t, r.EnsureData(t.Context(), "rows", tree(t, "rows.csv", "1,2")))
	spec := request()
	spec.ID = "mine"
	spec.Files = []sandboxes.Tree{files(t, "/app/program", map[string][]byte{"main.py": []byte("code ")})}
	spec.Data = []sandboxes.DataMount{{Path: "/app/input_data", DataID: "rows"}}
	o := do(t, r.Manager, spec)
	require.Equal(t, map[string]string{"echo": "code 1,2"}, o.files)
	require.Equal(t, fakeImage, o.ImageID)
	require.Equal(t, "runc", o.Runtime)
	require.Contains(t, o.log, "PATH=/opt/bin\n")
	require.Contains(t, o.log, "TZ=UTC", "the fixed environment wins over the image's")

	require.NoError(t, r.Settle(t.Context()))
	row, err := r.Row(t.Context(), "mine")
	require.NoError(t, err)
	require.Equal(t, sandboxes.StateStopped, row.State)
	require.Equal(t, sandboxes.CauseNone, row.Cause)
	require.Equal(t, "incubator-01234567-mine", row.Container)
	require.False(t, row.ReadyAt.IsZero() || row.StoppedAt.IsZero())
}

// tree opens a data set of one file.
func tree(t *testing.T, name, content string) func(context.Context) (io.ReadCloser, error) {
	return files(t, "", map[string][]byte{name: []byte(content)}).Open
}

// TestEngineFaults fails each call of a run once: the run says unavailable and
// nothing stays.
func TestEngineFaults(t *testing.T) {
	down := errs.New(errs.Unavailable, "down")
	for _, method := range []string{"Info", "ImageInfo", "EnsureVolume", "Create", "Start", "Wait"} {
		t.Run(method, func(t *testing.T) {
			r := newRig(t, succeed)
			r.engine.Fail(method, 0, down)
			_, err := r.Run(t.Context(), request(), sandboxes.RunIO{})
			require.Equal(t, errs.Unavailable, errs.CodeOf(err), err)
			o := do(t, r.Manager, request())
			require.Equal(t, sandboxes.CauseNone, o.Cause, "the next run works")
		})
	}
	t.Run("Remove", func(t *testing.T) {
		r := newRig(t, succeed)
		r.engine.Fail("Remove", 0, down)
		o := do(t, r.Manager, request())
		require.Equal(t, sandboxes.CauseNone, o.Cause, "the answer does not wait for the removal")
		require.NoError(t, r.Settle(t.Context()))
		rows, err := r.Rows(t.Context())
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.NoError(t, r.Reconcile(t.Context()))
		row, err := r.Row(t.Context(), rows[0].ID)
		require.NoError(t, err)
		require.Equal(t, sandboxes.StateStopped, row.State)
	})
	t.Run("image", func(t *testing.T) {
		r := newRig(t, succeed)
		r.engine.Fail("Start", 0, errs.New(errs.Invalid, "The image cannot be started in a sandbox."))
		o := do(t, r.Manager, request())
		require.Equal(t, sandboxes.CauseImage, o.Cause)
		spec := request()
		spec.Image = "sha256:none"
		o = do(t, r.Manager, spec)
		require.Equal(t, sandboxes.CauseImage, o.Cause)
	})
}

// TestEngineRestart takes the engine away in the middle of a run and brings it back.
func TestEngineRestart(t *testing.T) {
	running := make(chan struct{}, 1)
	first := true
	r := newRig(t, func(ctx context.Context, _ *fake.Job) int {
		if first {
			first = false
			running <- struct{}{}
			<-ctx.Done()
		}
		return 0
	})
	failed := make(chan error, 1)
	go func() {
		_, err := r.Run(t.Context(), request(), sandboxes.RunIO{})
		failed <- err
	}()
	<-running
	r.engine.SetDown(true)
	require.Equal(t, errs.Unavailable, errs.CodeOf(<-failed))
	require.NoError(t, r.Settle(t.Context()))

	for range 3 {
		_, err := r.Run(t.Context(), request(), sandboxes.RunIO{})
		require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	}
	require.False(t, r.Health().Up)
	before := r.engine.Calls("Info") + r.engine.Calls("Create")
	_, err := r.Run(t.Context(), request(), sandboxes.RunIO{})
	var known *errs.Error
	require.ErrorAs(t, err, &known)
	require.Positive(t, known.RetryAfter)
	require.Equal(t, before, r.engine.Calls("Info")+r.engine.Calls("Create"), "the engine is not asked while it is known to be down")

	r.engine.SetDown(false)
	r.pass(time.Minute)
	require.NoError(t, r.Probe(t.Context()))
	require.True(t, r.Health().Up)
	require.Equal(t, sandboxes.CauseNone, do(t, r.Manager, request()).Cause)
}

func TestConnectionLost(t *testing.T) {
	running := make(chan struct{}, 1)
	r := newRig(t, func(ctx context.Context, _ *fake.Job) int {
		running <- struct{}{}
		<-ctx.Done()
		return 0
	})
	go func() {
		<-running
		r.engine.LoseConnections()
	}()
	_, err := r.Run(t.Context(), request(), sandboxes.RunIO{})
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	require.ErrorContains(t, err, "lost")
}

func TestCancel(t *testing.T) {
	r := newRig(t, untilEnd)
	ctx, cancel := context.WithCancel(t.Context())
	spec := request()
	spec.ID = "cancelled"
	_, err := r.Run(ctx, spec, sandboxes.RunIO{Step: func(step string) {
		if step == sandboxes.StepRunning {
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, r.Settle(t.Context()))
	row, err := r.Row(t.Context(), "cancelled")
	require.NoError(t, err)
	require.Equal(t, sandboxes.CauseCancelled, row.Cause)
	require.Equal(t, sandboxes.StateFailed, row.State)
}

// TestTimeoutFromOutside has process 1 ignore the limit.
func TestTimeoutFromOutside(t *testing.T) {
	t.Parallel()
	r := newRig(t, untilEnd)
	spec := request()
	spec.Limits.Time = time.Millisecond
	o := do(t, r.Manager, spec)
	require.Equal(t, sandboxes.CauseTimeout, o.Cause)
}

// TestCallerFaults has the caller's own streams fail: the run ends with their error.
func TestCallerFaults(t *testing.T) {
	broken := errors.New("the disk is full")
	r := newRig(t, func(_ context.Context, job *fake.Job) int {
		job.Output["a"] = "b"
		_, _ = io.WriteString(job.Log, "hello")
		return 0
	})
	spec := request()
	spec.Files = []sandboxes.Tree{{Path: "/app/program", Open: func(context.Context) (io.ReadCloser, error) { return nil, broken }}}
	_, err := r.Run(t.Context(), spec, sandboxes.RunIO{})
	require.ErrorIs(t, err, broken)
	spec.Files[0].Open = func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(make([]byte, 100)), failingReader{broken})), nil
	}
	_, err = r.Run(t.Context(), spec, sandboxes.RunIO{})
	require.ErrorIs(t, err, broken)
	_, err = r.Run(t.Context(), request(), sandboxes.RunIO{Output: func(context.Context, io.Reader) error { return broken }})
	require.ErrorIs(t, err, broken)
	result, err := r.Run(t.Context(), request(), sandboxes.RunIO{Log: failingWriter{broken}})
	require.NoError(t, err)
	require.Equal(t, sandboxes.CauseNone, result.Cause, "a failing log does not fail the run")
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }
