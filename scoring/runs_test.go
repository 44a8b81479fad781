package scoring_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/sandboxes/fake"
	"incubator/sandboxes/tree"
	"incubator/scenarios"
	"incubator/scoring"
)

// program is an archive whose command is the given one.
func program(t testing.TB, command string) []byte {
	t.Helper()
	return tarOf(t, map[string]string{"metadata.yaml": "command: " + command + "\n", "main.py": "pass\n"})
}

func tarOf(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for name, content := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(content))}))
		_, err := w.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

func (r *rig) submitCode(team, command string) *scoring.Submission {
	r.t.Helper()
	req := r.request(team, "")
	req.Kind, req.FileName, req.Body = scenarios.Code, "program.tar", bytes.NewReader(program(r.t, command))
	sub, err := r.Submit(r.t.Context(), r.captain, req)
	require.NoError(r.t, err)
	return sub
}

const goodPrediction = "id,score\n1,0.1\n2,0.9\n3,0.2\n4,0.8\n"

func predict(_ context.Context, job *fake.Job) int {
	fmt.Fprintln(job.Log, "predicting")
	job.Output["prediction.csv"] = goodPrediction
	return 0
}

func TestACodeRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "tables")
		var seen *fake.Job
		r.runs(func(ctx context.Context, job *fake.Job) int { seen = job; return predict(ctx, job) })
		sub := r.submitCode(r.team("Team"), "python3 $program/main.py $input $output --tmp=$tmp/x $hidden")
		require.Equal(t, scoring.Queued, r.view(r.captain, sub.ID).State)
		r.drain()
		view := r.view(r.captain, sub.ID)
		run := view.Runs[0]
		require.Equal(t, scoring.Scored, view.State)
		require.Equal(t, map[string]float64{"auc": 1}, run.Scores)
		require.Equal(t, 1, run.ChallengeVersion)
		require.Equal(t, runnerImage, run.Usage.Image)
		require.Equal(t, []string{"python3", "/app/program/main.py", "/app/input_data", "/app/output", "--tmp=/tmp/x", "$hidden"}, seen.Argv)
		require.Contains(t, seen.Volumes["/app/input_data"], "rows.csv")
		for _, volume := range seen.Volumes {
			require.NotContains(t, volume, "truth.csv", "the reference is never where a submission runs")
		}
		var states []scoring.State
		for _, e := range view.History {
			states = append(states, e.State)
		}
		require.Equal(t, []scoring.State{scoring.Queued, scoring.Preparing, scoring.Preparing, scoring.Preparing, scoring.Running, scoring.Running, scoring.Scoring, scoring.Scored}, states)
		require.Equal(t, "predicting\n", r.read(view.ID, scoring.RunLog))
	})
}

func (r *rig) read(id string, part scoring.Part) string {
	r.t.Helper()
	file, _, err := r.Open(r.t.Context(), r.organiser, id, part)
	require.NoError(r.t, err)
	defer file.Close()
	var buf bytes.Buffer
	_, err = buf.ReadFrom(file)
	require.NoError(r.t, err)
	return buf.String()
}

