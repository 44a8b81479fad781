package sandboxes

import (
	"context"
	"time"

	"incubator/platform/db"
)

// What the tests of this package may do beyond its users.

func (m *Manager) Reap(ctx context.Context)        { m.reap(ctx) }
func (m *Manager) Probe(ctx context.Context) error { return m.probe(ctx) }

// Settle waits for removals and refills under way.
func (m *Manager) Settle(ctx context.Context) error { return m.removals.wait(ctx) }

// Rows returns every row that is not final.
func (m *Manager) Rows(ctx context.Context) ([]Record, error) {
	return m.store.active(ctx, m.opts.Node)
}

func (m *Manager) Row(ctx context.Context, id string) (Record, error) { return m.store.get(ctx, id) }

// Store opens the store's unexported methods.
type Store struct{ s store }

func NewStore(d *db.DB) Store { return Store{store{d}} }

func (s Store) Insert(ctx context.Context, r Record, quota int) error {
	return s.s.insert(ctx, r, quota)
}
func (s Store) Active(ctx context.Context, node string) ([]Record, error) {
	return s.s.active(ctx, node)
}
func (s Store) Get(ctx context.Context, id string) (Record, error) { return s.s.get(ctx, id) }
func (s Store) Prune(ctx context.Context, before time.Time) (int64, error) {
	return s.s.prune(ctx, before)
}
func (s Store) Adopt(ctx context.Context, pooled, id string, expires time.Time) error {
	return s.s.adopt(ctx, pooled, id, expires)
}
func (s Store) Advance(ctx context.Context, id string, to State, cause Cause, at time.Time) error {
	return s.s.advance(ctx, id, change{to: to, cause: cause, at: at})
}

// Limiter opens the limiter.
type Limiter struct{ l *limiter }

func NewLimiter(n int) Limiter                                   { return Limiter{newLimiter(n)} }
func (l Limiter) Acquire(ctx context.Context, team string) error { return l.l.acquire(ctx, team) }
func (l Limiter) Release()                                       { l.l.release() }
func (l Limiter) Waiting() int                                   { return l.l.waiting() }
