package db

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"incubator/platform/errs"
)

const (
	maxBatch  = 256                   // calls in one commit
	maxHold   = 50 * time.Millisecond // time after which a batch takes no further call
	slowBatch = 5 * time.Second       // time after which a batch is reported
	savepoint = "incubator_member"
)

// writer is the group commit of SQLite: one goroutine owns the order of writing.
// It takes all calls that queued while the last batch committed, begins one
// transaction, gives each call its turn under a savepoint of its own, commits
// once, and only then answers every call. A lone call is a batch of one and
// waits for nobody.
//
// fn runs in its caller's goroutine, never here, so a panic or runtime.Goexit
// ends that goroutine alone and stack traces are the caller's.
type writer struct {
	pool *sql.DB
	log  *slog.Logger
	now  func() time.Time

	calls, commits atomic.Uint64

	mu     sync.Mutex
	filled *sync.Cond
	queue  []*call
	closed bool
	done   chan struct{}
}

func newWriter(pool *sql.DB, log *slog.Logger, now func() time.Time) *writer {
	w := &writer{pool: pool, log: log, now: now, done: make(chan struct{})}
	w.filled = sync.NewCond(&w.mu)
	go w.loop()
	return w
}

// close refuses new calls, runs the queued ones and waits for the end.
func (w *writer) close() {
	w.mu.Lock()
	w.closed = true
	w.filled.Signal()
	w.mu.Unlock()
	<-w.done
}

// do queues fn and waits for its end. inner is the context that fn gets.
func (w *writer) do(ctx, inner context.Context, fn func(context.Context, *Tx) error) error {
	c := newCall()
	if !w.push(c) {
		return errs.New(errs.Unavailable, "the database is closed")
	}
	cancelled := ctx.Done()
	var tx *Tx
	for {
		select {
		case tx = <-c.turn:
			c.run(inner, tx, fn)
		case err := <-c.answer:
			if err == nil {
				tx.runHooks()
			}
			return err
		case <-cancelled:
			if c.abandon() {
				return ctx.Err()
			}
			cancelled = nil // its turn has come: too late to step back
		}
	}
}

func (w *writer) push(c *call) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.queue = append(w.queue, c)
	w.filled.Signal()
	return true
}

// pushFront puts calls back that lost their turn, ahead of all others.
func (w *writer) pushFront(calls []*call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(calls, w.queue...)
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		// The callers just answered are runnable and most want to write again:
		// one yield lets them queue, or batches would alternate between one and many.
		runtime.Gosched()
		batch := w.next()
		if batch == nil {
			return
		}
		w.runBatch(batch)
	}
}

// next waits for calls and takes a batch of them; nil after close.
func (w *writer) next() []*call {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) == 0 {
		if w.closed {
			return nil
		}
		w.filled.Wait()
	}
	n := 1
	for !w.queue[0].alone && n < min(len(w.queue), maxBatch) && !w.queue[n].alone {
		n++
	}
	batch := w.queue[:n:n]
	w.queue = w.queue[n:]
	return batch
}

// runBatch gives every call of the batch its turn and ends the transaction.
func (w *writer) runBatch(batch []*call) {
	start := w.now()
	watch := time.AfterFunc(slowBatch, func() {
		w.log.Warn("a write transaction is slow; does its function wait for something?", slog.Duration("after", slowBatch))
	})
	defer watch.Stop()
	tx, err := w.pool.BeginTx(context.Background(), nil)
	if err != nil {
		answerAll(batch, unavailable(err, "begin a transaction"))
		return
	}
	ran := make([]*call, 0, len(batch))
	for i, c := range batch {
		if len(ran) > 0 && w.now().Sub(start) > maxHold {
			w.pushFront(batch[i:])
			break
		}
		if !c.take() {
			continue
		}
		if err := c.turnIn(tx, len(batch) > 1); err != nil {
			w.abort(tx, ran, c, err, batch[i+1:])
			return
		}
		ran = append(ran, c)
	}
	w.finish(tx, ran)
}

// abort handles a shared transaction that call c has ended: c gets the error,
// and all others run again, those that had run already each on its own.
func (w *writer) abort(tx *sql.Tx, ran []*call, c *call, err error, rest []*call) {
	_ = tx.Rollback()
	c.answer <- err
	w.pushFront(append(requeue(ran), rest...))
}

// requeue readies calls for a second turn, except those whose caller panicked.
func requeue(ran []*call) []*call {
	again := make([]*call, 0, len(ran))
	for _, c := range ran {
		if !c.gone() {
			c.requeue()
			again = append(again, c)
		}
	}
	return again
}

// finish commits when any call succeeded, and answers all. A call that failed is
// answered after the commit too, since its failure may rest on what a batch mate
// wrote ("already exists"). When a shared commit fails (disk full, a deferred
// foreign key) each call runs again on its own, so that only the guilty fail.
func (w *writer) finish(tx *sql.Tx, ran []*call) {
	worked := false
	for _, c := range ran {
		worked = worked || c.err == nil
	}
	if !worked {
		_ = tx.Rollback()
	} else if err := tx.Commit(); err != nil {
		if len(ran) > 1 {
			w.pushFront(requeue(ran))
			return
		}
		ran[0].err = unavailable(err, "commit")
	} else {
		w.commits.Add(1)
	}
	w.calls.Add(uint64(len(ran)))
	for _, c := range ran {
		c.answer <- c.err
	}
}

func answerAll(batch []*call, err error) {
	for _, c := range batch {
		if c.take() {
			c.answer <- err
		}
	}
}

var errGone = errors.New("db: the function panicked or ended its goroutine")
