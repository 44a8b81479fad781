package scoring_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/sandboxes/fake"
	"incubator/scenarios"
	"incubator/scoring"
)

func TestCancelARunThatWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored")
		team := r.team("Team")
		sub := r.submit(team, `{"score": 1}`)
		id := r.runID(sub)
		require.Equal(t, errs.Forbidden, errs.CodeOf(r.Cancel(t.Context(), r.captain, sub.ID)))
		require.NoError(t, r.Cancel(t.Context(), r.organiser, sub.ID))
		require.NoError(t, r.work(id), "its job finds nothing to do")
		view := r.view(r.captain, sub.ID)
		require.Equal(t, scoring.Cancelled, view.State)
		require.False(t, view.Counted)
		err := r.Cancel(t.Context(), r.organiser, sub.ID)
		require.Equal(t, "submission #1 is cancelled; there is nothing to cancel", errs.MessageOf(err))
		require.Empty(t, r.board(r.captain, "one").Rows)
	})
}

// TestCancelARunAtEachStep cancels from the service that works on the run and from
// another process: what was promised to be cancelled is never scored.
func TestCancelARunAtEachStep(t *testing.T) {
	for _, point := range []string{"claimed", "sandbox preparing", "sandbox running", "collected", "scoring", "settling"} {
		for _, from := range []string{"here", "elsewhere"} {
			t.Run(point+" "+from, func(t *testing.T) {
				r := newRig(t, dbtest.New(t), "tables")
				r.runs(predict)
				sub := r.submitCode(r.team("Team"), "run")
				deps := r.Service.Dependencies
				caller := scoring.NewService(deps)
				cancelled := false
				deps.Fault = func(ctx context.Context, at string) {
					if at == point && !cancelled {
						cancelled = true
						require.NoError(t, caller.Cancel(context.WithoutCancel(ctx), r.organiser, sub.ID))
					}
				}
				service := scoring.NewService(deps)
				if from == "here" {
					caller = service
				}
				require.NoError(t, workOn(t.Context(), scoring.NewWorker(service), r.runID(sub)))
				require.True(t, cancelled)
				view := r.view(r.organiser, sub.ID)
				require.Equal(t, scoring.Cancelled, view.State)
				require.Empty(t, view.Runs[0].Scores)
				require.Empty(t, r.board(r.captain, "one").Rows)
			})
		}
	}
}

func TestTwoProcessesAndOneRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored")
		sub := r.submit(r.team("Team"), `{"score": 1}`)
		id := r.runID(sub)
		other := scoring.NewService(r.Service.Dependencies)
		deps := r.Service.Dependencies
		deps.Fault = func(ctx context.Context, point string) {
			switch point {
			case "claimed": // a second job of the same run meanwhile
				require.NoError(t, workOn(ctx, scoring.NewWorker(other), id))
				require.Equal(t, scoring.Preparing, r.view(r.organiser, sub.ID).State, "the lease holds")
			case "scoring": // the process stalls for so long that another one takes over
				r.clock.pass(time.Minute)
				require.NoError(t, workOn(ctx, scoring.NewWorker(other), id))
				require.Equal(t, scoring.Scored, r.view(r.organiser, sub.ID).State)
			}
		}
		require.NoError(t, workOn(t.Context(), scoring.NewWorker(scoring.NewService(deps)), id))
		board := r.board(r.organiser, "one")
		require.Len(t, board.Rows, 1)
		require.Equal(t, 1, board.Rows[0].Scored, "the one that was overtaken writes nothing")
	})
}

func TestSweepPutsBackWhatWasLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored")
		sub := r.submit(r.team("Team"), `{"score": 1}`)
		id := r.runID(sub)
		deps := r.Service.Dependencies
		func() {
			defer func() { _ = recover() }()
			deps.Fault = func(_ context.Context, point string) {
				if point == "claimed" {
					panic("the process ends")
				}
			}
			_ = workOn(t.Context(), scoring.NewWorker(scoring.NewService(deps)), id)
		}()
		require.Equal(t, scoring.Preparing, r.view(r.organiser, sub.ID).State)
		if !d.Exclusive() {
			require.NoError(t, r.Sweep(t.Context()))
			require.Equal(t, scoring.Preparing, r.view(r.organiser, sub.ID).State, "its owner may still be alive")
			r.clock.pass(time.Minute)
		}
		require.NoError(t, r.Sweep(t.Context()))
		require.NoError(t, r.Sweep(t.Context()))
		require.Equal(t, scoring.Queued, r.view(r.organiser, sub.ID).State)
		require.NoError(t, r.work(id))
		require.NoError(t, r.work(id))
		require.Equal(t, scoring.Scored, r.view(r.organiser, sub.ID).State)
	})
}

