package db

import (
	"context"
	"database/sql"
	"log/slog"
	"math/rand/v2"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"incubator/platform/errs"
)

const (
	postgresConns = 16
	txAttempts    = 20
	retryBase     = 2 * time.Millisecond
	retryMax      = 100 * time.Millisecond
)

func openPostgres(ctx context.Context, url string, o options) (*DB, error) {
	pool, err := sql.Open("pgx", url)
	if err != nil {
		return nil, errs.New(errs.Invalid, "the database URL is not usable") // err would show the password
	}
	conns := o.readConns
	if conns <= 0 {
		conns = postgresConns
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, unavailable(err, "be reached")
	}
	return &DB{dialect: Postgres, write: pool, read: pool, log: o.log, now: o.now}, nil
}

// inPostgresTx runs fn until it commits without a serialisation failure.
// Serialisable isolation gives stores the promise that SQLite's single writer
// gives: what was read holds until the commit.
func (d *DB) inPostgresTx(ctx context.Context, fn func(context.Context, *Tx) error) error {
	for attempt := 1; ; attempt++ {
		tx, err := d.postgresAttempt(ctx, fn)
		if err == nil {
			tx.runHooks()
			return nil
		}
		lost := retryable(err) || (tx != nil && tx.lost != nil)
		if !lost || ctx.Err() != nil {
			return err
		}
		if attempt == txAttempts {
			return errs.Wrap(err, errs.Unavailable, "the database is too busy; try again")
		}
		d.log.LogAttrs(ctx, slog.LevelDebug, "transaction retried", slog.Int("attempt", attempt), slog.Any("error", err))
		if err := backoff(ctx, attempt); err != nil {
			return err
		}
	}
}

func (d *DB) postgresAttempt(ctx context.Context, fn func(context.Context, *Tx) error) (*Tx, error) {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, unavailable(err, "begin a transaction")
	}
	defer func() { _ = conn.Close() }()
	// Statements obey ctx, the commit must not: cut off halfway, nobody would
	// know whether it happened.
	raw, err := conn.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return nil, unavailable(err, "begin a transaction")
	}
	tx := &Tx{sql: raw, dialect: Postgres}
	defer tx.ended.Store(true)
	defer func() { _ = raw.Rollback() }() // a no-op after the commit; runs on panic too
	if err := fn(ctx, tx); err != nil {
		return tx, err
	}
	if tx.lost != nil { // fn swallowed it
		return tx, tx.lost
	}
	if err := ctx.Err(); err != nil {
		return tx, err
	}
	return tx, unavailable(raw.Commit(), "commit")
}

// backoff waits a random time that grows with the attempt.
func backoff(ctx context.Context, attempt int) error {
	limit := min(retryMax, retryBase<<min(attempt, 10))
	timer := time.NewTimer(rand.N(limit))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
