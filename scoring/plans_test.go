package scoring_test

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/sandboxes/fake"
	"incubator/scenarios"
	"incubator/scoring"
)

func TestHotQueriesUseAnIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, query := range scoring.HotQueries("phase", "challenge", "team", start) {
			t.Run(name, func(t *testing.T) {
				plan := dbtest.Plan(t, d, query.Text, query.Args...)
				for _, line := range plan {
					require.NotContains(t, line, "Seq Scan on ", strings.Join(plan, "\n"))
					if d.Dialect() == db.SQLite && strings.HasPrefix(line, "SCAN ") {
						require.True(t, strings.HasPrefix(line, "SCAN (") || strings.HasPrefix(line, "SCAN newest"), strings.Join(plan, "\n"))
					}
				}
			})
		}
	})
}

// TestABoardCostsTheSameForManySubmissions counts what the database reads: the rows
// of the board, not the submissions behind it.
func TestABoardCostsTheSameForManySubmissions(t *testing.T) {
	cost := func(submissions int) time.Duration {
		r := newRig(t, dbtest.New(t), "scored")
		team := r.team("Team")
		r.score(team, 1)
		first := r.submit(team, `{"score": 0}`)
		require.NoError(t, r.db.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
				INSERT INTO submissions SELECT 'copy ' || i, 1000 + i, challenge_id, phase_id, team_id, user_id, kind, name,
					file_name, 'sha ' || i, file_size, 'scored', 1, '', created_at + i FROM submissions, n WHERE id = $1`, first.ID, submissions)
			return err
		}))
		best := time.Hour
		for range 20 {
			r.clock.pass(2 * time.Minute) // past every cache
			begun := time.Now()
			require.Len(t, r.board(r.captain, "one").Rows, 1)
			best = min(best, time.Since(begun))
		}
		return best
	}
	few, many := cost(1_000), cost(100_000)
	t.Logf("a board built anew: %s with 1,000 submissions, %s with 100,000", few, many)
	require.Less(t, many, 5*few+5*time.Millisecond)
}

// TestDiskFull runs on a file system of one megabyte.
func TestDiskFull(t *testing.T) {
	r := newRig(t, dbtest.New(t), "tables")
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("no right to mount a small file system")
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(folder, 0)) })
	small, err := files.New(folder, r.db, nil)
	require.NoError(t, err)
	r.publisher.Files = small
	r.publish("tables")
	deps := r.Service.Dependencies
	deps.Files = small
	full := scoring.NewService(deps)
	team := r.team("Team")

	_, err = full.Submit(t.Context(), r.captain, scoring.SubmitRequest{
		PhaseID: r.phase("one").ID, TeamID: team, Kind: scenarios.Results, FileName: "prediction.csv", Body: rows(200_000),
	})
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	require.Equal(t, "the disk is full; the file was not stored", errs.MessageOf(err))
	entries, err := os.ReadDir(folder + "/tmp")
	require.NoError(t, err)
	require.Empty(t, entries, "and nothing is left of it")
	all, err := r.Submissions(t.Context(), r.organiser, scoring.SubmissionFilter{ChallengeID: r.challenge.ID})
	require.NoError(t, err)
	require.Empty(t, all)

	// What is small lives in the database, and is run and scored all the same.
	require.NoError(t, os.WriteFile(folder+"/filler", make([]byte, 1000<<10), 0o600))
	req := r.request(team, goodPrediction)
	req.FileName = "prediction.csv"
	sub, err := full.Submit(t.Context(), r.captain, req)
	require.NoError(t, err)
	require.NoError(t, workOn(t.Context(), scoring.NewWorker(full), r.runID(sub)))
	require.Equal(t, scoring.Scored, r.view(r.organiser, sub.ID).State)

	// A run whose output does not fit waits for room, and is scored once there is some.
	r.runs(func(_ context.Context, job *fake.Job) int {
		job.Output["prediction.csv"] = goodPrediction
		job.Output["large"] = strings.Repeat("x", 500<<10)
		return 0
	})
	code := r.submitCode(team, "run")
	require.ErrorContains(t, workOn(t.Context(), scoring.NewWorker(full), r.runID(code)), "Snooze")
	require.Equal(t, "waits: the disk is full; the file was not stored", r.view(r.captain, code.ID).Runs[0].Step)
	require.NoError(t, os.Remove(folder+"/filler"))
	require.NoError(t, workOn(t.Context(), scoring.NewWorker(full), r.runID(code)))
	require.Equal(t, scoring.Scored, r.view(r.captain, code.ID).State)
}