func TestRescore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "tables")
		r.runs(predict)
		a, b := r.team("A"), r.team("B")
		code := r.submitCode(a, "run")
		results := r.request(b, "id,score\n1,0.9\n2,0.1\n3,0.2\n4,0.8\n")
		results.FileName = "mine.csv"
		second, err := r.Submit(t.Context(), r.captain, results)
		require.NoError(t, err)
		r.drain()
		first := r.board(r.captain, "one")
		require.Equal(t, []float64{1, 0.25}, auc(first))

		r.publish("tables", func(s *scenarios.Spec) {
			s.Grading.Metrics[0] = scenarios.Metric{Name: "average_precision", Key: "auc", Title: "AP", Direction: scenarios.Higher, Primary: true}
		})
		require.Equal(t, errs.Forbidden, errs.CodeOf(r.Rescore(t.Context(), r.captain, r.phase("one").ID, "")))
		require.NoError(t, r.Rescore(t.Context(), r.organiser, r.phase("one").ID, "the metric was wrong"))
		err = r.Rescore(t.Context(), r.organiser, r.phase("one").ID, "again")
		require.Equal(t, "this phase is being rescored already", errs.MessageOf(err))

		waiting := r.queued()
		require.Len(t, waiting, 2)
		require.NoError(t, r.work(waiting[1])) // one of two is done
		require.NoError(t, r.Rerun(t.Context(), r.organiser, code.ID))
		for _, id := range r.queued() {
			if id != waiting[0] {
				require.NoError(t, r.work(id)) // and the board is worked out anew for another reason
			}
		}
		view := r.view(r.captain, second.ID)
		require.Len(t, view.Runs, 1, "nothing is shown before the board is published")
		require.Equal(t, 0.25, r.board(r.captain, "one").Rows[1].Scores["auc"])
		require.Equal(t, 1, r.board(r.captain, "one").Revision)

		require.NoError(t, r.work(waiting[0]))
		board := r.board(r.captain, "one")
		require.Equal(t, 2, board.Revision)
		require.Len(t, r.view(r.captain, second.ID).Runs, 2)
		require.InDelta(t, 0.5, board.Rows[1].Scores["auc"], 1e-9)
		revisions, err := r.Revisions(t.Context(), r.phase("one").ID)
		require.NoError(t, err)
		require.Len(t, revisions, 1)
		require.Equal(t, "the metric was wrong", revisions[0].Reason)
		require.Equal(t, []float64{1, 0.25}, []float64{revisions[0].Board.Rows[0].Scores["auc"], revisions[0].Board.Rows[1].Scores["auc"]})
		require.Equal(t, "predicting\n", r.read(code.ID, scoring.RunLog), "the log stays with the output")
		require.Equal(t, 2, r.view(r.organiser, second.ID).Runs[0].ChallengeVersion)
	})
}

func auc(b *scoring.CachedBoard) (values []float64) {
	for _, row := range b.Rows {
		values = append(values, row.Scores["auc"])
	}
	return values
}

func TestARescoreThatCannotRunEnds(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	r.score(team, 0.5)
	require.NoError(t, r.Rescore(t.Context(), r.organiser, r.phase("one").ID, "why not"))
	id := r.queued()[0]
	broken := r.Service.Dependencies
	broken.Images = func(context.Context, string) (string, error) { return "", errs.New(errs.Internal, "no image") }
	for range 3 {
		_ = workOn(t.Context(), scoring.NewWorker(scoring.NewService(broken)), id)
	}
	r.clock.pass(time.Minute)
	board := r.board(r.organiser, "one")
	require.Equal(t, 2, board.Revision)
	require.Equal(t, []string{"1 Team 0.5"}, table(board), "a score that cannot be made anew stays")
	require.NoError(t, r.Rescore(t.Context(), r.organiser, r.phase("one").ID, "again"))
}

func TestPoliciesHideWhatTheySay(t *testing.T) {
	r := newRig(t, dbtest.New(t), "tables", func(s *scenarios.Spec) {
		s.Phases[0].Show = scenarios.Show{Scores: scenarios.AfterClose, Logs: scenarios.Never, Output: scenarios.AfterClose}
	})
	r.runs(predict)
	sub := r.submitCode(r.team("Team"), "run")
	r.drain()
	seen := func(by accounts.Principal) string {
		view := r.view(by, sub.ID)
		text := fmt.Sprintf("%d scores", len(view.Runs[0].Scores))
		for _, part := range []scoring.Part{scoring.SubmittedFile, scoring.RunLog, scoring.RunOutput, scoring.ScorerLog} {
			file, _, err := r.Open(t.Context(), by, sub.ID, part)
			if err == nil {
				require.NoError(t, file.Close())
				text += " " + string(part)
			} else {
				require.Equal(t, errs.NotFound, errs.CodeOf(err))
			}
		}
		return text
	}
	require.Equal(t, "0 scores file", seen(r.captain))
	require.Equal(t, "1 scores file log output", seen(r.organiser))
	r.clock.now = r.phase("one").Window.Closes
	require.Equal(t, "1 scores file output", seen(r.captain))

	stranger := r.user("stranger", accounts.Participant)
	_, err := r.View(t.Context(), stranger, sub.ID)
	_, missing := r.View(t.Context(), stranger, "none")
	require.Equal(t, errs.MessageOf(missing), errs.MessageOf(err), "another team's submission does not exist")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, _, err = r.Open(t.Context(), stranger, sub.ID, scoring.SubmittedFile)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, err = r.Console(t.Context(), r.captain, scoring.ConsoleFilter{})
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, err = r.Submissions(t.Context(), stranger, scoring.SubmissionFilter{ChallengeID: r.challenge.ID})
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
}

func TestScorerLogIsForOrganisers(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	r.scores(func(ctx context.Context, job *fake.Job) int {
		fmt.Fprint(job.Log, job.Volumes["/app/input/ref"]["secret.txt"])
		return copyScores(ctx, job)
	})
	sub := r.score(r.team("Team"), 1)
	require.Equal(t, "TRUTH-THAT-NO-SUBMISSION-SEES\n", r.read(sub.ID, scoring.ScorerLog))
	_, _, err := r.Open(t.Context(), r.captain, sub.ID, scoring.ScorerLog)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}
