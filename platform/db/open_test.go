package db_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
)

func TestOpenSetsUpSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder", "we?ird #1%20.db")
	d, err := db.Open(context.Background(), "sqlite:"+path)
	require.NoError(t, err)
	defer d.Close()
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000", "trusted_schema": "0",
	} {
		for name, q := range map[string]db.Querier{"write": d.Pool(), "read": d.Read()} {
			var got string
			require.NoError(t, q.QueryRowContext(context.Background(), "PRAGMA "+pragma).Scan(&got))
			require.Equal(t, want, got, "%s on the %s pool", pragma, name)
		}
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "nobody else may read the accounts")
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	for name, c := range map[string]struct {
		url  string
		code errs.Code
	}{
		"nothing":      {"", errs.Invalid},
		"memory":       {"sqlite::memory:", errs.Invalid},
		"a folder":     {folder, errs.Unavailable},
		"bad postgres": {"postgres://u:secret@%zz/", errs.Unavailable},
		"no server":    {"postgres:///x?host=" + folder + "&password=secret", errs.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := db.Open(context.Background(), c.url)
			require.Equal(t, c.code, errs.CodeOf(err), err)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestSecondOpenIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	first, err := db.Open(context.Background(), path)
	require.NoError(t, err)
	require.True(t, first.Exclusive())
	_, err = db.Open(context.Background(), path)
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	require.ErrorContains(t, err, "another incubator process")

	withItems(t, first)
	guest, err := db.Open(context.Background(), path, db.Shared())
	require.NoError(t, err)
	require.False(t, guest.Exclusive())
	require.NoError(t, guest.InTx(context.Background(), inserting(1, nil)))
	require.NoError(t, guest.Close())
	require.Equal(t, []int{1}, ids(t, first))

	require.NoError(t, first.Close())
	again, err := db.Open(context.Background(), path)
	require.NoError(t, err, "closing frees the lock")
	require.NoError(t, again.Close())
}

func TestUniqueNamesTheConstraint(t *testing.T) {
	schema := []string{
		"CREATE TABLE people (id BIGINT PRIMARY KEY, email TEXT NOT NULL, team BIGINT, role TEXT, UNIQUE (team, role))",
		"CREATE UNIQUE INDEX people_email ON people (lower(email))",
		"CREATE TABLE badges (person BIGINT NOT NULL REFERENCES people (id))",
		"INSERT INTO people VALUES (1, 'a@x', 1, 'captain')",
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, s := range schema {
			_, err := d.Pool().Exec(s)
			require.NoError(t, err)
		}
		for query, want := range map[string]string{
			"INSERT INTO people VALUES (1, 'b@x', 2, 'x')":       "people.id",
			"INSERT INTO people VALUES (2, 'A@X', 2, 'x')":       "people_email",
			"INSERT INTO people VALUES (2, 'b@x', 1, 'captain')": "people.team,role",
		} {
			_, err := d.Pool().Exec(query)
			got, ok := db.Unique(errs.Wrap(err, errs.Conflict, "taken"))
			require.True(t, ok, err)
			require.Equal(t, want, got)
			require.False(t, db.ForeignKey(err))
		}
		_, err := d.Pool().Exec("INSERT INTO badges VALUES (99)")
		require.True(t, db.ForeignKey(err), err)
		_, ok := db.Unique(err)
		require.False(t, ok)
		err = d.Read().QueryRowContext(context.Background(), "SELECT id FROM people WHERE id = 5").Scan(new(int))
		require.True(t, db.NotFound(err))
		require.False(t, db.NotFound(net.ErrClosed))
	})
	_, ok := db.Unique(errors.New("UNIQUE constraint failed: x.y"))
	require.False(t, ok, "only the driver's own errors count")
}

func TestPlaceholdersWorkInAnyOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var a, b, c string
		row := d.Read().QueryRowContext(context.Background(),
			"SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT)", "one", "two")
		require.NoError(t, row.Scan(&a, &b, &c))
		require.Equal(t, []string{"two", "one", "two"}, []string{a, b, c})
	})
}

func TestDialectSnippets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := d.Dialect()
		withItems(t, d)
		require.NoError(t, d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			require.NoError(t, insert(ctx, tx, 1))
			var id int
			query := "SELECT id FROM items WHERE note " + s.Like() + " $1" + s.ForUpdate()
			require.NoError(t, tx.QueryRowContext(ctx, query, "").Scan(&id))
			var value string
			require.NoError(t, tx.QueryRowContext(ctx, "SELECT "+s.JSON("$1")+" ->> 'k'", `{"k":"v"}`).Scan(&value))
			require.Equal(t, "v", value)
			return nil
		}))
		require.Contains(t, []string{"sqlite", "postgres"}, s.String())
	})
}

func TestTimes(t *testing.T) {
	at := time.Date(2031, 2, 3, 4, 5, 6, 789_000, time.FixedZone("x", 3600))
	require.Equal(t, at.UTC(), db.FromMicros(db.Micros(at)))
	require.Equal(t, at.UTC(), db.FromNullMicros(db.NullMicros(at)))
	require.False(t, db.NullMicros(time.Time{}).Valid)
	require.True(t, db.FromNullMicros(db.NullMicros(time.Time{})).IsZero())
	require.True(t, db.FromMicros(db.Micros(time.Time{})).IsZero())
}
