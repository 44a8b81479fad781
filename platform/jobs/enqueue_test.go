package jobs_test

import (
	"context"
	"errors"
	"testing"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/platform/jobs"
)

func enqueueQuickly(d *db.DB, c *jobs.Client, text string, after error) error {
	return d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(c.EnqueueTx(ctx, tx, note{text}), after)
	})
}

// The first job of a kind goes another way than the later ones; all are worked,
// and none of a transaction that was undone.
func TestEnqueuedJobsRun(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		worked := make(chan string, 10)
		c := started(t, d, jobs.Config{}, sending(worked))
		for _, text := range []string{"first", "second", "third"} {
			require.Error(t, enqueueQuickly(d, c, "undone", errors.New("refused")))
			require.NoError(t, enqueueQuickly(d, c, text, nil))
			require.Equal(t, text, receive(t, worked, "the job"))
		}
		require.Empty(t, worked)
	})
}

// All that River reads of a job, with the types in which SQLite keeps it. River
// adds a nonce to the metadata of a row that it reads back.
func TestAnEnqueuedRowIsTheOneThatRiverWrites(t *testing.T) {
	d := migrated(t, dbtest.New(t))
	c := client(t, d, jobs.Config{MaxAttempts: 7}, nil)
	for range 2 {
		require.NoError(t, enqueueQuickly(d, c, "same", nil))
	}
	rows, err := d.Read().QueryContext(context.Background(), `SELECT CAST(args AS TEXT), typeof(args), attempt,
		typeof(attempted_at), typeof(attempted_by), length(created_at), typeof(created_at), typeof(errors), typeof(finalized_at),
		kind, max_attempts, typeof(metadata), json_remove(metadata, '$."river:unique_nonce"'), priority, queue, state,
		length(scheduled_at), typeof(scheduled_at), scheduled_at = created_at, tags, typeof(tags), typeof(unique_key), typeof(unique_states)
		FROM river_job ORDER BY id`)
	require.NoError(t, err)
	defer rows.Close()
	var shapes [][]any
	for rows.Next() {
		shape := make([]any, 23)
		into := make([]any, len(shape))
		for i := range shape {
			into[i] = &shape[i]
		}
		require.NoError(t, rows.Scan(into...))
		shapes = append(shapes, shape)
	}
	require.NoError(t, rows.Err())
	require.Len(t, shapes, 2)
	require.Equal(t, shapes[0], shapes[1])
	require.EqualValues(t, 7, shapes[1][10])
}

func TestEnqueueingAKindWithoutWorker(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		c, err := jobs.New(d, jobs.Config{Log: quiet(), Workers: river.NewWorkers()})
		require.NoError(t, err)
		for range 2 {
			err = enqueueQuickly(d, c, "nobody", nil)
			require.ErrorContains(t, err, "no worker is registered")
			require.Equal(t, errs.Internal, errs.CodeOf(err))
		}
	})
}
