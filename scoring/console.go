package scoring

import (
	"context"
	"strings"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/scenarios"
)

// ConsoleRow is one run in the organiser's console.
type ConsoleRow struct {
	Run           *Run
	Number        int
	SubmissionID  string
	Kind          scenarios.Kind
	TeamName      string
	ChallengeSlug string
	Challenge     string
}

// ConsoleFilter selects runs; an empty state selects all.
type ConsoleFilter struct {
	State  State
	Before time.Time // queued before; zero: from the newest on
	Limit  int       // at most 200; zero: 50
}

// Console returns the newest runs of all challenges. Errors: Forbidden for others
// than organisers.
func (s *Service) Console(ctx context.Context, by accounts.Principal, f ConsoleFilter) ([]ConsoleRow, error) {
	if !by.CanOrganise() {
		return nil, errs.New(errs.Forbidden, "the console is for organisers")
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	before := f.Before
	if before.IsZero() {
		before = s.Now().Add(time.Hour)
	}
	query, args := consoleQuery(f, before)
	rows, err := s.DB.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the runs cannot be listed")
	}
	defer rows.Close()
	var all []ConsoleRow
	for rows.Next() {
		var row ConsoleRow
		row.Run, err = scanRun(trailing{rows, []any{
			&row.Number, &row.SubmissionID, &row.Kind, &row.TeamName, &row.ChallengeSlug, &row.Challenge,
		}})
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the runs cannot be listed")
	}
	return all, nil
}

// consoleQuery reads rows by time, whatever their state, and a state that is not
// final from its own index.
func consoleQuery(f ConsoleFilter, before time.Time) (string, []any) {
	columns := "r." + strings.ReplaceAll(strings.Join(strings.Fields(runColumns), " "), ", ", ", r.")
	where, args := `r.queued_at < $1`, []any{db.Micros(before), min(f.Limit, 200)}
	if f.State != "" {
		where, args = where+` AND r.state = $3`, append(args, string(f.State))
	}
	return `SELECT ` + columns + `, s.number, s.id, s.kind, t.name, c.slug, c.title
		FROM runs r JOIN submissions s ON s.id = r.submission_id JOIN teams t ON t.id = s.team_id
		JOIN challenges c ON c.id = s.challenge_id
		WHERE ` + where + ` ORDER BY r.queued_at DESC, r.id DESC LIMIT $2`, args
}

// trailing scans columns that follow those of a run.
type trailing struct {
	row  scanner
	more []any
}

func (t trailing) Scan(dest ...any) error { return t.row.Scan(append(dest, t.more...)...) }

// QueueCounts is how many runs are in each state that is not final, and how those
// of the last 24 hours ended.
type QueueCounts struct {
	Waiting, Working int
	Scored, Failed   int // of the runs queued in the last 24 hours
	OldestWaiting    time.Time
}

// Queue counts runs for the console.
func (s *Service) Queue(ctx context.Context) (QueueCounts, error) {
	var (
		c      QueueCounts
		oldest *int64
	)
	err := s.DB.Read().QueryRowContext(ctx, `SELECT
			coalesce(sum(CASE WHEN state = 'queued' THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN state <> 'queued' THEN 1 ELSE 0 END), 0),
			min(CASE WHEN state = 'queued' THEN queued_at END)
		FROM runs WHERE state IN ('queued', 'preparing', 'running', 'scoring')`).Scan(&c.Waiting, &c.Working, &oldest)
	if err == nil {
		err = s.DB.Read().QueryRowContext(ctx, `SELECT
				coalesce(sum(CASE WHEN state = 'scored' THEN 1 ELSE 0 END), 0),
				coalesce(sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0)
			FROM runs WHERE queued_at > $1`, db.Micros(s.Now().Add(-dayLength))).Scan(&c.Scored, &c.Failed)
	}
	if err != nil {
		return QueueCounts{}, errs.Wrap(err, errs.Internal, "the queue cannot be counted")
	}
	c.OldestWaiting = optionalTime(oldest)
	return c, nil
}