func TestEveryCause(t *testing.T) {
	ends := func(code int, change func(*fake.Job)) func(context.Context, *fake.Job) int {
		return func(_ context.Context, job *fake.Job) int {
			change(job)
			return code
		}
	}
	cases := []struct {
		cause   scoring.Cause
		program func(context.Context, *fake.Job) int
		detail  string
	}{
		{scoring.Timeout, ends(137, func(j *fake.Job) { j.Trailer.TimedOut = true }), "The program ran longer than 3s."},
		{scoring.OutOfMemory, ends(137, func(j *fake.Job) { j.Trailer.OOMKills = 1 }), "The program needed more memory than 64 MiB."},
		{scoring.OutputTooLarge, ends(1, func(j *fake.Job) { j.Trailer.Full = []string{"/app/output"} }), "The output folder was full: it takes 1 MiB in 1000 files."},
		{scoring.BadOutput, ends(0, func(j *fake.Job) {
			j.Trailer.Refusal = &tree.Refusal{Kind: tree.Bad, Path: "link", Reason: "is a symbolic link"}
		}), "The output cannot be taken"},
		{scoring.BadOutput, ends(0, func(*fake.Job) {}), "the output holds no prediction.csv; a program leaves it in the folder $output"},
		{scoring.BadOutput, ends(0, func(j *fake.Job) { j.Output["prediction.csv"] = "id,score\n1,NaN\n" }), `prediction.csv, line 2, column score: "NaN" is not a finite number`},
		{scoring.BadOutput, ends(0, func(j *fake.Job) { j.Output["prediction.csv"] = "id,score\n1,0.5\n3,0.5\n" }), `prediction.csv has no row for id "2" (2 ids in all)`},
		{scoring.NonzeroExit, ends(3, func(*fake.Job) {}), "The program ended with exit code 3."},
		{scoring.BadImage, ends(0, func(j *fake.Job) { j.Trailer.Start = "was not found" }), "The command was not found."},
	}
	r := newRig(t, dbtest.New(t), "tables")
	team := r.team("Team")
	for i, c := range cases {
		r.runs(c.program)
		sub := r.submitCode(team, fmt.Sprint("run ", i))
		r.drain()
		view := r.view(r.captain, sub.ID)
		require.Equal(t, scoring.Failed, view.State, c.detail)
		require.Equal(t, c.cause, view.Runs[0].Cause, view.Runs[0].Detail)
		require.Contains(t, view.Runs[0].Detail, c.detail)
		require.True(t, view.Counted)
		require.Empty(t, view.Runs[0].Scores)
	}
	require.Empty(t, r.board(r.captain, "one").Rows)
}

func TestAFaultOfThePlatformIsGivenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "tables")
		r.runs(predict)
		sub := r.submitCode(r.team("Team"), "run")
		for try := range 3 {
			r.engine.Fail("Create", 0, errs.New(errs.Internal, "the engine is confused"))
			err := r.work(r.runID(sub))
			view := r.view(r.captain, sub.ID)
			if try < 2 {
				require.ErrorContains(t, err, "Snooze")
				require.Equal(t, scoring.Queued, view.State)
				require.Equal(t, "waits: the platform had a fault and tries again", view.Runs[0].Step)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, scoring.Failed, view.State)
			require.Equal(t, scoring.PlatformFault, view.Runs[0].Cause)
			require.False(t, view.Counted)
			require.NotContains(t, view.Runs[0].Detail, "confused", "what the engine said is for operators")
		}
		require.NoError(t, r.Rerun(t.Context(), r.organiser, sub.ID))
		r.drain()
		require.Equal(t, scoring.Scored, r.view(r.captain, sub.ID).State)
		require.False(t, r.view(r.captain, sub.ID).Counted, "what was given back stays so")
		require.Len(t, r.board(r.captain, "one").Rows, 1)
	})
}

func (r *rig) runID(sub *scoring.Submission) string {
	return r.view(r.organiser, sub.ID).Runs[0].ID
}

func TestAnEngineThatGoesAndComesBack(t *testing.T) {
	r := newRig(t, dbtest.New(t), "tables")
	sub := r.submitCode(r.team("Team"), "run")
	r.runs(func(ctx context.Context, _ *fake.Job) int {
		go r.engine.SetDown(true)
		<-ctx.Done()
		return 0
	})
	require.ErrorContains(t, r.work(r.runID(sub)), "Snooze")
	view := r.view(r.captain, sub.ID)
	require.Equal(t, scoring.Queued, view.State)
	require.Zero(t, view.Runs[0].PlatformFaults, "an outage is no fault of the run")
	for range 5 {
		r.clock.pass(time.Minute)
		require.ErrorContains(t, r.work(r.runID(sub)), "Snooze")
	}
	require.Contains(t, r.view(r.captain, sub.ID).Runs[0].Step, "waits: ")
	r.engine.SetDown(false)
	r.runs(predict)
	require.Eventually(t, func() bool { // the manager's breaker lets a probe through after a moment
		_ = r.work(r.runID(sub))
		return r.view(r.captain, sub.ID).State == scoring.Scored
	}, 30*time.Second, 100*time.Millisecond)
}

