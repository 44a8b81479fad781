package jobs

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const rescueBatch = 1000

// rescue makes every running job available whose client is not alive, and
// returns their number. The attempt that was cut off counts and is recorded among
// the job's errors (see Exhausted).
func (c *Client) rescue(ctx context.Context) (total int, err error) {
	for {
		n := 0
		err := c.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			alive, err := c.living(ctx, tx)
			if err == nil {
				n, err = c.rescueSome(ctx, c.driver.UnwrapExecutor(tx.SQL()), alive)
			}
			return err
		})
		total += n
		if err != nil {
			return total, errs.Wrap(err, errs.Unavailable, "jobs of ended processes could not be taken over")
		}
		if n < rescueBatch {
			return total, nil
		}
	}
}

// living returns the clients that live. On SQLite, at the start of the only
// process that may have the file, nobody does. Read in the transaction that takes
// the jobs, it knows every client whose job that transaction can see.
func (c *Client) living(ctx context.Context, tx *db.Tx) (map[string]bool, error) {
	if c.alive == nil {
		return nil, nil
	}
	return clients(ctx, tx)
}

// rescueSome works in one transaction: were the job worked by somebody else in
// the meantime, PostgreSQL would refuse it and InTx would look again.
func (c *Client) rescueSome(ctx context.Context, exec riverdriver.Executor, alive map[string]bool) (int, error) {
	now := time.Now().UTC()
	running, err := exec.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: 10 * rescueBatch, StuckHorizon: now.Add(24 * time.Hour)})
	if err != nil {
		return 0, err
	}
	params := &riverdriver.JobRescueManyParams{}
	for _, job := range running {
		if owner := lastClient(job); alive[owner] || len(params.ID) == rescueBatch {
			continue
		}
		failure, err := json.Marshal(rivertype.AttemptError{
			At: now, Attempt: job.Attempt, Error: "the process that worked this job ended",
		})
		if err != nil {
			return 0, err
		}
		params.ID = append(params.ID, job.ID)
		params.Error = append(params.Error, failure)
		params.FinalizedAt = append(params.FinalizedAt, nil)
		params.ScheduledAt = append(params.ScheduledAt, job.ScheduledAt)
		params.State = append(params.State, string(rivertype.JobStateAvailable))
	}
	if len(params.ID) == 0 {
		return 0, nil
	}
	_, err = exec.JobRescueMany(ctx, params)
	return len(params.ID), err
}

// lastClient returns the client of the job's current attempt.
func lastClient(job *rivertype.JobRow) string {
	if len(job.AttemptedBy) == 0 {
		return ""
	}
	return job.AttemptedBy[len(job.AttemptedBy)-1]
}
