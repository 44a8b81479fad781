package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
)

// queuedContext tells when InTx has queued its call: the first thing after that
// is to ask the context for its Done channel.
type queuedContext struct {
	context.Context
	once   *sync.Once
	queued chan struct{}
}

func (c queuedContext) Done() <-chan struct{} {
	c.once.Do(func() { close(c.queued) })
	return c.Context.Done()
}

// batchOf runs fns in one batch, in order: they queue while a first transaction
// holds the writer. It returns their errors. A fn that panics gives errPanicked.
func batchOf(t *testing.T, d *db.DB, fns ...func(context.Context, *db.Tx) error) []error {
	t.Helper()
	started, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.InTx(context.Background(), func(context.Context, *db.Tx) error {
			close(started)
			<-release
			return nil
		})
	})
	<-started
	results := make([]error, len(fns))
	for i, fn := range fns {
		ctx := queuedContext{context.Background(), new(sync.Once), make(chan struct{})}
		wg.Go(func() { results[i] = guarded(d, ctx, fn) })
		<-ctx.queued
	}
	close(release)
	wg.Wait()
	return results
}

var errPanicked = errors.New("panicked")

func guarded(d *db.DB, ctx context.Context, fn func(context.Context, *db.Tx) error) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return d.InTx(ctx, fn)
}

func inserting(id int, after error) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		if err := insert(ctx, tx, id); err != nil {
			return err
		}
		return after
	}
}

func TestBatchSharesOneCommit(t *testing.T) {
	d := withItems(t, dbtest.New(t))
	before := d.Stats()
	var fns []func(context.Context, *db.Tx) error
	for i := range 20 {
		fns = append(fns, inserting(i, nil))
	}
	for _, err := range batchOf(t, d, fns...) {
		require.NoError(t, err)
	}
	require.Len(t, ids(t, d), 20)
	require.Equal(t, uint64(21), d.Stats().Calls-before.Calls, "twenty and the one that held the writer")
	require.Equal(t, uint64(2), d.Stats().Commits-before.Commits)
}

func TestBatchUndoesOnlyWhoFailed(t *testing.T) {
	d := withItems(t, dbtest.New(t))
	results := batchOf(t, d,
		inserting(1, nil),
		inserting(2, errRefused),
		func(ctx context.Context, tx *db.Tx) error { _ = insert(ctx, tx, 3); panic("boom") },
		inserting(1, nil), // a batch mate took this id
		inserting(4, nil),
	)
	require.NoError(t, results[0])
	require.Equal(t, errRefused, results[1])
	require.Equal(t, errPanicked, results[2])
	constraint, ok := db.Unique(results[3])
	require.True(t, ok)
	require.Equal(t, "items.id", constraint)
	require.NoError(t, results[4])
	require.Equal(t, []int{1, 4}, ids(t, d))
}

// A function that ends the shared transaction must cost its batch mates nothing.
func TestBatchSurvivesALostTransaction(t *testing.T) {
	for name, ruin := range map[string]func(*testing.T, context.Context, *db.Tx){
		"rolled back by misuse": func(t *testing.T, _ context.Context, tx *db.Tx) {
			require.NoError(t, tx.SQL().Rollback())
		},
		"rolled back by SQL": func(t *testing.T, ctx context.Context, tx *db.Tx) {
			_, err := tx.ExecContext(ctx, "ROLLBACK")
			require.NoError(t, err)
		},
		"interrupted": func(_ *testing.T, ctx context.Context, tx *db.Tx) {
			ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
			_, _ = tx.SQL().ExecContext(ctx, endlessInsert)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := withItems(t, dbtest.New(t))
			hooks := 0
			results := batchOf(t, d,
				func(ctx context.Context, tx *db.Tx) error {
					tx.OnCommit(func() { hooks++ })
					return insert(ctx, tx, 1)
				},
				inserting(2, errRefused),
				func(ctx context.Context, tx *db.Tx) error { ruin(t, ctx, tx); return nil },
				inserting(4, nil),
			)
			require.NoError(t, results[0])
			require.Equal(t, errRefused, results[1])
			require.Equal(t, errs.Unavailable, errs.CodeOf(results[2]))
			require.NoError(t, results[3])
			require.Equal(t, []int{1, 4}, ids(t, d))
			require.Equal(t, 1, hooks)
		})
	}
}

const endlessInsert = `WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n)
	INSERT INTO items (id) SELECT i FROM n`

