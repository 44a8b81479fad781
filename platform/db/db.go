// Package db opens the platform's database, SQLite or PostgreSQL, and owns the
// rules of writing to it: one way to run a transaction, one way to migrate.
package db

import (
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"time"

	"incubator/platform/errs"
)

// Querier runs SQL. The read pool and *Tx satisfy it, so a lower-case store
// helper takes a Querier and works in both.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dialect Dialect
	write   *sql.DB // SQLite: exactly one connection
	read    *sql.DB // PostgreSQL: the same pool as write
	batch   *writer // SQLite only
	lock    *fileLock
	log     *slog.Logger
	now     func() time.Time
	path    string // SQLite only
}

// Option changes how Open opens.
type Option func(*options)

type options struct {
	shared    bool
	log       *slog.Logger
	now       func() time.Time
	readConns int
}

// Shared lets a short command work on a SQLite file that a server has open:
// it takes no exclusive lock and waits for its turn to write. A process that
// works jobs must not use it.
func Shared() Option { return func(o *options) { o.shared = true } }

// WithLogger sets where slow transactions and retries are logged; the default
// is slog.Default().
func WithLogger(log *slog.Logger) Option { return func(o *options) { o.log = log } }

// WithClock injects the clock that stamps applied migrations and bounds batches.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// WithReadConns sets the size of the read pool (SQLite) or of the whole pool
// (PostgreSQL).
func WithReadConns(n int) Option { return func(o *options) { o.readConns = n } }

// Open opens the database at url: "sqlite:/path/file.db", a bare path, or
// "postgres://…". A SQLite file is created when it is missing, and is locked so
// that a second process is refused with errs.Unavailable (see Shared). Open does
// not migrate.
func Open(ctx context.Context, url string, opts ...Option) (*DB, error) {
	o := options{log: slog.Default(), now: time.Now}
	for _, opt := range opts {
		opt(&o)
	}
	if IsPostgres(url) {
		return openPostgres(ctx, url, o)
	}
	path := strings.TrimPrefix(url, "sqlite:")
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, errs.New(errs.Invalid, "the database URL must name a file: sqlite:/path/file.db")
	}
	return openSQLite(ctx, path, o)
}

// IsPostgres reports whether url names a PostgreSQL database.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// Close waits for the transactions that were accepted, then closes every
// connection and releases the lock file. Later calls to InTx are refused.
func (d *DB) Close() error {
	if d.batch != nil {
		d.batch.close()
	}
	first := d.read.Close()
	if d.write != d.read {
		if err := d.write.Close(); first == nil {
			first = err
		}
	}
	d.lock.release()
	return first
}

// Dialect returns which database this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Read returns the pool for reading. On SQLite it refuses to write.
func (d *DB) Read() Querier { return d.read }

// Pool returns the writing pool for libraries that insist on a *sql.DB, which
// today is River. On SQLite it is the only writing connection, shared with
// InTx: hold it briefly, and never while waiting for InTx. Stores use InTx.
func (d *DB) Pool() *sql.DB { return d.write }

// Stats counts what the group commit did since Open; zero on PostgreSQL.
type Stats struct {
	Calls   uint64 // ended calls of InTx
	Commits uint64 // commits they shared
}

// Stats returns the counters.
func (d *DB) Stats() Stats {
	if d.batch == nil {
		return Stats{}
	}
	return Stats{Calls: d.batch.calls.Load(), Commits: d.batch.commits.Load()}
}

// Exclusive reports whether no other process works on this database: SQLite
// opened without Shared.
func (d *DB) Exclusive() bool { return d.lock != nil }

// inTxKey marks the context inside a transaction of one database.
type inTxKey struct{ d *DB }

// joinKey marks a context whose InTx works in a transaction that there is already.
type joinKey struct{ d *DB }

// Join returns a context, for use inside the function of InTx alone, in which
// InTx works in tx: what it does is durable when tx is, and its hooks run then.
// It lets one caller commit a record of its own together with the effect of a
// method that owns its transaction. When such a method fails, the caller must
// fail too, since there is no savepoint between them. Reads outside of tx do not
// see what it wrote.
func (d *DB) Join(ctx context.Context, tx *Tx) context.Context {
	return context.WithValue(ctx, joinKey{d}, tx)
}

// InTx runs fn in one transaction and returns nil only when its work is durable.
// When fn returns an error, all it did is undone and the error is returned as it
// is; when fn panics, its work is undone and the panic goes on in the caller.
//
// fn must do nothing but work on tx: it must not call InTx (refused through
// ctx), must not wait for anything else, and may be run again after a lost
// transaction (PostgreSQL: serialisation failure, deadlock; SQLite: a statement
// of a batch mate that aborted the shared transaction). Side effects belong in
// tx.OnCommit. A ctx that ends before fn starts means that fn does not run; once
// fn runs, its ctx is not cancelled any more on SQLite, since interrupting a
// statement would undo the work of others.
//
// Isolation is serialisable on both databases. On SQLite concurrent calls share
// one commit (see writer).
func (d *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if tx, ok := ctx.Value(joinKey{d}).(*Tx); ok {
		return fn(ctx, tx)
	}
	if ctx.Value(inTxKey{d}) != nil {
		return errs.New(errs.Internal, "db: InTx called inside InTx; pass the transaction on instead")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	inner := context.WithValue(ctx, inTxKey{d}, true)
	if d.batch != nil {
		return d.batch.do(ctx, context.WithoutCancel(inner), fn)
	}
	return d.inPostgresTx(inner, fn)
}
