// Package dbtest gives tests a real, migrated database of their own.
package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"incubator/platform/db"
)

// PostgresEnv names the environment variable that holds the DSN of a PostgreSQL
// server on which tests may create schemas.
const PostgresEnv = "INCUBATOR_TEST_POSTGRES"

// New returns a migrated SQLite database in a temporary folder.
func New(t testing.TB) *db.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	migrated, err := template()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, migrated, 0o600))
	return open(t, "sqlite:"+path)
}

// template is the file of a migrated database, made once for each test binary:
// every migration waits for the disk, a copy does not.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "dbtest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	d, err := db.Open(context.Background(), path, db.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(d.Migrate(context.Background()), d.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path) // closing has moved the log into it
})

// Each runs fn on a fresh SQLite database and, when PostgresEnv is set, on a
// fresh PostgreSQL schema; else the subtest postgres is skipped and says so.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, New(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, NewPostgres(t)) })
}

// NewPostgres returns a migrated PostgreSQL database in a schema of its own, or
// skips the test when there is no server.
func NewPostgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

// PostgresURL returns the DSN of a fresh, empty schema that is dropped after the
// test, or skips the test when PostgresEnv is not set.
func PostgresURL(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv(PostgresEnv)
	if dsn == "" {
		t.Skip("no PostgreSQL: set " + PostgresEnv + " (scripts/postgres start prints a DSN)")
	}
	schema := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	admin(t, dsn, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { admin(t, dsn, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func admin(t testing.TB, dsn, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.ExecContext(ctx, statement)
	require.NoError(t, err, statement)
}

func open(t testing.TB, url string) *db.DB {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	d, err := db.Open(context.Background(), url, db.WithLogger(quiet))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	require.NoError(t, d.Migrate(context.Background()))
	return d
}

// PlanUsesIndex fails the test when the plan of query reads a whole table
// instead of looking up an index. On PostgreSQL sequential scans are priced out
// first, since the planner prefers them on the small tables of a test.
func PlanUsesIndex(t testing.TB, d *db.DB, query string, args ...any) {
	t.Helper()
	plan := Plan(t, d, query, args...)
	for _, line := range plan {
		require.False(t, scansTable(d.Dialect(), line), "full scan in the plan of\n%s\n%s", query, strings.Join(plan, "\n"))
	}
}

// Plan returns the lines of the query plan.
func Plan(t testing.TB, d *db.DB, query string, args ...any) []string {
	t.Helper()
	var lines []string
	err := d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		lines = nil
		explain := "EXPLAIN QUERY PLAN "
		if d.Dialect() == db.Postgres {
			explain = "EXPLAIN "
			if _, err := tx.ExecContext(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
				return err
			}
		}
		rows, err := tx.QueryContext(ctx, explain+query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			line, err := planLine(rows, d.Dialect())
			if err != nil {
				return err
			}
			lines = append(lines, line)
		}
		return rows.Err()
	})
	require.NoError(t, err, query)
	return lines
}

func planLine(rows *sql.Rows, dialect db.Dialect) (line string, err error) {
	if dialect == db.Postgres {
		return line, rows.Scan(&line)
	}
	var id, parent, unused int
	err = rows.Scan(&id, &parent, &unused, &line)
	return line, err
}

// scansTable recognises SQLite's "SCAN t" and PostgreSQL's "Seq Scan on t". A
// scan of a constant row, a subquery or json_each is no table scan, and a scan
// "USING INDEX" reads all of an index in order, which is a full scan too.
func scansTable(dialect db.Dialect, line string) bool {
	if dialect == db.Postgres {
		return strings.Contains(line, "Seq Scan on ")
	}
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "SCAN ")
	if !ok {
		return false
	}
	return !strings.HasPrefix(rest, "CONSTANT ROW") && !strings.HasPrefix(rest, "(") && !strings.Contains(rest, "VIRTUAL TABLE")
}
