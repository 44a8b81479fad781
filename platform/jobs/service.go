package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// hardStop is how long Stop waits for jobs whose context it has cancelled.
const hardStop = 10 * time.Second

// Start takes back the jobs of dead clients and begins to work. ctx bounds the
// start alone; only Stop ends the client, which may then be started again.
func (c *Client) Start(ctx context.Context) error {
	if c.started {
		return errs.New(errs.Internal, "the job client is started already")
	}
	if c.local != nil && !c.db.Exclusive() {
		return errs.New(errs.Internal, "jobs need the database to themselves: open it without Shared")
	}
	if err := c.takeOver(ctx); err != nil {
		return err
	}
	if err := c.river.Start(context.WithoutCancel(ctx)); err != nil {
		c.stopHeartbeat(ctx)
		return errs.Wrap(err, errs.Unavailable, "the job queue did not start")
	}
	c.started = true
	return nil
}

// takeOver makes running jobs of dead clients available. On SQLite, held by this
// process alone, every client of the past is dead, the leader too.
func (c *Client) takeOver(ctx context.Context) error {
	if c.alive != nil {
		return c.alive.start(ctx)
	}
	n, err := c.rescue(ctx)
	if err != nil {
		return err
	}
	if n > 0 {
		c.config.Log.Warn("jobs of the last process are worked again", slog.Int("jobs", n))
	}
	return c.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM river_leader")
		if err != nil {
			return errs.Wrap(err, errs.Unavailable, "the job queue did not start")
		}
		return nil
	})
}

// Stop takes no further jobs and waits for the running ones, for Config.Grace or
// until ctx ends; then it cancels their contexts and waits a little longer. An
// errs.Unavailable error means that a job ignored even that.
func (c *Client) Stop(ctx context.Context) error {
	if !c.started {
		return nil
	}
	graceful, cancel := context.WithTimeout(ctx, c.config.Grace)
	defer cancel()
	err := c.river.Stop(graceful)
	if err != nil {
		c.config.Log.Warn("running jobs are cancelled", slog.Duration("waited", c.config.Grace))
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
		defer cancel()
		err = c.river.StopAndCancel(hard)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return errs.Wrap(err, errs.Unavailable, "a job did not stop")
	}
	c.stopHeartbeat(ctx)
	c.started = false
	return nil
}

func (c *Client) stopHeartbeat(ctx context.Context) {
	if c.alive != nil {
		c.alive.stop(context.WithoutCancel(ctx))
	}
}
