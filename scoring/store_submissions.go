package scoring

import (
	"context"
	"fmt"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const submissionColumns = `id, number, challenge_id, phase_id, team_id, user_id, kind, name,
	file_name, file_sha256, file_size, state, counted, carried_from, created_at`

type scanner interface{ Scan(dest ...any) error }

func scanSubmission(row scanner) (*Submission, error) {
	var (
		s       Submission
		counted int
		created int64
	)
	err := row.Scan(&s.ID, &s.Number, &s.ChallengeID, &s.PhaseID, &s.TeamID, &s.UserID, &s.Kind, &s.Name,
		&s.FileName, &s.File.SHA256, &s.File.Size, &s.State, &counted, &s.CarriedFrom, &created)
	if db.NotFound(err) {
		return nil, errs.New(errs.NotFound, "there is no such submission")
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the submission cannot be read")
	}
	s.Counted, s.CreatedAt = counted == 1, db.FromMicros(created)
	return &s, nil
}

func findSubmission(ctx context.Context, q db.Querier, id string) (*Submission, error) {
	return scanSubmission(q.QueryRowContext(ctx, `SELECT `+submissionColumns+` FROM submissions WHERE id = $1`, id))
}

// insertSubmission gives the submission the next number of its challenge. The
// counter's row is what serialises concurrent submissions.
func insertSubmission(ctx context.Context, tx *db.Tx, s *Submission) error {
	err := tx.QueryRowContext(ctx, `INSERT INTO submission_counters (challenge_id, last_number) VALUES ($1, 1)
		ON CONFLICT (challenge_id) DO UPDATE SET last_number = submission_counters.last_number + 1
		RETURNING last_number`, s.ChallengeID).Scan(&s.Number)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the submission cannot be numbered")
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO submissions (`+submissionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		s.ID, s.Number, s.ChallengeID, s.PhaseID, s.TeamID, s.UserID, s.Kind, s.Name,
		s.FileName, s.File.SHA256, s.File.Size, s.State, bit(s.Counted), s.CarriedFrom, db.Micros(s.CreatedAt))
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the submission cannot be stored")
	}
	return nil
}

// SubmissionFilter selects submissions; empty fields select all.
type SubmissionFilter struct {
	ChallengeID string
	PhaseID     string
	TeamID      string
	State       State
	Before      int // numbers below this one; zero: from the newest on
	Limit       int // at most 200; zero: 50
}

// query names only the columns that the filter restricts, so that each filter finds
// its index.
func (f SubmissionFilter) query() (string, []any) {
	where, args := `challenge_id = $1`, []any{f.ChallengeID}
	also := func(condition, value string) {
		if value != "" {
			args = append(args, value)
			where += fmt.Sprintf(" AND %s $%d", condition, len(args))
		}
	}
	also("team_id =", f.TeamID)
	also("phase_id =", f.PhaseID)
	also("state =", string(f.State))
	if f.Before > 0 {
		args = append(args, f.Before)
		where += fmt.Sprintf(" AND number < $%d", len(args))
	}
	args = append(args, min(f.Limit, 200))
	return `SELECT ` + submissionColumns + ` FROM submissions WHERE ` + where +
		fmt.Sprintf(` ORDER BY number DESC LIMIT $%d`, len(args)), args
}

// listSubmissions returns the newest first.
func listSubmissions(ctx context.Context, q db.Querier, f SubmissionFilter) ([]*Submission, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	query, args := f.query()
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the submissions cannot be listed")
	}
	defer rows.Close()
	var all []*Submission
	for rows.Next() {
		s, err := scanSubmission(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

const countQuery = `SELECT count(*), coalesce(sum(CASE WHEN created_at >= $3 THEN 1 ELSE 0 END), 0)
		FROM submissions WHERE phase_id = $1 AND team_id = $2 AND counted = 1`

// countSubmissions returns how many of the team's submissions count against the
// limits of the phase, in total and since the start of the day.
func countSubmissions(ctx context.Context, q db.Querier, phaseID, teamID string, day time.Time) (total, today int, err error) {
	err = q.QueryRowContext(ctx, countQuery,
		phaseID, teamID, db.Micros(day)).Scan(&total, &today)
	if err != nil {
		return 0, 0, errs.Wrap(err, errs.Internal, "the submissions cannot be counted")
	}
	return total, today, nil
}

// admission is what decides, at the moment of storing, whether a submission is
// taken.
type admission struct {
	version int // of the challenge
	member  bool
	twin    int // number of the team's unsettled submission with the same bytes, or 0
}

const admissionQuery = `SELECT version,
			EXISTS (SELECT 1 FROM team_members WHERE team_id = $2 AND user_id = $3),
			coalesce((SELECT number FROM submissions WHERE file_sha256 = $4 AND phase_id = $5 AND team_id = $2 AND kind = $6
				AND state IN ('queued', 'preparing', 'running', 'scoring') LIMIT 1), 0)
		FROM challenges WHERE id = $1`

// findAdmission asks all in one statement, since every submission waits for it.
func findAdmission(ctx context.Context, q db.Querier, s *Submission) (a admission, err error) {
	err = q.QueryRowContext(ctx, admissionQuery,
		s.ChallengeID, s.TeamID, s.UserID, s.File.SHA256, s.PhaseID, s.Kind).Scan(&a.version, &a.member, &a.twin)
	if db.NotFound(err) {
		return a, errs.New(errs.NotFound, "there is no such challenge")
	}
	if err != nil {
		return a, errs.Wrap(err, errs.Internal, "the submission cannot be checked")
	}
	return a, nil
}

func setSubmissionState(ctx context.Context, tx *db.Tx, id string, state State, counted bool) error {
	_, err := tx.ExecContext(ctx, `UPDATE submissions SET state = $2, counted = $3 WHERE id = $1`, id, state, bit(counted))
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the submission cannot be stored")
	}
	return nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// countByChallenge starts from the challenges, which are few, so that each count
// reads only the team's own part of an index.
func countByChallenge(ctx context.Context, q db.Querier, teamID string) (map[string]int, error) {
	rows, err := q.QueryContext(ctx, `SELECT c.id, (SELECT COUNT(*) FROM submissions s WHERE s.challenge_id = c.id AND s.team_id = $1)
		FROM challenges c`, teamID)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the submissions cannot be counted")
	}
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var id string
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the submissions cannot be counted")
		}
		if n > 0 {
			counts[id] = n
		}
	}
	return counts, rows.Err()
}
