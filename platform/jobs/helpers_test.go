package jobs_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/jobs"
)

// patience bounds every wait for a signal; nothing waits that long when all is
// well.
const patience = time.Minute

type note struct {
	Text string `json:"text"`
}

func (note) Kind() string { return "note" }

// worker hands each job to do.
type worker struct {
	river.WorkerDefaults[note]
	do func(ctx context.Context, job *river.Job[note]) error
}

func (w *worker) Work(ctx context.Context, job *river.Job[note]) error { return w.do(ctx, job) }

func migrated(t testing.TB, d *db.DB) *db.DB {
	t.Helper()
	require.NoError(t, jobs.Migrate(context.Background(), d))
	return d
}

func each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, migrated(t, d)) })
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// client returns a client that is not started.
func client(t testing.TB, d *db.DB, config jobs.Config, do func(context.Context, *river.Job[note]) error) *jobs.Client {
	t.Helper()
	config.Workers = river.NewWorkers()
	river.AddWorker(config.Workers, &worker{do: do})
	if config.Queues == nil {
		config.Queues = map[string]int{river.QueueDefault: 4}
	}
	if config.Log == nil {
		config.Log = quiet()
	}
	c, err := jobs.New(d, config)
	require.NoError(t, err)
	return c
}

func started(t testing.TB, d *db.DB, config jobs.Config, do func(context.Context, *river.Job[note]) error) *jobs.Client {
	t.Helper()
	c := client(t, d, config, do)
	require.NoError(t, c.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, c.Stop(context.Background())) })
	return c
}

func enqueue(t testing.TB, d *db.DB, c *jobs.Client, text string, opts *river.InsertOpts) (id int64) {
	t.Helper()
	require.NoError(t, d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		result, err := c.InsertTx(ctx, tx, note{text}, opts)
		if err == nil {
			id = result.Job.ID
		}
		return err
	}))
	return id
}

func receive[T any](t testing.TB, ch <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		require.FailNow(t, "waited too long for "+what)
		panic("unreachable")
	}
}

// sending returns a job function that reports each text that it works.
func sending(ch chan<- string) func(context.Context, *river.Job[note]) error {
	return func(_ context.Context, job *river.Job[note]) error {
		ch <- job.Args.Text
		return nil
	}
}

func state(t testing.TB, d *db.DB, id int64) (state string) {
	t.Helper()
	row := d.Read().QueryRowContext(context.Background(), "SELECT CAST(state AS TEXT) FROM river_job WHERE id = $1", id)
	require.NoError(t, row.Scan(&state))
	return state
}

type atOnce struct{}

func (atOnce) NextRetry(*rivertype.JobRow) time.Time { return time.Now() }

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
