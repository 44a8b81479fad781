package db_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
)

var errRefused = errors.New("refused")

func insert(ctx context.Context, q db.Querier, id int) error {
	_, err := q.ExecContext(ctx, "INSERT INTO items (id) VALUES ($1)", id)
	return err
}

func withItems(t testing.TB, d *db.DB) *db.DB {
	t.Helper()
	require.NoError(t, d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "CREATE TABLE items (id BIGINT PRIMARY KEY, note TEXT NOT NULL DEFAULT '')")
		return err
	}))
	return d
}

func ids(t testing.TB, d *db.DB) []int {
	t.Helper()
	rows, err := d.Read().QueryContext(context.Background(), "SELECT id FROM items ORDER BY id")
	require.NoError(t, err)
	defer rows.Close()
	got := []int{}
	for rows.Next() {
		var id int
		require.NoError(t, rows.Scan(&id))
		got = append(got, id)
	}
	require.NoError(t, rows.Err())
	return got
}

func TestInTxCommitsOrUndoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withItems(t, d)
		ctx := context.Background()
		var hooks []string
		require.NoError(t, d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			tx.OnCommit(func() { hooks = append(hooks, "first") })
			tx.OnCommit(func() { hooks = append(hooks, "second") })
			return insert(ctx, tx, 1)
		}))
		err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			tx.OnCommit(func() { hooks = append(hooks, "dropped") })
			require.NoError(t, insert(ctx, tx, 2))
			return errRefused
		})
		require.Equal(t, errRefused, err, "the error comes back as it is")
		require.Equal(t, []int{1}, ids(t, d))
		require.Equal(t, []string{"first", "second"}, hooks)
	})
}

func TestInTxHooksSeeTheCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withItems(t, d)
		var seen []int
		require.NoError(t, d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			tx.OnCommit(func() { seen = ids(t, d) })
			return insert(ctx, tx, 7)
		}))
		require.Equal(t, []int{7}, seen)
	})
}

func TestInTxPanicGoesOnInTheCaller(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withItems(t, d)
		ctx := context.Background()
		require.PanicsWithValue(t, "boom", func() {
			_ = d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
				require.NoError(t, insert(ctx, tx, 1))
				panic("boom")
			})
		})
		require.NoError(t, d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return insert(ctx, tx, 2) }))
		require.Equal(t, []int{2}, ids(t, d))
	})
}

func TestInTxSurvivesGoexit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withItems(t, d)
		ctx := context.Background()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
				_ = insert(ctx, tx, 1)
				runtime.Goexit() // what t.FailNow does
				return nil
			})
		}()
		<-ended
		require.NoError(t, d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return insert(ctx, tx, 2) }))
		require.Equal(t, []int{2}, ids(t, d))
	})
}

func TestInTxRefusesToNest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(context.Background(), func(ctx context.Context, _ *db.Tx) error {
			return d.InTx(ctx, func(context.Context, *db.Tx) error { return nil })
		})
		require.Equal(t, errs.Internal, errs.CodeOf(err))
		require.ErrorContains(t, err, "InTx called inside InTx")
	})
}

func TestInTxAcrossTwoDatabasesIsNoNesting(t *testing.T) {
	a, b := dbtest.New(t), dbtest.New(t)
	require.NoError(t, a.InTx(context.Background(), func(ctx context.Context, _ *db.Tx) error {
		return b.InTx(ctx, func(context.Context, *db.Tx) error { return nil })
	}))
}

func TestTxIsDeadAfterItsFunction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withItems(t, d)
		ctx := context.Background()
		var leaked *db.Tx
		require.NoError(t, d.InTx(ctx, func(_ context.Context, tx *db.Tx) error { leaked = tx; return nil }))
		require.ErrorIs(t, insert(ctx, leaked, 1), sql.ErrTxDone)
		_, err := leaked.QueryContext(ctx, "SELECT 1")
		require.ErrorIs(t, err, sql.ErrTxDone)
		require.Error(t, leaked.QueryRowContext(ctx, "SELECT 1").Scan(new(int)))
		require.Empty(t, ids(t, d))
	})
}

func TestInTxRefusesAfterClose(t *testing.T) {
	d, err := db.Open(context.Background(), filepath.Join(t.TempDir(), "x.db"))
	require.NoError(t, err)
	require.NoError(t, d.Close())
	err = d.InTx(context.Background(), func(context.Context, *db.Tx) error { return nil })
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
}

func TestReadPoolOfSQLiteRefusesToWrite(t *testing.T) {
	d := withItems(t, dbtest.New(t))
	require.ErrorContains(t, insert(context.Background(), d.Read(), 1), "readonly")
}
