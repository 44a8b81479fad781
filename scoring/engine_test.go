package scoring_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/image"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"incubator/sandboxes/sandboxtest"
	"incubator/scenarios"
	"incubator/scoring"
)

// realRig is a rig whose sandboxes are containers, or the test is skipped.
func realRig(t *testing.T, name string) *rig {
	t.Helper()
	sandboxtest.Docker(t)
	init, err := sandboxtest.Init(t)("")
	require.NoError(t, err)
	image := sandboxtest.Image(t, runnerFiles(t))
	r := openRig(t, t.TempDir(), uuid.NewString(), image, init, nil)
	require.NoError(t, r.manager.Start(t.Context()))
	r.populate()
	r.challenge = r.publish(name)
	r.clock = &clock{now: r.challenge.PublishedAt}
	return r
}

func (r *rig) hand(team string, kind scenarios.Kind, file string, body []byte) *scoring.SubmissionView {
	r.t.Helper()
	sub, err := r.Submit(r.t.Context(), r.captain, scoring.SubmitRequest{
		PhaseID: r.phase("one").ID, TeamID: team, Kind: kind, FileName: file, Body: bytes.NewReader(body),
	})
	require.NoError(r.t, err)
	if kind != scenarios.Document {
		require.NoError(r.t, r.work(r.runID(sub)))
	}
	return r.view(r.captain, sub.ID)
}

func TestEveryKindOnTheRealEngine(t *testing.T) {
	r := realRig(t, "tables")
	team := r.team("Team")
	for _, c := range []struct {
		kind scenarios.Kind
		file string
		body []byte
		want scoring.State
	}{
		{scenarios.Results, "prediction.csv", []byte(goodPrediction), scoring.Scored},
		{scenarios.Code, "program.tar", program(t, "/runner"), scoring.Scored},
		{scenarios.Image, "image.tar", imageOf(t), scoring.Scored},
		{scenarios.Document, "proposal.md", []byte("# We propose\n"), scoring.Received},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			view := r.hand(team, c.kind, c.file, c.body)
			require.Equal(t, c.want, view.State)
			if c.want == scoring.Received {
				require.Empty(t, view.Runs)
				return
			}
			run := view.Runs[0]
			require.Equal(t, map[string]float64{"auc": 1}, run.Scores, run.Detail)
			if c.kind == scenarios.Results {
				return
			}
			require.Equal(t, "predicting 33\n", r.read(view.ID, scoring.RunLog), "and nothing that it must not see")
			require.Positive(t, run.Usage.PeakMemory)
			require.Positive(t, run.Usage.Prediction)
			require.NotEmpty(t, run.Usage.Runtime)
		})
	}
}

// imageOf is what `docker save` makes of an image with the runner alone, which is
// removed from the engine after the test.
func imageOf(t *testing.T) []byte {
	t.Helper()
	layer := sandboxtest.Tar(t, map[string][]byte{"runner": runnerFiles(t)["runner"]}).Bytes()
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux", "config": map[string]any{"Entrypoint": []string{"/runner"}, "User": "0"},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + sum(layer)}},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := sandboxtest.API(t).ImageRemove(context.WithoutCancel(t.Context()), "sha256:"+sum(config), image.RemoveOptions{Force: true})
		require.NoError(t, err)
	})
	return tarOf(t, map[string]string{
		"manifest.json": `[{"Config":"config.json","Layers":["layer.tar"]}]`, "config.json": string(config), "layer.tar": string(layer),
	})
}

func sum(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:])
}

func TestAScoringContainerOnTheRealEngine(t *testing.T) {
	r := realRig(t, "scored")
	team := r.team("Team")
	for _, c := range []struct {
		name string
		kind scenarios.Kind
		body []byte
		want map[string]float64
	}{
		{"results", scenarios.Results, []byte(`{"score": 0.5, "seconds": 3}`), map[string]float64{"score": 0.5, "seconds": 3}},
		{"code", scenarios.Code, program(t, "/runner"), map[string]float64{"score": 0.75}},
	} {
		view := r.hand(team, c.kind, "scores.json", c.body)
		require.Equal(t, c.want, view.Runs[0].Scores, view.Runs[0].Detail)
		if c.kind == scenarios.Code {
			require.NotContains(t, r.read(view.ID, scoring.RunLog), "BREACH")
		}
	}
	view := r.hand(team, scenarios.Results, "scores.json", []byte(`{"note": "ask for NaN"}`))
	require.Equal(t, scoring.ScorerFault, view.Runs[0].Cause)
	require.Contains(t, view.Runs[0].Detail, "NaN")
}

// TestHostileProgramsEndWithTheirCause prints what a participant reads.
func TestHostileProgramsEndWithTheirCause(t *testing.T) {
	r := realRig(t, "tables")
	team := r.team("Team")
	for _, c := range []struct {
		command string
		cause   []scoring.Cause // one of
	}{
		{"/hostile forks", []scoring.Cause{scoring.Timeout, scoring.NonzeroExit, scoring.BadOutput}},
		{"/hostile memory", []scoring.Cause{scoring.OutOfMemory}},
		{"/hostile output", []scoring.Cause{scoring.OutputTooLarge}},
		{"/hostile scratch", []scoring.Cause{scoring.NonzeroExit, scoring.OutOfMemory, scoring.BadOutput}},
		{"/hostile print", []scoring.Cause{scoring.Timeout, scoring.BadOutput}},
		{"/hostile forever", []scoring.Cause{scoring.Timeout}},
		{"/hostile symlink", []scoring.Cause{scoring.BadOutput}},
		{"/hostile fifo", []scoring.Cause{scoring.BadOutput}},
		{"/hostile device", []scoring.Cause{scoring.NonzeroExit, scoring.BadOutput}},
		{"/hostile fail", []scoring.Cause{scoring.NonzeroExit}},
		{"/runner nan", []scoring.Cause{scoring.BadOutput}},
		{"/nothing", []scoring.Cause{scoring.BadImage}},
	} {
		t.Run(strings.TrimPrefix(c.command, "/"), func(t *testing.T) {
			view := r.hand(team, scenarios.Code, "program.tar", program(t, c.command))
			run := view.Runs[0]
			t.Log(run.Cause, "·", run.Detail)
			require.Equal(t, scoring.Failed, view.State)
			require.Contains(t, c.cause, run.Cause)
			require.NotEmpty(t, run.Detail)
			require.LessOrEqual(t, run.Log.Size, int64(300<<10), "a log is bounded")
			if c.command == "/hostile print" {
				require.Contains(t, r.read(view.ID, scoring.RunLog), "the log was cut off here")
			}
		})
	}
	require.Equal(t, scoring.Scored, r.hand(team, scenarios.Code, "program.tar", program(t, "/runner")).State, "and the next one runs")
}
