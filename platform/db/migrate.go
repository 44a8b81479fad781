package db

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"path"
	"regexp"
	"strconv"
	"time"

	"incubator/platform/errs"
)

//go:embed migrations/*/*.sql
var embedded embed.FS

// lockKey is the PostgreSQL advisory lock that migrations take.
const (
	lockKey      = 0x696e6375 // "incu"
	unlockBudget = 5 * time.Second
)

const createMigrations = `CREATE TABLE IF NOT EXISTS schema_migrations (
	version    BIGINT PRIMARY KEY,
	name       TEXT   NOT NULL,
	hash       TEXT   NOT NULL,
	applied_at BIGINT NOT NULL
)`

var migrationName = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)\.sql$`)

// migration is one numbered file. Numbers may have gaps.
type migration struct {
	version int
	name    string
	hash    string // SHA-256 of text, hexadecimal
	text    string
}

// Migrate brings the schema to the newest version, one transaction for each
// migration, under a lock. Foreign keys are on in it; a SQLite migration that
// rebuilds a table starts with PRAGMA defer_foreign_keys = ON. It refuses, with errs.Conflict and without a change, a
// database that a newer program migrated, one whose applied migrations differ
// from ours, and a pending migration with a number below an applied one.
func (d *DB) Migrate(ctx context.Context) error {
	all, err := d.migrations()
	if err != nil {
		return err
	}
	return d.MigrationLock(ctx, func(ctx context.Context) error {
		for {
			more, err := d.migrateNext(ctx, all)
			if err != nil || !more {
				return err
			}
		}
	})
}

// Version returns the highest migration that the database has (0 when empty)
// and the highest that this program wants.
func (d *DB) Version(ctx context.Context) (have, want int, err error) {
	all, err := d.migrations()
	if err != nil {
		return 0, 0, err
	}
	exists, err := d.hasTable(ctx, d.Read(), "schema_migrations")
	if err != nil {
		return 0, 0, unavailable(err, "be read")
	}
	if exists {
		row := d.Read().QueryRowContext(ctx, "SELECT COALESCE(MAX(version), 0) FROM schema_migrations")
		if err := row.Scan(&have); err != nil {
			return 0, 0, unavailable(err, "be read")
		}
	}
	if len(all) > 0 {
		want = all[len(all)-1].version
	}
	return have, want, nil
}

// migrateNext applies the first pending migration, if there is one.
func (d *DB) migrateNext(ctx context.Context, all []migration) (more bool, err error) {
	err = d.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		more = false
		if _, err := tx.ExecContext(ctx, createMigrations); err != nil {
			return unavailable(err, "be migrated")
		}
		applied, err := appliedMigrations(ctx, tx)
		if err != nil {
			return err
		}
		next, err := pending(all, applied)
		if err != nil || next == nil {
			return err
		}
		more = true
		return d.apply(ctx, tx, next)
	})
	return more, err
}

// MigrationLock runs fn while no other process migrates this PostgreSQL schema.
// The lock belongs to a session, not to the transaction of a migration: that one
// would have taken its snapshot before it waited. On SQLite the lock of the file
// and the single writer are enough. fn may use InTx.
func (d *DB) MigrationLock(ctx context.Context, fn func(ctx context.Context) error) error {
	if d.dialect == SQLite {
		return fn(ctx)
	}
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return unavailable(err, "be reached")
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockKey); err != nil {
		return unavailable(err, "be locked")
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockBudget)
		defer cancel()
		_, _ = conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", lockKey) // a broken session loses it too
	}()
	return fn(ctx)
}

func (d *DB) apply(ctx context.Context, tx *Tx, m *migration) error {
	if _, err := tx.ExecContext(ctx, m.text); err != nil {
		return errs.Wrap(err, errs.Internal, "migration %04d_%s failed", m.version, m.name)
	}
	_, err := tx.ExecContext(ctx,
		"INSERT INTO schema_migrations (version, name, hash, applied_at) VALUES ($1, $2, $3, $4)",
		m.version, m.name, m.hash, Micros(d.now()))
	if err != nil {
		return unavailable(err, "record a migration")
	}
	tx.OnCommit(func() {
		d.log.Info("migration applied", slog.Int("version", m.version), slog.String("name", m.name))
	})
	return nil
}

func appliedMigrations(ctx context.Context, q Querier) ([]migration, error) {
	rows, err := q.QueryContext(ctx, "SELECT version, name, hash FROM schema_migrations ORDER BY version")
	if err != nil {
		return nil, unavailable(err, "be read")
	}
	defer rows.Close()
	var applied []migration
	for rows.Next() {
		var m migration
		if err := rows.Scan(&m.version, &m.name, &m.hash); err != nil {
			return nil, unavailable(err, "be read")
		}
		applied = append(applied, m)
	}
	return applied, unavailable(rows.Err(), "be read")
}

// pending returns the first migration of all that is not applied, nil when there
// is none. The applied ones must be a prefix of all.
func pending(all, applied []migration) (*migration, error) {
	known := make(map[int]migration, len(all))
	for _, m := range all {
		known[m.version] = m
	}
	newest := 0
	for _, a := range applied {
		ours, ok := known[a.version]
		if !ok {
			return nil, errs.New(errs.Conflict, "the database has migration %04d_%s, which this program does not know: use a newer program", a.version, a.name)
		}
		if ours.hash != a.hash {
			return nil, errs.New(errs.Conflict, "migration %04d_%s was edited after it had been applied", a.version, a.name)
		}
		newest = a.version
		delete(known, a.version)
	}
	for i := range all {
		if _, open := known[all[i].version]; !open {
			continue
		}
		if all[i].version < newest {
			return nil, errs.New(errs.Conflict, "migration %04d_%s comes after %04d, which is applied: give it a higher number", all[i].version, all[i].name, newest)
		}
		return &all[i], nil
	}
	return nil, nil
}

func (d *DB) migrations() ([]migration, error) {
	dir, err := fs.Sub(embedded, path.Join("migrations", d.dialect.String()))
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the embedded migrations are not readable")
	}
	return readMigrations(dir)
}

// readMigrations reads all files of dir in the order of their numbers.
func readMigrations(dir fs.FS) ([]migration, error) {
	entries, err := fs.ReadDir(dir, ".") // sorted by name, which is the order of numbers
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the embedded migrations are not readable")
	}
	var all []migration
	for _, e := range entries {
		parts := migrationName.FindStringSubmatch(e.Name())
		if parts == nil {
			return nil, errs.New(errs.Internal, "migration %s is not named NNNN_name.sql", e.Name())
		}
		text, err := fs.ReadFile(dir, e.Name())
		if err != nil {
			return nil, errs.Wrap(err, errs.Internal, "migration %s is not readable", e.Name())
		}
		version, _ := strconv.Atoi(parts[1])
		if len(all) > 0 && all[len(all)-1].version == version {
			return nil, errs.New(errs.Internal, "two migrations have the number %04d", version)
		}
		sum := sha256.Sum256(text)
		all = append(all, migration{version, parts[2], hex.EncodeToString(sum[:]), string(text)})
	}
	return all, nil
}

func (d *DB) hasTable(ctx context.Context, q Querier, name string) (bool, error) {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1"
	if d.dialect == Postgres {
		query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1"
	}
	var n int
	err := q.QueryRowContext(ctx, query, name).Scan(&n)
	return n > 0, err
}
