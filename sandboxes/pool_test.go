package sandboxes_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes"
)

func TestPool(t *testing.T) {
	r := newRig(t, succeed)
	require.NoError(t, r.Warm(t.Context(), request(), 2))
	require.Equal(t, 2, r.Health().Prepared)
	created := r.engine.Calls("Create")
	require.Equal(t, 2, created)
	rows, err := r.Rows(t.Context())
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Empty(t, rows[0].TeamID)

	spec := request()
	spec.ID = "warm"
	started := r.engine.Calls("Start")
	o := do(t, r.Manager, spec)
	require.Equal(t, sandboxes.CauseNone, o.Cause)
	row, err := r.Row(t.Context(), "warm")
	require.NoError(t, err)
	taken := slices.IndexFunc(rows, func(pooled sandboxes.Record) bool { return pooled.Container == row.Container })
	require.GreaterOrEqual(t, taken, 0, "the run took a waiting container")
	require.Equal(t, "blue", row.TeamID)
	_, err = r.Row(t.Context(), rows[taken].ID)
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "the pool's row became the run's")

	require.NoError(t, r.Settle(t.Context()))
	require.Equal(t, 2, r.Health().Prepared, "refilled in the background")
	require.Equal(t, started+1, r.engine.Calls("Start"))

	other := request()
	other.Limits.MemoryBytes = 64 << 20
	do(t, r.Manager, other)
	require.NoError(t, r.Settle(t.Context()))
	require.Equal(t, 2, r.Health().Prepared, "another shape does not take from the pool")
}

func TestPoolExpires(t *testing.T) {
	r := newRig(t, succeed)
	require.NoError(t, r.Warm(t.Context(), request(), 1))
	rows, err := r.Rows(t.Context())
	require.NoError(t, err)
	r.pass(time.Hour)
	r.Reap(t.Context())
	require.NoError(t, r.Settle(t.Context()))
	require.Zero(t, r.Health().Prepared)
	row, err := r.Row(t.Context(), rows[0].ID)
	require.NoError(t, err)
	require.Equal(t, sandboxes.StateExpired, row.State)
	require.Equal(t, sandboxes.CauseExpired, row.Cause)
}

// TestPoolStale has every waiting container end unseen: the run gets a new one,
// and a reconcile throws the dead ones out.
func TestPoolStale(t *testing.T) {
	r := newRig(t, succeed)
	require.NoError(t, r.Warm(t.Context(), request(), 2))
	r.engine.LoseConnections()
	r.engine.SetDown(true)
	r.engine.SetDown(false)
	o := do(t, r.Manager, request())
	require.Equal(t, sandboxes.CauseNone, o.Cause)
	require.NoError(t, r.Settle(t.Context()))
	require.NoError(t, r.Reconcile(t.Context()))
	require.NoError(t, r.Settle(t.Context()))
	require.LessOrEqual(t, r.Health().Prepared, 1)
	require.Equal(t, sandboxes.CauseNone, do(t, r.Manager, request()).Cause)
}

func TestPoolBound(t *testing.T) {
	r := newRig(t, succeed, func(o *sandboxes.Options) { o.MaxAhead = 3 })
	require.NoError(t, r.Warm(t.Context(), request(), 10))
	require.Equal(t, 3, r.Health().Prepared)
	// A prepared run finds no room to wait, and runs all the same.
	other := request()
	other.Limits.MemoryBytes = 64 << 20
	p, err := r.Prepare(t.Context(), other)
	require.NoError(t, err)
	result, err := p.Run(t.Context(), sandboxes.RunIO{})
	require.NoError(t, err)
	require.Equal(t, sandboxes.CauseNone, result.Cause)
}

func TestPrepare(t *testing.T) {
	r := newRig(t, succeed)
	t.Run("run", func(t *testing.T) {
		p, err := r.Prepare(t.Context(), request())
		require.NoError(t, err)
		result, err := p.Run(t.Context(), sandboxes.RunIO{})
		require.NoError(t, err)
		require.Equal(t, sandboxes.CauseNone, result.Cause)
	})
	t.Run("discard", func(t *testing.T) {
		spec := request()
		spec.ID = "discarded"
		p, err := r.Prepare(t.Context(), spec)
		require.NoError(t, err)
		p.Discard()
		require.NoError(t, r.Settle(t.Context()))
		row, err := r.Row(t.Context(), "discarded")
		require.NoError(t, err)
		require.Equal(t, sandboxes.StateStopped, row.State)
	})
	t.Run("engine fails", func(t *testing.T) {
		r.engine.Fail("Start", 0, errs.New(errs.Unavailable, "down"))
		p, err := r.Prepare(t.Context(), request())
		require.NoError(t, err)
		_, err = p.Run(t.Context(), sandboxes.RunIO{})
		require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	})
}

func TestQuota(t *testing.T) {
	r := newRig(t, untilEnd, func(o *sandboxes.Options) { o.TeamQuota = 1 })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan struct{})
	running := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = r.Run(ctx, request(), sandboxes.RunIO{Step: func(step string) {
			if step == sandboxes.StepRunning {
				close(running)
			}
		}})
	}()
	<-running
	_, err := r.Run(t.Context(), request(), sandboxes.RunIO{})
	require.Equal(t, errs.TooMany, errs.CodeOf(err))
	other := request()
	other.TeamID = "red"
	p, err := r.Prepare(t.Context(), other)
	require.NoError(t, err, "another team is not concerned")
	p.Discard()
	cancel()
	<-ended
}

