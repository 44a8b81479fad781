package scoring

import (
	"context"

	"incubator/platform/errs"
)

// RunCount is how many runs are in a state; a failed one has a cause.
type RunCount struct {
	State State
	Cause Cause
	Runs  int
}

// Census is what there is, for monitoring.
type Census struct {
	Submissions int // accepted, ever
	Runs        []RunCount
	Queue       QueueCounts
}

// Census counts everything. It reads every run, so it is not for pages.
func (s *Service) Census(ctx context.Context) (c Census, err error) {
	if err := s.DB.Read().QueryRowContext(ctx, `SELECT count(*) FROM submissions`).Scan(&c.Submissions); err != nil {
		return Census{}, errs.Wrap(err, errs.Internal, "the submissions cannot be counted")
	}
	rows, err := s.DB.Read().QueryContext(ctx, `SELECT state, cause, count(*) FROM runs GROUP BY state, cause ORDER BY state, cause`)
	if err != nil {
		return Census{}, errs.Wrap(err, errs.Internal, "the runs cannot be counted")
	}
	defer rows.Close()
	for rows.Next() {
		var count RunCount
		if err := rows.Scan(&count.State, &count.Cause, &count.Runs); err != nil {
			return Census{}, errs.Wrap(err, errs.Internal, "the runs cannot be counted")
		}
		c.Runs = append(c.Runs, count)
	}
	if err := rows.Err(); err != nil {
		return Census{}, errs.Wrap(err, errs.Internal, "the runs cannot be counted")
	}
	c.Queue, err = s.Queue(ctx)
	return c, err
}