func TestAnEngineThatStaysAwayEndsTheRun(t *testing.T) {
	r := newRig(t, dbtest.New(t), "tables")
	r.engine.SetDown(true)
	sub := r.submitCode(r.team("Team"), "run")
	r.clock.pass(3 * time.Hour) // in the queue, behind others
	require.ErrorContains(t, r.work(r.runID(sub)), "Snooze", "the wait counts from the first start")
	r.clock.pass(2*time.Hour + time.Second)
	require.NoError(t, r.work(r.runID(sub)))
	view := r.view(r.captain, sub.ID)
	require.Equal(t, scoring.Failed, view.State)
	require.Equal(t, scoring.PlatformFault, view.Runs[0].Cause)
	require.False(t, view.Counted)
	r.engine.SetDown(false)
}

func TestADefectOfThePlatformIsAFault(t *testing.T) {
	r := newRig(t, dbtest.New(t), "tables")
	sub := r.submitCode(r.team("Team"), "run")
	broken := r.Service.Dependencies
	broken.Images = func(context.Context, string) (string, error) { panic("a defect") }
	worker := scoring.NewWorker(scoring.NewService(broken))
	for range 2 {
		require.ErrorContains(t, workOn(t.Context(), worker, r.runID(sub)), "Snooze")
	}
	require.NoError(t, workOn(t.Context(), worker, r.runID(sub)))
	require.Equal(t, scoring.PlatformFault, r.view(r.captain, sub.ID).Runs[0].Cause)
}

func TestAScorerThatFails(t *testing.T) {
	cases := []struct {
		name   string
		scorer func(context.Context, *fake.Job) int
		detail string
	}{
		{"exit code", func(context.Context, *fake.Job) int { return 1 }, "The scoring program ended with: nonzero_exit."},
		{"no file", func(context.Context, *fake.Job) int { return 0 }, "the scoring program left neither scores.json nor scores.txt."},
		{"NaN", leaves("scores.json", `{"score": NaN}`), "scores.json is not a JSON object of finite numbers (NaN and Infinity are no JSON numbers)."},
		{"too large a number", leaves("scores.json", `{"score": 1e999}`), "scores.json is not a JSON object of finite numbers"},
		{"missing key", leaves("scores.json", `{"other": 1, "seconds": 2}`), `scores.json has no value "score", which ranks the board.`},
		{"a text", leaves("scores.json", `{"score": "0.5"}`), `scores.json has no value "score"`},
		{"a list", leaves("scores.json", `[1]`), "scores.json is not a JSON object"},
		{"huge", leaves("scores.json", `{"score": 1, "x": "`+string(bytes.Repeat([]byte("a"), 2<<20))+`"}`), "scores.json is larger than 1 MiB"},
		{"text NaN", leaves("scores.txt", "score: nan\n"), "scores.txt line 1 is not a key and a finite number."},
		{"a secret", leaves("scores.txt", "score: 1\nTRUTH row 17 is bad\n"), "scores.txt line 2 is not a key and a finite number."},
	}
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r.scores(c.scorer)
			sub := r.submit(team, fmt.Sprintf(`{"score": %d}`, i))
			r.drain()
			view := r.view(r.captain, sub.ID)
			require.Equal(t, scoring.ScorerFault, view.Runs[0].Cause)
			require.Contains(t, view.Runs[0].Detail, c.detail)
			require.NotContains(t, view.Runs[0].Detail, "TRUTH")
			require.False(t, view.Counted, "a scorer's fault is given back")
		})
	}
	r.scores(leaves("scores.txt", "score: 0.25\nnotes:3\nunknown: 9\n"))
	sub := r.submit(team, `{"score": 99}`)
	r.drain()
	require.Equal(t, map[string]float64{"score": 0.25, "notes": 3}, r.view(r.captain, sub.ID).Runs[0].Scores)
}

// An output without a file never reaches the scoring program.
func TestAnEmptyOutputIsBadForAScoringProgramToo(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	called := false
	r.scores(func(context.Context, *fake.Job) int { called = true; return 0 })
	r.runs(func(context.Context, *fake.Job) int { return 0 })
	sub := r.submitCode(r.team("Team"), "run")
	r.drain()
	run := r.view(r.captain, sub.ID).Runs[0]
	require.Equal(t, scoring.BadOutput, run.Cause, run.Detail)
	require.Equal(t, "the output is empty; a program leaves its files in the folder $output", run.Detail)
	require.False(t, called)
}

func leaves(name, content string) func(context.Context, *fake.Job) int {
	return func(_ context.Context, job *fake.Job) int {
		job.Output[name] = content
		return 0
	}
}