// TestLifecycle starts and stops the service as often as anybody likes.
func TestLifecycle(t *testing.T) {
	r := newRig(t, succeed)
	r.engine.SetDown(true)
	require.NoError(t, r.Start(t.Context()), "a missing engine does not keep the platform from starting")
	require.NoError(t, r.Start(t.Context()))
	r.engine.SetDown(false)
	r.pass(time.Minute)
	require.NoError(t, r.Warm(t.Context(), request(), 1))
	require.NoError(t, r.Stop(t.Context()))
	require.NoError(t, r.Stop(t.Context()))
	require.Zero(t, r.Health().Live, "stopping empties the pool")
	require.NoError(t, r.Start(t.Context()))
	require.NoError(t, r.Warm(t.Context(), request(), 1))
	require.Equal(t, sandboxes.CauseNone, do(t, r.Manager, request()).Cause)
}

// TestLostRun expires a lease under a run that hangs.
func TestLostRun(t *testing.T) {
	r := newRig(t, untilEnd)
	_, err := r.Run(t.Context(), request(), sandboxes.RunIO{Step: func(step string) {
		if step == sandboxes.StepRunning {
			r.pass(time.Hour)
			go r.Reap(t.Context())
		}
	}})
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
}

func TestData(t *testing.T) {
	r := newRig(t, succeed)
	spec := request()
	spec.Data = []sandboxes.DataMount{{Path: "/app/input_data", DataID: "missing"}}
	_, err := r.Run(t.Context(), spec, sandboxes.RunIO{})
	require.Equal(t, errs.NotFound, errs.CodeOf(err))

	require.NoError(t, r.EnsureData(t.Context(), "d", tree(t, "x", "1")))
	require.NoError(t, r.EnsureData(t.Context(), "d", nil), "what is there is not opened again")
	require.NoError(t, r.RemoveData(t.Context(), "d"))
	spec.Data[0].DataID = "d"
	_, err = r.Run(t.Context(), spec, sandboxes.RunIO{})
	require.Equal(t, errs.NotFound, errs.CodeOf(err))

	err = r.EnsureData(t.Context(), "bad", tree(t, "../x", "1"))
	require.Equal(t, errs.Invalid, errs.CodeOf(err), err)
	err = r.EnsureData(t.Context(), "empty", files(t, "", nil).Open)
	require.Equal(t, errs.Invalid, errs.CodeOf(err), err)
}

func TestRefusedSpecs(t *testing.T) {
	r := newRig(t, succeed)
	for name, change := range map[string]func(*sandboxes.RunSpec){
		"no image":       func(s *sandboxes.RunSpec) { s.Image = "" },
		"no purpose":     func(s *sandboxes.RunSpec) { s.Purpose = sandboxes.PurposePool },
		"no command":     func(s *sandboxes.RunSpec) { s.Command = nil },
		"outside app":    func(s *sandboxes.RunSpec) { s.OutputDir = "/etc" },
		"traversal":      func(s *sandboxes.RunSpec) { s.OutputDir = "/app/../etc" },
		"socket":         func(s *sandboxes.RunSpec) { s.Data = []sandboxes.DataMount{{Path: "/var/run", DataID: "x"}} },
		"overlap":        func(s *sandboxes.RunSpec) { s.Files = []sandboxes.Tree{{Path: "/app/output/x"}} },
		"too many pids":  func(s *sandboxes.RunSpec) { s.Limits.PIDs = 4096 },
		"negative":       func(s *sandboxes.RunSpec) { s.Limits.LogBytes = -1 },
		"no memory":      func(s *sandboxes.RunSpec) { s.Limits.MemoryBytes = 1 },
		"endless":        func(s *sandboxes.RunSpec) { s.Limits.Time = 10000 * time.Hour },
		"too many cores": func(s *sandboxes.RunSpec) { s.Limits.CPUs = 1000 },
		"huge output":    func(s *sandboxes.RunSpec) { s.Limits.OutputBytes = 1 << 60 },
	} {
		t.Run(name, func(t *testing.T) {
			spec := request()
			change(&spec)
			_, err := r.Run(t.Context(), spec, sandboxes.RunIO{})
			require.Equal(t, errs.Invalid, errs.CodeOf(err), err)
		})
	}
	require.Zero(t, r.engine.Calls("Create"))
}

func TestRuntimeAuto(t *testing.T) {
	r := newRig(t, succeed)
	r.engine.SetInfo(func(i *sandboxes.EngineInfo) { i.Runtimes = []string{"runc", "runsc"} })
	require.Equal(t, "runsc", do(t, r.Manager, request()).Runtime)
	require.Equal(t, "runsc", r.Health().Runtime)

	wants := newRig(t, succeed, func(o *sandboxes.Options) { o.Runtime = "runsc" })
	_, err := wants.Run(t.Context(), request(), sandboxes.RunIO{})
	require.Equal(t, errs.Unavailable, errs.CodeOf(err), "never a weaker runtime than the configured one")
}
