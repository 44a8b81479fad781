package scoring

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const runColumns = `id, submission_id, attempt, reason, state, cause, detail, step, challenge_version, output_from,
	cancel_requested, platform_faults, queued_at, started_at, ended_at, usage,
	log_sha256, log_size, scorer_log_sha256, scorer_log_size, output_sha256, output_size`

func scanRun(row scanner) (*Run, error) {
	var (
		r              Run
		cancel         int
		queued         int64
		started, ended *int64
		usage          string
	)
	err := row.Scan(&r.ID, &r.SubmissionID, &r.Attempt, &r.Reason, &r.State, &r.Cause, &r.Detail, &r.Step,
		&r.ChallengeVersion, &r.OutputFrom, &cancel, &r.PlatformFaults, &queued, &started, &ended, &usage,
		&r.Log.SHA256, &r.Log.Size, &r.ScorerLog.SHA256, &r.ScorerLog.Size, &r.Output.SHA256, &r.Output.Size)
	if db.NotFound(err) {
		return nil, errs.New(errs.NotFound, "there is no such run")
	}
	if err == nil {
		err = json.Unmarshal([]byte(usage), &r.Usage)
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the run cannot be read")
	}
	r.CancelRequested, r.QueuedAt = cancel == 1, db.FromMicros(queued)
	r.StartedAt, r.EndedAt = optionalTime(started), optionalTime(ended)
	return &r, nil
}

func optionalTime(micros *int64) time.Time {
	if micros == nil {
		return time.Time{}
	}
	return db.FromMicros(*micros)
}

func findRun(ctx context.Context, q db.Querier, id string) (*Run, error) {
	return scanRun(q.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs WHERE id = $1`, id))
}

// listRuns returns the runs of a submission, the newest first, with their scores.
func listRuns(ctx context.Context, q db.Querier, submissionID string) ([]*Run, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+runColumns+` FROM runs WHERE submission_id = $1 ORDER BY attempt DESC`, submissionID)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the runs cannot be listed")
	}
	runs, err := scanRuns(rows)
	if err != nil {
		return nil, err
	}
	scores, err := listScores(ctx, q, runs)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		run.Scores = scores[run.ID]
	}
	return runs, nil
}

// insertRun stores a queued run as the newest attempt of its submission.
func insertRun(ctx context.Context, tx *db.Tx, r *Run) error {
	err := tx.QueryRowContext(ctx, `INSERT INTO runs (id, submission_id, attempt, reason, state, cause, detail, step,
			challenge_version, output_from, owner, lease_until, cancel_requested, platform_faults, queued_at, usage,
			log_sha256, log_size, scorer_log_sha256, scorer_log_size, output_sha256, output_size)
		VALUES ($1, $2, (SELECT coalesce(max(attempt), 0) + 1 FROM runs WHERE submission_id = $2), $3, $4, '', '', '',
			$5, $6, '', 0, 0, 0, $7, '{}', '', 0, '', 0, '', 0)
		RETURNING attempt`,
		r.ID, r.SubmissionID, r.Reason, r.State, r.ChallengeVersion, r.OutputFrom, db.Micros(r.QueuedAt)).Scan(&r.Attempt)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the run cannot be stored")
	}
	return insertRunEvent(ctx, tx, r.ID, RunEvent{At: r.QueuedAt, State: r.State})
}

func insertRunEvent(ctx context.Context, tx *db.Tx, runID string, e RunEvent) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO run_events (run_id, seq, at, state, step)
		VALUES ($1, (SELECT coalesce(max(seq), 0) + 1 FROM run_events WHERE run_id = $1), $2, $3, $4)`,
		runID, db.Micros(e.At), e.State, e.Step)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the run's history cannot be stored")
	}
	return nil
}

func listRunEvents(ctx context.Context, q db.Querier, runID string) ([]RunEvent, error) {
	rows, err := q.QueryContext(ctx, `SELECT at, state, step FROM run_events WHERE run_id = $1 ORDER BY seq`, runID)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the run's history cannot be read")
	}
	defer rows.Close()
	var events []RunEvent
	for rows.Next() {
		var (
			e  RunEvent
			at int64
		)
		if err := rows.Scan(&at, &e.State, &e.Step); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the run's history cannot be read")
		}
		e.At = db.FromMicros(at)
		events = append(events, e)
	}
	return events, rows.Err()
}

// listScores returns the scores of the runs, by run and metric.
func listScores(ctx context.Context, q db.Querier, runs []*Run) (map[string]map[string]float64, error) {
	scores := map[string]map[string]float64{}
	if len(runs) == 0 {
		return scores, nil
	}
	args := make([]any, len(runs))
	for i, run := range runs {
		args[i], scores[run.ID] = run.ID, map[string]float64{}
	}
	rows, err := q.QueryContext(ctx, `SELECT run_id, metric, value FROM scores WHERE run_id IN (`+placeholders(len(runs))+`)`, args...)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the scores cannot be read")
	}
	defer rows.Close()
	for rows.Next() {
		var (
			id, key string
			value   float64
		)
		if err := rows.Scan(&id, &key, &value); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the scores cannot be read")
		}
		scores[id][key] = value
	}
	return scores, rows.Err()
}

// placeholders writes "$1, $2, …, $n".
func placeholders(n int) string {
	var out strings.Builder
	for i := 1; i <= n; i++ {
		if i > 1 {
			out.WriteString(", ")
		}
		out.WriteString("$" + strconv.Itoa(i))
	}
	return out.String()
}

func insertScores(ctx context.Context, tx *db.Tx, runID string, scores map[string]float64) error {
	for key, value := range scores {
		_, err := tx.ExecContext(ctx, `INSERT INTO scores (run_id, metric, value) VALUES ($1, $2, $3)`, runID, key, value)
		if err != nil {
			return errs.Wrap(err, errs.Internal, "the scores cannot be stored")
		}
	}
	return nil
}
