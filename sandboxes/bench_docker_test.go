package sandboxes_test

import (
	"os"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"incubator/sandboxes"
	"incubator/sandboxes/sandboxtest"
)

// BenchmarkEnv switches TestSpeed on, which needs a quiet machine.
const BenchmarkEnv = "INCUBATOR_BENCH"

// pairs is how many submissions of two containers each measure takes.
const pairs = 12

// TestSpeed compares a submission's two runs, prediction and scoring, with
// create, start, wait and remove of the same two containers by the raw client.
// The measures take turns, so that the machine's mood hits all alike.
func TestSpeed(t *testing.T) {
	if os.Getenv(BenchmarkEnv) == "" {
		t.Skip("set " + BenchmarkEnv + "=1 on a quiet machine")
	}
	api, image := sandboxtest.API(t), sandboxtest.HostileImage(t)
	m := newManager(t, func(o *sandboxes.Options) { o.MaxAhead = 2*pairs + 4; o.MaxRunning = 4 })
	require.NoError(t, m.Start(t.Context()))
	submission(t, m, image)

	var raw, cold, warm, raw4, cold4 time.Duration
	for range 3 {
		raw += timed(func() { repeat(t, 1, func() { rawPair(t, api, image) }) })
		cold += timed(func() { repeat(t, 1, func() { submission(t, m, image) }) })
		settle(t, m)
		raw4 += timed(func() { repeat(t, 4, func() { rawPair(t, api, image) }) })
		cold4 += timed(func() { repeat(t, 4, func() { submission(t, m, image) }) })
		settle(t, m)
	}
	for range 3 {
		require.NoError(t, m.Warm(t.Context(), hostile(image, "noop"), 2*pairs))
		warm += timed(func() { repeat(t, 1, func() { submission(t, m, image) }) })
		settle(t, m)
	}
	t.Logf("one at a time: raw %v, cold %v, ratio %.2f (limit 1.2)", raw/(3*pairs), cold/(3*pairs), ratio(cold, raw))
	t.Logf("four at once: raw %.1f containers/s, ours %.1f, ratio %.2f (limit 0.9)",
		rate(raw4), rate(cold4), ratio(raw4, cold4))
	t.Logf("warm: %v, ratio %.2f (limit 0.4)", warm/(3*pairs), ratio(warm, raw))
	require.Less(t, ratio(cold, raw), 1.2)
	require.Greater(t, ratio(raw4, cold4), 0.9)
	require.Less(t, ratio(warm, raw), 0.4)
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func rate(d time.Duration) float64 { return 2 * 3 * pairs / d.Seconds() }

func timed(do func()) time.Duration {
	begin := time.Now()
	do()
	return time.Since(begin)
}

// settle waits for the removals of the last measure.
func settle(t *testing.T, m *sandboxes.Manager) {
	require.NoError(t, m.Stop(t.Context()))
	require.NoError(t, m.Start(t.Context()))
}

func repeat(t *testing.T, workers int, do func()) {
	var group errgroup.Group
	group.SetLimit(workers)
	for range pairs {
		group.Go(func() error { do(); return nil })
	}
	require.NoError(t, group.Wait())
}

// submission is the way of the pipeline: the scoring sandbox is prepared while
// the prediction runs.
func submission(t *testing.T, m *sandboxes.Manager, image string) {
	scoring := hostile(image, "noop")
	scoring.Purpose = sandboxes.PurposeScoring
	prepared, err := m.Prepare(t.Context(), scoring)
	require.NoError(t, err)
	first := do(t, m, hostile(image, "noop"))
	require.Equal(t, sandboxes.CauseNone, first.Cause, first.Detail)
	second, err := prepared.Run(t.Context(), sandboxes.RunIO{})
	require.NoError(t, err)
	require.Equal(t, sandboxes.CauseNone, second.Cause, second.Detail)
}

func rawPair(t *testing.T, api *client.Client, image string) {
	for range 2 {
		created, err := api.ContainerCreate(t.Context(), &container.Config{Image: image, Entrypoint: []string{"/hostile", "noop"}},
			&container.HostConfig{NetworkMode: "none", LogConfig: container.LogConfig{Type: "none"}}, nil, nil, "")
		require.NoError(t, err)
		require.NoError(t, api.ContainerStart(t.Context(), created.ID, container.StartOptions{}))
		ended, failed := api.ContainerWait(t.Context(), created.ID, container.WaitConditionNotRunning)
		select {
		case <-ended:
		case err := <-failed:
			require.NoError(t, err)
		}
		require.NoError(t, api.ContainerRemove(t.Context(), created.ID, container.RemoveOptions{Force: true}))
	}
}
