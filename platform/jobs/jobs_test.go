package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/platform/jobs"
)

func TestJobExistsOnlyWhenItsTransactionCommits(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		worked := make(chan string, 10)
		c := started(t, d, jobs.Config{}, sending(worked))
		refused := errors.New("refused")
		err := d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := c.InsertTx(ctx, tx, note{"undone"}, nil)
			require.NoError(t, err)
			return refused
		})
		require.Equal(t, refused, err)
		enqueue(t, d, c, "kept", nil)
		require.Equal(t, "kept", receive(t, worked, "the job"))
		require.Empty(t, worked)
	})
}

// Jobs of calls that share a commit share nothing else: the job of a call that
// failed is gone, those of the others all run, each once.
func TestJobsOfConcurrentTransactions(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		const n = 60
		worked := make(chan string, 2*n)
		c := started(t, d, jobs.Config{}, sending(worked))
		var wg sync.WaitGroup
		want := map[string]bool{}
		for i := range n {
			text := fmt.Sprint(i)
			if i%3 != 0 {
				want[text] = true
			}
			wg.Go(func() {
				_ = d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
					if _, err := c.InsertTx(ctx, tx, note{text}, nil); err != nil {
						t.Error(err)
						return err
					}
					if i%3 == 0 {
						return errors.New("refused")
					}
					return nil
				})
			})
		}
		wg.Wait()
		got := map[string]bool{}
		for range want {
			text := receive(t, worked, "a job")
			require.False(t, got[text], "worked twice")
			got[text] = true
		}
		require.Equal(t, want, got)
		require.Empty(t, worked)
	})
}

// River and the stores write at once through one connection: no "database is
// locked", nothing lost.
func TestWritersAndJobsDoNotFight(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		_, err := d.Pool().Exec("CREATE TABLE tally (id BIGINT PRIMARY KEY)")
		require.NoError(t, err)
		var log bytes.Buffer
		var c *jobs.Client
		const writers, rows = 16, 25
		done := make(chan struct{}, writers*rows)
		c = started(t, d, jobs.Config{Log: slog.New(slog.NewTextHandler(&log, nil))}, func(ctx context.Context, job *river.Job[note]) error {
			err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, "INSERT INTO tally (id) VALUES ($1)", 1_000_000+job.ID)
				return err
			})
			done <- struct{}{}
			return err
		})
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range rows {
					err := d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
						if _, err := tx.ExecContext(ctx, "INSERT INTO tally (id) VALUES ($1)", w*rows+i); err != nil {
							return err
						}
						_, err := c.InsertTx(ctx, tx, note{}, nil)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for range writers * rows {
			receive(t, done, "a job")
		}
		require.NoError(t, c.Stop(context.Background()))
		var n int
		require.NoError(t, d.Read().QueryRowContext(context.Background(), "SELECT COUNT(*) FROM tally").Scan(&n))
		require.Equal(t, 2*writers*rows, n)
		require.Empty(t, log.String())
	})
}

// One job after the other: by polling alone each would wait half a second on
// average.
func TestJobsStartWithoutPolling(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		worked := make(chan string, 1)
		c := started(t, d, jobs.Config{}, sending(worked))
		start := time.Now()
		for i := range 20 {
			enqueue(t, d, c, fmt.Sprint(i), nil)
			require.Equal(t, fmt.Sprint(i), receive(t, worked, "the job"))
		}
		require.Less(t, time.Since(start), 3*time.Second)
	})
}

func TestStartStopStartAgain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		before := goleak.IgnoreCurrent()
		worked := make(chan string, 1)
		c := client(t, d, jobs.Config{}, sending(worked))
		require.NoError(t, c.Stop(context.Background()), "stopping what never started")
		for round := range 3 {
			ctx, cancel := context.WithCancel(context.Background())
			require.NoError(t, c.Start(ctx))
			cancel() // the context of the start does not end the client
			require.Error(t, c.Start(context.Background()), "started already")
			enqueue(t, d, c, fmt.Sprint(round), nil)
			require.Equal(t, fmt.Sprint(round), receive(t, worked, "the job"))
			require.NoError(t, c.Stop(context.Background()))
		}
		goleak.VerifyNone(t, before, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"),
			goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgconn/internal/bgreader.(*BGReader).bgRead"))
	})
}

