package scoring

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// claimRun makes owner the one process that works on the run. It succeeds for a
// queued run and for one whose owner's lease has lapsed. A nil run without error
// means that there is nothing to do: settled, or in other hands.
func claimRun(ctx context.Context, tx *db.Tx, id, owner string, now time.Time, lease time.Duration) (*Run, error) {
	result, err := tx.ExecContext(ctx, `UPDATE runs SET state = 'preparing', step = '', owner = $2, lease_until = $3,
			started_at = coalesce(started_at, $4)
		WHERE id = $1 AND (state = 'queued' OR (state IN ('preparing', 'running', 'scoring') AND lease_until < $4))`,
		id, owner, db.Micros(now.Add(lease)), db.Micros(now))
	claimed, err := affected(result, err)
	if err != nil || !claimed {
		return nil, err
	}
	if err := insertRunEvent(ctx, tx, id, RunEvent{At: now, State: Preparing}); err != nil {
		return nil, err
	}
	run, err := findRun(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return run, setStateOfSubmission(ctx, tx, run, Preparing)
}

// extendLease returns false when the run is no longer the owner's, and whether
// somebody asked to cancel it.
func extendLease(ctx context.Context, tx *db.Tx, id, owner string, until time.Time) (mine, cancel bool, err error) {
	var requested int
	err = tx.QueryRowContext(ctx, `UPDATE runs SET lease_until = $3
		WHERE id = $1 AND owner = $2 AND state IN ('preparing', 'running', 'scoring')
		RETURNING cancel_requested`, id, owner, db.Micros(until)).Scan(&requested)
	if db.NotFound(err) {
		return false, false, nil
	}
	if err != nil {
		return false, false, errs.Wrap(err, errs.Internal, "the lease cannot be extended")
	}
	return true, requested == 1, nil
}

// advanceRun records that the owner's run entered a state or a step of it.
func advanceRun(ctx context.Context, tx *db.Tx, run *Run, owner string, at time.Time) error {
	result, err := tx.ExecContext(ctx, `UPDATE runs SET state = $3, step = $4
		WHERE id = $1 AND owner = $2 AND state IN ('preparing', 'running', 'scoring')`,
		run.ID, owner, run.State, run.Step)
	if err := mine(result, err); err != nil {
		return err
	}
	if err := insertRunEvent(ctx, tx, run.ID, RunEvent{At: at, State: run.State, Step: run.Step}); err != nil {
		return err
	}
	return setStateOfSubmission(ctx, tx, run, run.State)
}

// requeueRun gives the owner's run back to the queue; fault counts one of our own.
func requeueRun(ctx context.Context, tx *db.Tx, run *Run, owner string, fault bool, at time.Time) error {
	result, err := tx.ExecContext(ctx, `UPDATE runs SET state = 'queued', step = $3, owner = '', lease_until = 0,
			platform_faults = platform_faults + $4
		WHERE id = $1 AND owner = $2 AND state IN ('preparing', 'running', 'scoring')`, run.ID, owner, run.Step, bit(fault))
	if err := mine(result, err); err != nil {
		return err
	}
	if err := insertRunEvent(ctx, tx, run.ID, RunEvent{At: at, State: Queued, Step: run.Step}); err != nil {
		return err
	}
	return setStateOfSubmission(ctx, tx, run, Queued)
}

// settleRun writes the end of the owner's run with everything it left.
func settleRun(ctx context.Context, tx *db.Tx, run *Run, owner string) error {
	usage, err := json.Marshal(run.Usage)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the run cannot be stored")
	}
	result, err := tx.ExecContext(ctx, `UPDATE runs SET state = $3, cause = $4, detail = $5, step = '', owner = '', lease_until = 0,
			ended_at = $6, usage = $7, log_sha256 = $8, log_size = $9, scorer_log_sha256 = $10, scorer_log_size = $11,
			output_sha256 = $12, output_size = $13, challenge_version = $14
		WHERE id = $1 AND owner = $2 AND state IN ('queued', 'preparing', 'running', 'scoring')`,
		run.ID, owner, run.State, run.Cause, run.Detail, db.Micros(run.EndedAt), string(usage),
		run.Log.SHA256, run.Log.Size, run.ScorerLog.SHA256, run.ScorerLog.Size, run.Output.SHA256, run.Output.Size,
		run.ChallengeVersion)
	if err := mine(result, err); err != nil {
		return err
	}
	return insertRunEvent(ctx, tx, run.ID, RunEvent{At: run.EndedAt, State: run.State})
}

