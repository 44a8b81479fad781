package sandboxes_test

import (
	"os"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"incubator/sandboxes"
	"incubator/sandboxes/sandboxtest"
)

// BenchmarkEnv switches TestSpeed on, which needs a quiet machine.
const BenchmarkEnv = "INCUBATOR_BENCH"

const (
	pairs  = 8 // submissions of two containers in one measure
	rounds = 3 // of all measures, which take turns so that the machine's mood hits all alike
)

// TestSpeed compares a submission's two runs, prediction and scoring, with
// create, start, wait and remove of the same two containers by the raw client:
// the same image, program, mounts and limits.
func TestSpeed(t *testing.T) {
	if os.Getenv(BenchmarkEnv) == "" {
		t.Skip("set " + BenchmarkEnv + "=1 on a quiet machine")
	}
	api, image := sandboxtest.API(t), sandboxtest.HostileImage(t)
	var same container.InspectResponse
	m := newManager(t, func(o *sandboxes.Options) {
		o.MaxAhead, o.MaxRunning = 2*pairs+4, 4
		o.Fault = func(point string) {
			if point == "sandbox.created" && same.Config == nil {
				same = inspectOurs(t, api, o.Instance)
			}
		}
	})
	require.NoError(t, m.Start(t.Context()))
	do(t, m, hostile(image, "noop"))
	raw := func() { rawPair(t, api, same) }
	ours := func() { submission(t, m, image) }

	var raw1, cold1, raw4, cold4, warm time.Duration
	for range rounds {
		raw1 += timed(t, 1, raw)
		cold1 += timed(t, 1, ours)
		settle(t, m)
		raw4 += timed(t, 4, raw)
		cold4 += timed(t, 4, ours)
		settle(t, m)
		require.NoError(t, m.Warm(t.Context(), hostile(image, "noop"), 2*pairs))
		warm += timed(t, 1, ours)
		settle(t, m)
	}
	const n = rounds * pairs
	t.Logf("one at a time: raw %v, ours %v, ratio %.2f (at most 1.2)", raw1/n, cold1/n, ratio(cold1, raw1))
	t.Logf("four at once: raw %.1f containers/s, ours %.1f, ratio %.2f (at least 0.9)",
		2*n/raw4.Seconds(), 2*n/cold4.Seconds(), ratio(raw4, cold4))
	t.Logf("pre-started: %v, ratio %.2f (at most 0.4)", warm/n, ratio(warm, raw1))
	require.LessOrEqual(t, ratio(cold1, raw1), 1.2)
	require.GreaterOrEqual(t, ratio(raw4, cold4), 0.9)
	require.LessOrEqual(t, ratio(warm, raw1), 0.4)
}

// inspectOurs returns the configuration of the one sandbox that exists.
func inspectOurs(t *testing.T, api *client.Client, instance string) container.InspectResponse {
	found, err := api.ContainerList(t.Context(), container.ListOptions{All: true, Filters: filters.NewArgs(
		filters.Arg("label", sandboxes.LabelInstance+"="+instance), filters.Arg("label", sandboxes.LabelPurpose+"=prediction"))})
	require.NoError(t, err)
	require.Len(t, found, 1)
	inspected, err := api.ContainerInspect(t.Context(), found[0].ID)
	require.NoError(t, err)
	return inspected
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// timed does it for all pairs, by some workers at once.
func timed(t *testing.T, workers int, do func()) time.Duration {
	begin := time.Now()
	var group errgroup.Group
	group.SetLimit(workers)
	for range pairs {
		group.Go(func() error { do(); return nil })
	}
	require.NoError(t, group.Wait())
	return time.Since(begin)
}

// settle waits for the removals of the last measure.
func settle(t *testing.T, m *sandboxes.Manager) {
	require.NoError(t, m.Stop(t.Context()))
	require.NoError(t, m.Start(t.Context()))
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

func rawPair(t *testing.T, api *client.Client, same container.InspectResponse) {
	config := *same.Config
	config.Entrypoint, config.Labels = []string{"/hostile", "noop"}, nil
	for range 2 {
		created, err := api.ContainerCreate(t.Context(), &config, same.HostConfig, nil, nil, "")
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
