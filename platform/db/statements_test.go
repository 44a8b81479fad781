package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
)

// oneConnection returns a pool of a single connection, so that every statement
// meets the ones that were kept before.
func oneConnection(t *testing.T) *sql.DB {
	d, err := db.Open(context.Background(), filepath.Join(t.TempDir(), "statements.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	_, err = d.Pool().Exec(`CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL)`)
	require.NoError(t, err)
	return d.Pool()
}

func TestAKeptStatementSeesTheNewSchema(t *testing.T) {
	pool := oneConnection(t)
	columns := func() []string {
		rows, err := pool.Query("SELECT * FROM items")
		require.NoError(t, err)
		defer rows.Close()
		names, err := rows.Columns()
		require.NoError(t, err)
		return names
	}
	require.Equal(t, []string{"id", "name"}, columns())
	_, err := pool.Exec("ALTER TABLE items ADD COLUMN note TEXT")
	require.NoError(t, err)
	require.Equal(t, []string{"id", "name", "note"}, columns())
	_, err = pool.Exec("DROP TABLE items")
	require.NoError(t, err)
	_, err = pool.Query("SELECT * FROM items")
	require.ErrorContains(t, err, "no such table")
}

func TestAQueryInsideTheSameQueryHasRowsOfItsOwn(t *testing.T) {
	pool := oneConnection(t)
	for id := range 3 {
		_, err := pool.Exec("INSERT INTO items (id, name) VALUES ($1, $2)", id, fmt.Sprint(id))
		require.NoError(t, err)
	}
	conn, err := pool.Conn(context.Background())
	require.NoError(t, err)
	defer conn.Close()
	const query = "SELECT id FROM items WHERE id >= $1 ORDER BY id"
	read := func(rows *sql.Rows) (id int) {
		require.True(t, rows.Next())
		require.NoError(t, rows.Scan(&id))
		return id
	}
	for range 3 { // the statements that were given back are used again
		outer, err := conn.QueryContext(context.Background(), query, 0)
		require.NoError(t, err)
		require.Equal(t, 0, read(outer))
		inner, err := conn.QueryContext(context.Background(), query, 2)
		require.NoError(t, err)
		require.Equal(t, 2, read(inner))
		require.False(t, inner.Next())
		require.NoError(t, inner.Close())
		require.Equal(t, 1, read(outer), "the inner query has moved the outer one")
		require.NoError(t, outer.Close())
	}
}

func TestAKeptStatementForgetsItsArgumentsAndItsFailure(t *testing.T) {
	pool := oneConnection(t)
	const insert = "INSERT INTO items (id, name) VALUES ($1, $2)"
	_, err := pool.Exec(insert, 1, "one")
	require.NoError(t, err)
	_, err = pool.Exec(insert, 1, "again")
	require.ErrorContains(t, err, "UNIQUE")
	_, err = pool.Exec(insert, 2, nil)
	require.ErrorContains(t, err, "NOT NULL")
	_, err = pool.Exec(insert, 2, "two")
	require.NoError(t, err)
	var name string
	require.NoError(t, pool.QueryRow("SELECT name FROM items WHERE id = $1", 2).Scan(&name))
	require.Equal(t, "two", name)
}

func TestMoreStatementsThanAreKept(t *testing.T) {
	pool := oneConnection(t)
	for round := range 2 {
		for i := range 600 {
			var got int
			require.NoError(t, pool.QueryRow(fmt.Sprintf("SELECT %d + $1", i), round).Scan(&got))
			require.Equal(t, i+round, got)
		}
	}
}

// What acts while it is prepared, or is several statements, is never kept.
func TestScriptsAndPragmasRunEachTime(t *testing.T) {
	pool := oneConnection(t)
	for want := range 3 {
		_, err := pool.Exec("INSERT INTO items (name) VALUES ('a'); INSERT INTO items (name) VALUES ('b')")
		require.NoError(t, err)
		_, err = pool.Exec(fmt.Sprintf("PRAGMA user_version = %d", want+1))
		require.NoError(t, err)
		var count, version int
		require.NoError(t, pool.QueryRow("SELECT count(*) FROM items").Scan(&count))
		require.NoError(t, pool.QueryRow("PRAGMA user_version").Scan(&version))
		require.Equal(t, 2*(want+1), count)
		require.Equal(t, want+1, version)
	}
}

// Rows that nobody closes must not keep the transaction of the writer open.
func TestAnAbandonedQueryEndsWithItsContext(t *testing.T) {
	pool := oneConnection(t)
	_, err := pool.Exec("INSERT INTO items (id, name) VALUES (1, 'one'), (2, 'two')")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	rows, err := pool.QueryContext(ctx, "SELECT id FROM items")
	require.NoError(t, err)
	require.True(t, rows.Next())
	cancel()
	_, err = pool.Exec("UPDATE items SET name = 'three' WHERE id = 2") // waits for the connection
	require.NoError(t, err)
	require.ErrorIs(t, rows.Err(), context.Canceled)
}
