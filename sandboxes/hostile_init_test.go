package sandboxes_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/sandboxes"
	"incubator/sandboxes/fake"
	"incubator/sandboxes/wire"
)

// TestHostileInit has process 1 itself lie: the platform believes nothing that
// it can check.
func TestHostileInit(t *testing.T) {
	frames := func(write func(*wire.Writer)) fake.Program {
		return func(_ context.Context, p fake.Process) int {
			out := wire.NewWriter(p.Stdout)
			go func() { _, _ = io.Copy(io.Discard, p.Stdin) }()
			_ = out.Frame(wire.KindHello, nil)
			write(out)
			return 0
		}
	}
	lie := func(change func(*fake.Job)) fake.Program {
		return fake.Init(func(_ context.Context, job *fake.Job) int {
			job.Output["a"] = "b"
			change(job)
			return 0
		})
	}
	tests := []struct {
		name    string
		program fake.Program
		cause   sandboxes.Cause
		detail  string
	}{
		{"wrong nonce", lie(func(j *fake.Job) { j.Trailer.Nonce = "guess" }), sandboxes.CausePlatform, "did not come from"},
		{"wrong totals", lie(func(j *fake.Job) { j.Trailer.Files = 5 }), sandboxes.CausePlatform, "differs from the account"},
		{"bad path", lie(func(j *fake.Job) { j.Output["../x"] = "y" }), sandboxes.CauseBadOutput, "leaves the folder"},
		{"too many", lie(func(j *fake.Job) {
			for _, name := range strings.Split("bcdefghijk", "") {
				j.Output[name] = "y"
			}
		}), sandboxes.CauseOutputTooLarge, "more than 10 files"},
		{"unknown frame", frames(func(w *wire.Writer) { _ = w.Frame('?', nil) }), sandboxes.CausePlatform, "unknown frame"},
		{"no hello", func(_ context.Context, p fake.Process) int {
			_ = wire.NewWriter(p.Stdout).Frame(wire.KindLog, []byte("hi"))
			return 0
		}, sandboxes.CausePlatform, "begins with"},
		{"steps backwards", frames(func(w *wire.Writer) {
			_ = w.Frame(wire.KindStep, []byte(wire.StepRun))
			_ = w.Frame(wire.KindStep, []byte(wire.StepUnpack))
		}), sandboxes.CausePlatform, "after"},
		{"early output", frames(func(w *wire.Writer) { _ = w.Frame(wire.KindOutput, []byte("x")) }), sandboxes.CausePlatform, "before its time"},
		{"endless output", frames(func(w *wire.Writer) {
			_ = w.Frame(wire.KindStep, []byte(wire.StepRun))
			_ = w.Frame(wire.KindStep, []byte(wire.StepCollect))
			for range 10 {
				_, _ = w.Stream(wire.KindOutput).Write(make([]byte, 64<<10))
			}
		}), sandboxes.CausePlatform, "longer than announced"},
		{"killed for memory", func(ctx context.Context, p fake.Process) int {
			out := wire.NewWriter(p.Stdout)
			_ = out.Frame(wire.KindHello, nil)
			_ = out.Frame(wire.KindStep, []byte(wire.StepRun))
			p.OutOfMemory()
			return 137
		}, sandboxes.CauseOutOfMemory, "512 MiB"},
		{"killed otherwise", func(ctx context.Context, p fake.Process) int {
			out := wire.NewWriter(p.Stdout)
			_ = out.Frame(wire.KindHello, nil)
			_ = out.Frame(wire.KindStep, []byte(wire.StepRun))
			return 2
		}, sandboxes.CauseNonzeroExit, "brought its whole sandbox down"},
	}
	r := newRig(t, succeed)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r.engine.AddImage(sandboxes.ImageInfo{ID: "sha256:liar"}, test.program)
			spec := request()
			spec.Image = "sha256:liar"
			spec.Limits.OutputFiles, spec.Limits.OutputBytes = 10, 1000
			o := do(t, r.Manager, spec)
			require.Equal(t, test.cause, o.Cause, o.Detail)
			require.Contains(t, o.Detail, test.detail)
		})
	}
}