func cancelRequested(ctx context.Context, q db.Querier, id string) (bool, error) {
	var requested int
	if err := q.QueryRowContext(ctx, `SELECT cancel_requested FROM runs WHERE id = $1`, id).Scan(&requested); err != nil {
		return false, errs.Wrap(err, errs.Internal, "the run cannot be read")
	}
	return requested == 1, nil
}

// setStateOfSubmission shows the run's state on its submission. A rescore works
// behind the scenes: the submission keeps the state it has.
func setStateOfSubmission(ctx context.Context, tx *db.Tx, run *Run, state State) error {
	if run.Reason == ForRescore {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE submissions SET state = $2 WHERE id = $1`, run.SubmissionID, state)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the submission cannot be stored")
	}
	return nil
}

// errLost is returned to a process whose run another one has taken or ended.
var errLost = errs.New(errs.Conflict, "the run is no longer this process's")

func mine(result sql.Result, err error) error {
	changed, err := affected(result, err)
	if err == nil && !changed {
		return errLost
	}
	return err
}

func affected(result sql.Result, err error) (bool, error) {
	if err == nil {
		var rows int64
		rows, err = result.RowsAffected()
		if err == nil {
			return rows > 0, nil
		}
	}
	return false, errs.Wrap(err, errs.Internal, "the run cannot be stored")
}

const lapsedQuery = `SELECT id FROM runs
		WHERE state IN ('queued', 'preparing', 'running', 'scoring') AND state <> 'queued' AND (lease_until < $1 OR ($2 = 1 AND owner <> $3))`

// listLapsed returns the runs that a process began and left: their lease is over,
// or, where this process has the database to itself, belongs to another owner.
func listLapsed(ctx context.Context, q db.Querier, owner string, exclusive bool, now time.Time) ([]string, error) {
	rows, err := q.QueryContext(ctx, lapsedQuery,
		db.Micros(now), bit(exclusive), owner)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the runs cannot be listed")
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the runs cannot be listed")
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// releaseRun puts a lapsed run back into the queue, unless somebody has claimed or
// ended it since it was listed.
func releaseRun(ctx context.Context, tx *db.Tx, id, owner string, exclusive bool, now time.Time) (released bool, err error) {
	const step = "starts again after an interruption"
	result, err := tx.ExecContext(ctx, `UPDATE runs SET state = 'queued', step = $5, owner = '', lease_until = 0,
			platform_faults = platform_faults + 1
		WHERE id = $1 AND state IN ('preparing', 'running', 'scoring') AND (lease_until < $2 OR ($3 = 1 AND owner <> $4))`,
		id, db.Micros(now), bit(exclusive), owner, step)
	released, err = affected(result, err)
	if err != nil || !released {
		return false, err
	}
	run, err := findRun(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if err := insertRunEvent(ctx, tx, id, RunEvent{At: now, State: Queued, Step: step}); err != nil {
		return false, err
	}
	return true, setStateOfSubmission(ctx, tx, run, Queued)
}

func scanRuns(rows *sql.Rows) ([]*Run, error) {
	defer rows.Close()
	var runs []*Run
	for rows.Next() {
		run, err := scanRun(rows)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	if err := rows.Err(); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the runs cannot be listed")
	}
	return runs, nil
}

// listBlobs calls keep with every blob that submissions and runs refer to.
func listBlobs(ctx context.Context, q db.Querier, keep func(sha string)) error {
	rows, err := q.QueryContext(ctx, `SELECT file_sha256 FROM submissions
		UNION SELECT log_sha256 FROM runs UNION SELECT scorer_log_sha256 FROM runs UNION SELECT output_sha256 FROM runs`)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the blobs of submissions cannot be listed")
	}
	defer rows.Close()
	for rows.Next() {
		var sha string
		if err := rows.Scan(&sha); err != nil {
			return errs.Wrap(err, errs.Internal, "the blobs of submissions cannot be listed")
		}
		if sha != "" {
			keep(sha)
		}
	}
	if err := rows.Err(); err != nil {
		return errs.Wrap(err, errs.Internal, "the blobs of submissions cannot be listed")
	}
	return nil
}