// A cancelled context must not interrupt a statement, which would undo the
// batch: statements of Tx run to their end, and the next one is refused.
func TestCancellingInsideDoesNotInterrupt(t *testing.T) {
	d := withItems(t, dbtest.New(t))
	ctx, cancel := context.WithCancel(context.Background())
	err := d.InTx(ctx, func(inner context.Context, tx *db.Tx) error {
		require.NoError(t, insert(inner, tx, 1))
		cancel()
		require.NoError(t, inner.Err())
		require.ErrorIs(t, insert(ctx, tx, 2), context.Canceled)
		require.ErrorIs(t, tx.QueryRowContext(ctx, "SELECT 1").Scan(new(int)), context.Canceled)
		return insert(inner, tx, 3)
	})
	require.NoError(t, err)
	require.Equal(t, []int{1, 3}, ids(t, d))
}

func TestStatementsAfterALostTransactionAreRefused(t *testing.T) {
	d := withItems(t, dbtest.New(t))
	_, err := d.Pool().Exec("PRAGMA max_page_count = 12") // a full disk
	require.NoError(t, err)
	err = d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		row := tx.QueryRowContext(ctx, "INSERT INTO items (id, note) VALUES (1, hex(zeroblob(1000000))) RETURNING id")
		require.ErrorContains(t, row.Scan(new(int)), "full")
		require.ErrorContains(t, insert(ctx, tx, 2), "full", "it would run outside of the transaction")
		return nil
	})
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	require.Empty(t, ids(t, d))
}

func TestFailedCommitFailsOnlyTheGuilty(t *testing.T) {
	d := withItems(t, dbtest.New(t))
	_, err := d.Pool().Exec(`CREATE TABLE parts (item BIGINT REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED)`)
	require.NoError(t, err)
	orphan := func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO parts (item) VALUES (99)")
		return err
	}
	results := batchOf(t, d, inserting(1, nil), orphan, inserting(3, errRefused), inserting(4, nil))
	require.NoError(t, results[0])
	require.True(t, db.ForeignKey(results[1]), results[1])
	require.Equal(t, errs.Unavailable, errs.CodeOf(results[1]))
	require.Equal(t, errRefused, results[2])
	require.NoError(t, results[3])
	require.Equal(t, []int{1, 4}, ids(t, d))
}

func TestCancelledWhileQueuedDoesNotRun(t *testing.T) {
	d := withItems(t, dbtest.New(t))
	started, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.InTx(context.Background(), func(context.Context, *db.Tx) error {
			close(started)
			<-release
			return nil
		})
	})
	<-started
	base, cancel := context.WithCancel(context.Background())
	ctx := queuedContext{base, new(sync.Once), make(chan struct{})}
	result := make(chan error)
	go func() { result <- d.InTx(ctx, inserting(1, nil)) }()
	<-ctx.queued
	cancel()
	require.ErrorIs(t, <-result, context.Canceled, "answered while the writer is still held")
	close(release)
	wg.Wait()
	require.NoError(t, d.InTx(context.Background(), inserting(2, nil)))
	require.Equal(t, []int{2}, ids(t, d))
}

func TestBatchIsBoundedInTime(t *testing.T) {
	var now time.Time
	var mu sync.Mutex
	clock := func() time.Time { // every look at it is a second later
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
	d, err := db.Open(context.Background(), filepath.Join(t.TempDir(), "x.db"),
		db.WithClock(clock), db.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	defer d.Close()
	withItems(t, d)
	before := d.Stats().Commits
	for _, err := range batchOf(t, d, inserting(1, nil), inserting(2, nil), inserting(3, nil)) {
		require.NoError(t, err)
	}
	require.Equal(t, uint64(4), d.Stats().Commits-before, "one commit each")
}

func TestCloseRunsWhatIsQueued(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	d, err := db.Open(context.Background(), path)
	require.NoError(t, err)
	withItems(t, d)
	ctx := queuedContext{context.Background(), new(sync.Once), make(chan struct{})}
	result := make(chan error, 1)
	require.NoError(t, d.InTx(context.Background(), func(context.Context, *db.Tx) error {
		go func() { result <- d.InTx(ctx, inserting(1, nil)) }()
		<-ctx.queued
		return nil
	}))
	require.NoError(t, d.Close())
	require.NoError(t, <-result)
	again, err := db.Open(context.Background(), path)
	require.NoError(t, err)
	defer again.Close()
	require.Equal(t, []int{1}, ids(t, again))
}

func TestUnreadRowsDoNotHoldTheBatch(t *testing.T) {
	d := withItems(t, dbtest.New(t))
	var rows *sql.Rows
	forgetful := func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = tx.QueryContext(ctx, "INSERT INTO items (id) VALUES (10), (11), (12) RETURNING id")
		if err == nil && !rows.Next() {
			return fmt.Errorf("no row")
		}
		return err
	}
	results := batchOf(t, d, inserting(1, nil), forgetful, inserting(2, nil))
	require.NoError(t, results[0])
	require.NoError(t, results[2])
	require.ErrorContains(t, results[1], "statements in progress")
	require.Equal(t, []int{1, 2}, ids(t, d))
}
