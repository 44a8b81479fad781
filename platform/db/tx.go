package db

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// Tx is the transaction that InTx hands to its function. It is dead once that
// function returns, and it is not safe for concurrent use.
type Tx struct {
	sql     *sql.Tx
	dialect Dialect
	hooks   []func()
	ended   atomic.Bool
	lost    error // the statement error that ended the whole transaction
}

// SQL returns the standard transaction for libraries that need it (River's
// InsertTx). Never commit it or roll it back, and give it the ctx of InTx's
// function.
func (tx *Tx) SQL() *sql.Tx { return tx.sql }

// OnCommit registers fn to run after the commit is durable and before InTx
// returns, in the order of registration, in the goroutine that called InTx. It
// is dropped when the transaction is rolled back. fn must not fail and must not
// wait; hooks of different transactions have no order among each other.
func (tx *Tx) OnCommit(fn func()) { tx.hooks = append(tx.hooks, fn) }

// ExecContext runs a statement, see sql.Tx.ExecContext.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := tx.check(ctx); err != nil {
		return nil, err
	}
	res, err := tx.sql.ExecContext(tx.statementContext(ctx), query, args...)
	tx.note(err)
	return res, err
}

// QueryContext runs a query, see sql.Tx.QueryContext. Close the rows before the
// next statement.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := tx.check(ctx); err != nil {
		return nil, err
	}
	rows, err := tx.sql.QueryContext(tx.statementContext(ctx), query, args...)
	tx.note(err)
	return rows, err
}

// QueryRowContext runs a query for one row, see sql.Tx.QueryRowContext.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if err := tx.check(ctx); err != nil {
		// A sql.Row cannot be made with an error of ours; a cancelled context
		// makes the standard library build one and keeps the statement from running.
		dead, cancel := context.WithCancelCause(ctx)
		cancel(err)
		return tx.sql.QueryRowContext(dead, query, args...)
	}
	row := tx.sql.QueryRowContext(tx.statementContext(ctx), query, args...)
	tx.note(row.Err())
	return row
}

// check refuses a statement after the end of the transaction: on SQLite it would
// otherwise run in the transaction of a batch mate, or in none.
func (tx *Tx) check(ctx context.Context) error {
	if tx.ended.Load() {
		return sql.ErrTxDone
	}
	if tx.lost != nil {
		return tx.lost
	}
	return ctx.Err()
}

// statementContext strips the cancellation on SQLite, where an interrupted
// write rolls back the whole transaction with the work of every batch mate.
func (tx *Tx) statementContext(ctx context.Context) context.Context {
	if tx.dialect == SQLite {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// note remembers an error after which the database may have ended the
// transaction, so that nothing later in fn runs outside of it.
func (tx *Tx) note(err error) {
	if err != nil && tx.lost == nil && endsTransaction(err) {
		tx.lost = err
	}
}

func (tx *Tx) runHooks() {
	for _, hook := range tx.hooks {
		hook()
	}
}
