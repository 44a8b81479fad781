package db_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
)

var update = flag.Bool("update", false, "store a fixture database of the newest schema version, if there is none")

func TestMigrateIsIdempotent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		require.NoError(t, d.Migrate(ctx))
		have, want, err := d.Version(ctx)
		require.NoError(t, err)
		require.Equal(t, want, have)
		require.Positive(t, want)
	})
}

func TestVersionOfAnEmptyDatabaseIsZero(t *testing.T) {
	urls := map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return filepath.Join(t.TempDir(), "x.db") },
		"postgres": dbtest.PostgresURL,
	}
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			d, err := db.Open(context.Background(), url(t))
			require.NoError(t, err)
			defer d.Close()
			have, want, err := d.Version(context.Background())
			require.NoError(t, err)
			require.Zero(t, have)
			require.Positive(t, want)
		})
	}
}

func TestMigrateRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, c := range map[string]struct{ change, refused string }{
		"newer database":   {"INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)", "9999_future, which this program does not know"},
		"edited migration": {"UPDATE schema_migrations SET hash = 'x' WHERE version = 1", "0001_platform was edited"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				_, err := d.Pool().Exec(c.change)
				require.NoError(t, err)
				err = d.Migrate(context.Background())
				require.Equal(t, errs.Conflict, errs.CodeOf(err))
				require.ErrorContains(t, err, c.refused)
			})
		})
	}
}

// Two nodes that start at once migrate once.
func TestConcurrentMigrationsOnPostgres(t *testing.T) {
	url := dbtest.PostgresURL(t)
	const nodes = 6
	results := make(chan error, nodes)
	for range nodes {
		go func() {
			d, err := db.Open(context.Background(), url)
			if err == nil {
				err = d.Migrate(context.Background())
				_ = d.Close()
			}
			results <- err
		}()
	}
	for range nodes {
		require.NoError(t, <-results)
	}
}

// fixtureRow is what every fixture holds besides the schema of its version.
const fixtureRow = "INSERT INTO platform_meta (key, value) VALUES ('fixture', 'kept')"

// Stored databases of old versions are upgraded and keep their rows, and end up
// with the very schema that a fresh database has. After adding a migration that
// ships in a release, store its version too: go test -run Stored -update.
func TestStoredDatabasesAreUpgraded(t *testing.T) {
	if *update {
		storeFixture(t)
	}
	stored, err := filepath.Glob("testdata/v*.db")
	require.NoError(t, err)
	require.NotEmpty(t, stored)
	fresh := columns(t, dbtest.New(t))
	for _, path := range stored {
		t.Run(filepath.Base(path), func(t *testing.T) {
			ctx := context.Background()
			d := openCopy(t, path)
			requireVersion(t, d, path)
			require.NoError(t, d.Migrate(ctx))
			requireUpgraded(t, d)
			require.Equal(t, fresh, columns(t, d))
			var report string
			require.NoError(t, d.Read().QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&report))
			require.Equal(t, "ok", report)
		})
	}
}

// The same on PostgreSQL, from the text of a dump.
func TestStoredPostgresDumpsAreUpgraded(t *testing.T) {
	stored, err := filepath.Glob("testdata/v*.postgres.sql")
	require.NoError(t, err)
	require.NotEmpty(t, stored)
	for _, path := range stored {
		t.Run(filepath.Base(path), func(t *testing.T) {
			d, err := db.Open(context.Background(), dbtest.PostgresURL(t))
			require.NoError(t, err)
			defer d.Close()
			dump, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = d.Pool().Exec(string(dump))
			require.NoError(t, err)
			requireVersion(t, d, path)
			require.NoError(t, d.Migrate(context.Background()))
			requireUpgraded(t, d)
			require.Equal(t, columns(t, dbtest.NewPostgres(t)), columns(t, d))
		})
	}
}

func requireVersion(t *testing.T, d *db.DB, path string) {
	t.Helper()
	var version int
	_, err := fmt.Sscanf(filepath.Base(path), "v%04d", &version)
	require.NoError(t, err)
	have, _, err := d.Version(context.Background())
	require.NoError(t, err)
	require.Equal(t, version, have)
}

func requireUpgraded(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := context.Background()
	have, want, err := d.Version(ctx)
	require.NoError(t, err)
	require.Equal(t, want, have)
	var value string
	require.NoError(t, d.Read().QueryRowContext(ctx, "SELECT value FROM platform_meta WHERE key = 'fixture'").Scan(&value))
	require.Equal(t, "kept", value)
}

func openCopy(t *testing.T, path string) *db.DB {
	t.Helper()
	stored, err := os.ReadFile(path)
	require.NoError(t, err)
	work := filepath.Join(t.TempDir(), "old.db")
	require.NoError(t, os.WriteFile(work, stored, 0o600))
	d, err := db.Open(context.Background(), work)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// storeFixture never replaces a stored database: the past does not change.
func storeFixture(t *testing.T) {
	t.Helper()
	d := dbtest.New(t)
	_, err := d.Pool().Exec(fixtureRow)
	require.NoError(t, err)
	_, want, err := d.Version(context.Background())
	require.NoError(t, err)
	path := fmt.Sprintf("testdata/v%04d.db", want)
	if _, err := os.Stat(path); err == nil {
		return
	}
	_, err = d.Pool().Exec("VACUUM INTO $1", path)
	require.NoError(t, err)
}

// columns lists every column of every table as "table column type null default".
func columns(t *testing.T, d *db.DB) []string {
	t.Helper()
	query := `SELECT t.name || ' ' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || COALESCE(c.dflt_value, '')
		FROM sqlite_master t, pragma_table_xinfo(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.name`
	if d.Dialect() == db.Postgres {
		query = `SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '')
			FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, column_name`
	}
	rows, err := d.Read().QueryContext(context.Background(), query)
	require.NoError(t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		out = append(out, strings.TrimSpace(line))
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, out)
	return out
}
