package sandboxes

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// pool holds sandboxes that were started ahead of their runs. A sandbox of the
// pool is used once and by one run; which run it will be is unknown until then,
// so it holds nothing but what every run of its key shares.
type pool struct {
	m *Manager

	mu      sync.Mutex
	targets map[string]*target // by plan key
	filling bool
	closed  bool
}

// target is how many sandboxes of one shape should wait, and until when.
type target struct {
	plan  *plan
	want  int
	until time.Time
	ready []*sandbox
}

func newPool(m *Manager) *pool { return &pool{m: m, targets: map[string]*target{}} }

// Warm keeps n sandboxes of the run's shape waiting until PoolLease after the
// last use, within the bound on waiting sandboxes. It returns when they wait, or
// as many as fit; the pool is refilled in the background. Only image, data,
// paths and limits of the spec matter. With a smaller n than before the surplus is
// ended. Errors are those of Run.
func (m *Manager) Warm(ctx context.Context, spec RunSpec, n int) error {
	p, err := m.plan(ctx, spec)
	if err != nil {
		return err
	}
	m.pool.mu.Lock()
	t := m.pool.targets[p.key]
	if t == nil {
		t = &target{}
		m.pool.targets[p.key] = t
	}
	t.plan, t.want, t.until = p, n, m.opts.Now().Add(m.opts.PoolLease)
	m.pool.trim(t)
	m.pool.mu.Unlock()
	for m.pool.lacking(t) {
		if full, err := m.pool.addOne(ctx, t); full || err != nil {
			return err
		}
	}
	return nil
}

// trim retires what the target no longer wants; the caller holds the lock.
func (p *pool) trim(t *target) {
	for len(t.ready) > t.want {
		last := len(t.ready) - 1
		t.ready[last].retire(StateStopped, CauseCancelled)
		t.ready = t.ready[:last]
	}
}

// lacking reports whether the target still wants more.
func (p *pool) lacking(t *target) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.closed && len(t.ready) < t.want && p.m.opts.Now().Before(t.until)
}

// addOne starts one sandbox for the target; full means that no slot is free.
func (p *pool) addOne(ctx context.Context, t *target) (full bool, err error) {
	m := p.m
	slot := m.slot()
	if slot == nil {
		return true, nil
	}
	s, err := m.request(ctx, m.row(m.opts.NewID(), PurposePool, t.plan, m.opts.PoolLease), t.plan)
	if err != nil {
		slot()
		return false, err
	}
	s.unslot = slot
	if err := s.launch(ctx, PurposePool, m.opts.PoolLease); err != nil {
		s.retire(StateFailed, causeOf(ctx, err))
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		s.retire(StateStopped, CauseCancelled)
		return true, nil
	}
	t.ready = append(t.ready, s)
	return false, nil
}

// take hands out a waiting sandbox of the key, or nil.
func (p *pool) take(key string) *sandbox {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.targets[key]
	if t == nil || len(t.ready) == 0 {
		return nil
	}
	s := t.ready[0]
	t.ready = slices.Delete(t.ready, 0, 1)
	t.until = p.m.opts.Now().Add(p.m.opts.PoolLease)
	return s
}

func (p *pool) has(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.targets[key]
	return t != nil && len(t.ready) > 0
}

// nudge refills in the background, one sandbox at a time and only while no run
// waits for a permit, so that it takes little from the runs.
func (p *pool) nudge() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.filling || p.closed || len(p.targets) == 0 {
		return
	}
	p.filling = true
	p.m.removals.add()
	go func() {
		defer p.m.removals.done()
		p.refill()
	}()
}

func (p *pool) refill() {
	ctx, cancel := context.WithTimeout(context.Background(), p.m.opts.PoolLease)
	defer cancel()
	for {
		t := p.next()
		if t == nil {
			return
		}
		full, err := p.addOne(ctx, t)
		if err != nil {
			p.m.log.Warn("the pool could not be refilled", slog.Any("error", err))
		}
		if full || err != nil {
			p.rest()
			return
		}
	}
}

// next returns a target that lacks a sandbox; nil ends the filling.
func (p *pool) next() *target {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.m.opts.Now()
	if !p.closed && p.m.limits.waiting() == 0 {
		for _, t := range p.targets {
			if len(t.ready) < t.want && now.Before(t.until) {
				return t
			}
		}
	}
	p.filling = false
	return nil
}

func (p *pool) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.filling = false
}

// sweep retires the sandboxes that keep says no to and forgets idle targets.
func (p *pool) sweep(final State, cause Cause, keep func(*sandbox) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.m.opts.Now()
	for key, t := range p.targets {
		t.ready = slices.DeleteFunc(t.ready, func(s *sandbox) bool {
			stays := keep(s)
			if !stays {
				s.retire(final, cause)
			}
			return !stays
		})
		if len(t.ready) == 0 && !now.Before(t.until) {
			delete(p.targets, key)
		}
	}
}

// close retires what waits, forgets the targets and stops filling.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.sweep(StateStopped, CauseCancelled, func(*sandbox) bool { return false })
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.targets)
}

func (p *pool) open() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = false
}

// members are the sandboxes that wait now.
func (p *pool) members() map[*sandbox]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	set := map[*sandbox]bool{}
	for _, t := range p.targets {
		for _, s := range t.ready {
			set[s] = true
		}
	}
	return set
}

// count is how many sandboxes wait.
func (p *pool) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, t := range p.targets {
		n += len(t.ready)
	}
	return n
}

// slot reserves room for a sandbox that waits; nil when there is none.
func (m *Manager) slot() (free func()) {
	select {
	case m.ahead <- struct{}{}:
		return func() { <-m.ahead }
	default:
		return nil
	}
}

// idleLimit is after how long a sandbox that got no job ends by itself.
func (m *Manager) idleLimit() time.Duration { return m.opts.PoolLease + time.Minute }
