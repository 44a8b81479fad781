package sandboxes_test

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/sandboxes"
	"incubator/sandboxes/sandboxtest"
)

// newManager returns a manager on the real engine and checks after the test
// that it left nothing behind.
func newManager(t testing.TB, change ...func(*sandboxes.Options)) *sandboxes.Manager {
	t.Helper()
	return newManagerOn(t, sandboxtest.Docker(t), change...)
}

func newManagerOn(t testing.TB, engine sandboxes.Engine, change ...func(*sandboxes.Options)) *sandboxes.Manager {
	t.Helper()
	options := sandboxes.Options{Instance: uuid.NewString(), Init: sandboxtest.Init(t), Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&options)
	}
	m, err := sandboxes.New(engine, dbtest.New(t), options)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		require.NoError(t, m.Purge(ctx))
		left, err := engine.List(ctx, map[string]string{sandboxes.LabelInstance: options.Instance})
		require.NoError(t, err)
		require.Empty(t, left, "objects left on the engine")
	})
	return m
}

// outcome is what a run gave its caller.
type outcome struct {
	sandboxes.RunResult
	log   string
	files map[string]string
	steps []string
}

// do runs a spec with the defaults of these tests.
func do(t testing.TB, m *sandboxes.Manager, spec sandboxes.RunSpec) outcome {
	t.Helper()
	var o outcome
	var log bytes.Buffer
	result, err := m.Run(t.Context(), spec, sandboxes.RunIO{
		Log:    &log,
		Step:   func(step string) { o.steps = append(o.steps, step) },
		Output: func(_ context.Context, r io.Reader) (err error) { o.files, err = untar(r); return err },
	})
	require.NoError(t, err)
	o.RunResult, o.log = result, log.String()
	return o
}

func untar(r io.Reader) (map[string]string, error) {
	files := map[string]string{}
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		if h.Typeflag == tar.TypeReg {
			files[h.Name] = string(content)
		}
	}
}

// files makes an input tree.
func files(t testing.TB, path string, content map[string][]byte) sandboxes.Tree {
	archive := sandboxtest.Tar(t, content).Bytes()
	return sandboxes.Tree{Path: path, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(archive)), nil
	}}
}

func hostile(image, deed string) sandboxes.RunSpec {
	return sandboxes.RunSpec{
		Purpose: sandboxes.PurposePrediction, Image: image, Command: []string{"/hostile", deed},
		OutputDir: "/app/output", Limits: sandboxes.Limits{Time: 20 * time.Second},
	}
}

func TestRunEndToEnd(t *testing.T) {
	m := newManager(t)
	image := sandboxtest.HostileImage(t)
	data := sandboxtest.Tar(t, map[string][]byte{"in/rows.csv": []byte("1,2\n")}).Bytes()
	require.NoError(t, m.EnsureData(t.Context(), "sha256:rows", func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}))

	spec := hostile(image, "copy")
	spec.Data = []sandboxes.DataMount{{Path: "/app/input_data", DataID: "sha256:rows"}}
	spec.Files = []sandboxes.Tree{files(t, "/app/program", map[string][]byte{"main.py": []byte("print()")})}
	o := do(t, m, spec)

	require.Equal(t, sandboxes.CauseNone, o.Cause, o.Detail)
	require.Equal(t, map[string]string{"program_main.py": "print()", "input_data_in_rows.csv": "1,2\n"}, o.files)
	require.Equal(t, "copied program_main.py\ncopied input_data_in_rows.csv\n", o.log)
	require.Equal(t, []string{sandboxes.StepPreparing, sandboxes.StepRunning, sandboxes.StepCollecting}, o.steps)
	require.Equal(t, 2, o.OutputFiles)
	require.EqualValues(t, 11, o.OutputBytes)
	require.Equal(t, image, o.ImageID)
	require.Positive(t, o.Usage.PeakMemoryBytes)
	require.Positive(t, o.Usage.CPU)
	require.False(t, o.Usage.Ended.Before(o.Usage.Started))
}

// TestWarmOnDocker uses a pre-started container once, and a prepared one.
func TestWarmOnDocker(t *testing.T) {
	var mu sync.Mutex
	reached := map[string]int{}
	m := newManager(t, func(o *sandboxes.Options) {
		o.Fault = func(point string) {
			mu.Lock()
			defer mu.Unlock()
			reached[point]++
		}
	})
	count := func(point string) int {
		mu.Lock()
		defer mu.Unlock()
		return reached[point]
	}
	spec := hostile(sandboxtest.HostileImage(t), "copy")
	spec.Files = []sandboxes.Tree{files(t, "/app/program", map[string][]byte{"a": []byte("first")})}
	require.NoError(t, m.Warm(t.Context(), spec, 1))
	require.Equal(t, 1, count("sandbox.started"))
	o := do(t, m, spec)
	require.Equal(t, map[string]string{"program_a": "first"}, o.files)
	require.Equal(t, 1, count("sandbox.adopted"))

	// Another job in the refilled pool sees nothing of the first one.
	require.NoError(t, m.Settle(t.Context()))
	spec.Files[0] = files(t, "/app/program", map[string][]byte{"b": []byte("second")})
	o = do(t, m, spec)
	require.Equal(t, map[string]string{"program_b": "second"}, o.files)

	spec.Limits.MemoryBytes = 100 << 20
	p, err := m.Prepare(t.Context(), spec)
	require.NoError(t, err)
	result, err := p.Run(t.Context(), sandboxes.RunIO{})
	require.NoError(t, err)
	require.Equal(t, sandboxes.CauseNone, result.Cause, result.Detail)
	p, err = m.Prepare(t.Context(), spec)
	require.NoError(t, err)
	p.Discard()
}

// TestRefusedInput has a submission with a link in it, and one too large: the
// caller is told which file, and the next run works.
func TestRefusedInput(t *testing.T) {
	m := newManager(t)
	spec := hostile(sandboxtest.HostileImage(t), "noop")
	spec.Limits.ProgramBytes = 1 << 20
	var linked bytes.Buffer
	w := tar.NewWriter(&linked)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "evil", Typeflag: tar.TypeSymlink, Linkname: "/app/input_data"}))
	require.NoError(t, w.Close())
	for says, content := range map[string][]byte{
		"evil: it is a symbolic link": linked.Bytes(),
		"big: the files hold more":    sandboxtest.Tar(t, map[string][]byte{"big": make([]byte, 2<<20)}).Bytes(),
		"not a whole tar archive":     bytes.Repeat([]byte("noise"), 1000),
	} {
		spec.Files = []sandboxes.Tree{{Path: "/app/program", Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content)), nil
		}}}
		_, err := m.Run(t.Context(), spec, sandboxes.RunIO{})
		require.Equal(t, errs.Invalid, errs.CodeOf(err), err)
		require.Contains(t, errs.MessageOf(err), says)
	}
	spec.Files = nil
	require.Equal(t, sandboxes.CauseNone, do(t, m, spec).Cause)
}
