package db

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// The states of a call. Only queued → taken (by the writer) and queued →
// abandoned (by the caller whose context ended) race.
const (
	queued int32 = iota
	taken
	abandoned
)

// call is one InTx waiting for its turn in the writer. Each channel holds one
// value, so that the writer never blocks on a caller that is gone.
type call struct {
	state  atomic.Int32
	turn   chan *Tx   // writer → caller: run fn now
	ran    chan error // caller → writer: fn ended
	answer chan error // writer → caller: the end of it all
	err    error      // what fn returned; the writer's
	alone  bool       // must not share its transaction; the writer's
}

func newCall() *call {
	return &call{turn: make(chan *Tx, 1), ran: make(chan error, 1), answer: make(chan error, 1)}
}

func (c *call) take() bool    { return c.state.CompareAndSwap(queued, taken) }
func (c *call) abandon() bool { return c.state.CompareAndSwap(queued, abandoned) }

// requeue makes the call ready for a second turn, on its own. The caller no
// longer watches its context, so nothing races.
func (c *call) requeue() {
	c.alone = true
	c.state.Store(queued)
}

// gone reports that the caller will not come back: it panicked.
func (c *call) gone() bool { return c.err == errGone }

// run is the caller's side of a turn. The deferred send also runs when fn
// panics or calls runtime.Goexit, so the writer always gets its baton back.
func (c *call) run(ctx context.Context, tx *Tx, fn func(context.Context, *Tx) error) {
	err := errGone
	defer func() {
		tx.ended.Store(true)
		c.ran <- err
	}()
	err = fn(ctx, tx)
}

// turnIn is the writer's side of a turn: it lets the caller run fn in tx and
// undoes fn's work, and nothing else, when it failed. The error it returns means
// that the whole transaction is lost.
func (c *call) turnIn(tx *sql.Tx, shared bool) error {
	if shared {
		if _, err := tx.Exec("SAVEPOINT " + savepoint); err != nil {
			return unavailable(err, "begin a transaction")
		}
	}
	t := &Tx{sql: tx, dialect: SQLite}
	c.turn <- t
	c.err = <-c.ran
	if t.lost != nil {
		return firstError(c.err, unavailable(t.lost, "write"))
	}
	if !shared {
		return nil
	}
	if c.err != nil {
		if _, err := tx.Exec("ROLLBACK TO " + savepoint); err != nil {
			return c.err
		}
	}
	if _, err := tx.Exec("RELEASE " + savepoint); err != nil {
		return firstError(c.err, unavailable(err, "write"))
	}
	return nil
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
