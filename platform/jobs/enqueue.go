package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"github.com/riverqueue/river"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// EnqueueTx is InsertTx for a job that is one among thousands: on SQLite it writes
// the row itself, in one statement where River needs three and reads the row back.
// The first job of a kind goes through River, which checks that the kind has a
// worker; so does every job of a kind with options of its own.
func (c *Client) EnqueueTx(ctx context.Context, tx *db.Tx, args river.JobArgs) error {
	if _, known := c.plain.Load(args.Kind()); known {
		return c.enqueuePlain(ctx, tx, args)
	}
	_, err := c.InsertTx(ctx, tx, args, nil)
	if _, options := args.(river.JobArgsWithInsertOpts); err == nil && c.local != nil && !options {
		c.plain.Store(args.Kind(), true)
	}
	return err
}

// enqueuePlain leaves to the table's own defaults what River would set to the same
// values; a test compares the rows of both.
func (c *Client) enqueuePlain(ctx context.Context, tx *db.Tx, args river.JobArgs) error {
	encoded, err := json.Marshal(args)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the job's arguments are not JSON")
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO river_job (args, kind, max_attempts, queue, created_at, scheduled_at)
		VALUES ($1, $2, $3, $4, datetime('now', 'subsec'), datetime('now', 'subsec'))`,
		encoded, args.Kind(), cmp.Or(c.config.MaxAttempts, river.MaxAttemptsDefault), river.QueueDefault)
	if err != nil {
		return enqueueFault(err)
	}
	tx.OnCommit(func() { c.local.send(topicInsert, insertNotice{Queue: river.QueueDefault}) })
	return nil
}

func enqueueFault(err error) error {
	var unknown *river.UnknownJobKindError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown):
		return errs.Wrap(err, errs.Internal, "no worker is registered for this kind of job")
	}
	return errs.Wrap(err, errs.Unavailable, "the job could not be enqueued")
}