func TestStopWaitsThenCancels(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		running, ended := make(chan string, 1), make(chan error, 1)
		c := client(t, d, jobs.Config{Grace: time.Millisecond}, func(ctx context.Context, job *river.Job[note]) error {
			running <- job.Args.Text
			<-ctx.Done() // a job that only the cancelled context ends
			ended <- ctx.Err()
			return ctx.Err()
		})
		require.NoError(t, c.Start(context.Background()))
		id := enqueue(t, d, c, "long", nil)
		receive(t, running, "the job")
		require.NoError(t, c.Stop(context.Background()))
		require.ErrorIs(t, receive(t, ended, "its end"), context.Canceled)
		require.Contains(t, []string{"retryable", "available"}, state(t, d, id), "it will be tried again")
	})
}

func TestFailuresAreLoggedAndRetried(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var log lockedBuffer
		attempts := make(chan int, 3)
		c := started(t, d, jobs.Config{Log: slog.New(slog.NewTextHandler(&log, nil)), RetryPolicy: atOnce{}},
			func(_ context.Context, job *river.Job[note]) error {
				attempts <- job.Attempt
				switch job.Attempt {
				case 1:
					return errors.New("the engine is away")
				case 2:
					panic("a bug")
				}
				return nil
			})
		enqueue(t, d, c, "top secret", nil)
		for want := 1; want <= 3; want++ {
			require.Equal(t, want, receive(t, attempts, "an attempt"))
		}
		require.Contains(t, log.String(), "the engine is away")
		require.Contains(t, log.String(), "a bug")
		require.Contains(t, log.String(), "kind=note")
		require.NotContains(t, log.String(), "top secret")
	})
}

func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		running, ended := make(chan string, 1), make(chan error, 1)
		c := started(t, d, jobs.Config{}, func(ctx context.Context, job *river.Job[note]) error {
			running <- job.Args.Text
			<-ctx.Done()
			ended <- ctx.Err()
			return ctx.Err()
		})
		later := enqueue(t, d, c, "later", &river.InsertOpts{ScheduledAt: time.Now().Add(time.Hour)})
		require.NoError(t, c.Cancel(context.Background(), later))
		require.Equal(t, "cancelled", state(t, d, later))
		id := enqueue(t, d, c, "running", nil)
		receive(t, running, "the job")
		require.NoError(t, c.Cancel(context.Background(), id))
		require.Error(t, receive(t, ended, "its end"))
		require.Equal(t, errs.NotFound, errs.CodeOf(c.Cancel(context.Background(), 999_999)))
		require.NoError(t, c.Stop(context.Background()))
		require.Equal(t, "cancelled", state(t, d, id))
	})
}

func TestWrongUse(t *testing.T) {
	d := migrated(t, dbtest.New(t))
	insertOnly, err := jobs.New(d, jobs.Config{Log: quiet(), Workers: river.NewWorkers()})
	require.NoError(t, err)
	err = d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := insertOnly.InsertTx(ctx, tx, note{}, nil)
		return err
	})
	require.Equal(t, errs.Internal, errs.CodeOf(err))
	require.ErrorContains(t, err, "no worker is registered")
	require.Error(t, insertOnly.Start(context.Background()), "it has no queues")
	require.Error(t, insertOnly.AddPeriodic(nil))
	_, err = jobs.New(d, jobs.Config{Queues: map[string]int{"x": -1}, Workers: river.NewWorkers(), Log: quiet()})
	require.Equal(t, errs.Internal, errs.CodeOf(err))
}

func TestMigrateTwice(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		require.NoError(t, jobs.Migrate(context.Background(), d))
	})
}
