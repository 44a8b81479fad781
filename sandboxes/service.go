package sandboxes

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// watchEvery is the pace of the reaper and of the probe of a lost engine.
const watchEvery = 2 * time.Second

// service is the background part of a manager.
type service struct {
	mu     sync.Mutex
	cancel context.CancelFunc
	done   chan struct{}
}

// Start cleans up what an earlier process left and begins to reap and to
// reconcile. It succeeds without an engine too: the manager recovers by itself
// when one answers. Starting twice does nothing.
func (m *Manager) Start(ctx context.Context) error {
	m.service.mu.Lock()
	defer m.service.mu.Unlock()
	if m.service.cancel != nil {
		return nil
	}
	m.pool.open()
	if err := m.Reconcile(ctx); err != nil {
		m.log.Warn("the engine could not be cleaned up", slog.Any("error", err))
	}
	loop, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m.service.cancel, m.service.done = cancel, make(chan struct{})
	go m.watch(loop, m.service.done)
	return nil
}

// Stop ends the background work, forgets the pool, and waits for every removal
// under way, at most until ctx ends. Runs that still go on are their callers'.
func (m *Manager) Stop(ctx context.Context) error {
	m.service.mu.Lock()
	defer m.service.mu.Unlock()
	if m.service.cancel != nil {
		m.service.cancel()
		<-m.service.done
		m.service.cancel = nil
	}
	m.pool.close()
	return m.removals.wait(ctx)
}

func (m *Manager) watch(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	watch, reconcile := time.NewTicker(watchEvery), time.NewTicker(m.opts.ReconcileEvery)
	defer watch.Stop()
	defer reconcile.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-watch.C:
			m.reap(ctx)
			err = m.probe(ctx)
		case <-reconcile.C:
			err = m.Reconcile(ctx)
		}
		if err != nil && ctx.Err() == nil {
			m.log.Warn("the engine needs attention", slog.Any("error", err))
		}
	}
}

// reap ends the sandboxes whose lease is over.
func (m *Manager) reap(ctx context.Context) {
	now := m.opts.Now()
	over := func(s *sandbox) bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return !s.expires.IsZero() && now.After(s.expires)
	}
	m.pool.sweep(StateExpired, CauseExpired, func(s *sandbox) bool { return !over(s) })
	m.pool.nudge()
	for _, s := range m.running() {
		if over(s) {
			// The conversation meets the end of its stream and retires the sandbox.
			s.end(ctx)
		}
	}
}

// running lists the live sandboxes that have a connection.
func (m *Manager) running() []*sandbox {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []*sandbox
	for _, s := range m.live {
		if s.conn != nil {
			list = append(list, s)
		}
	}
	return list
}

// probe looks whether an engine that was lost is back; then everything known
// about it is stale, and what it still holds is checked at once.
func (m *Manager) probe(ctx context.Context) error {
	if !m.engine.open() {
		return nil
	}
	if m.engine.Ping(ctx) != nil {
		return nil
	}
	m.forget()
	return m.Reconcile(ctx)
}

// Health is the state of the engine and the load, for pages. It never waits.
type Health struct {
	Engine   EngineInfo // empty before the first contact
	Up       bool       // false while calls are refused at once
	Runtime  string     // what a run gets now
	Live     int        // sandboxes that exist, waiting ones included
	Waiting  int        // runs that wait for a permit
	Prepared int        // sandboxes in the pool
}

// Health reports the state as it is known now.
func (m *Manager) Health() Health {
	h := Health{Up: !m.engine.open(), Prepared: m.pool.count()}
	m.mu.Lock()
	defer m.mu.Unlock()
	h.Live = len(m.live)
	if m.limits != nil {
		h.Waiting = m.limits.waiting()
	}
	if m.facts != nil {
		h.Engine = *m.facts
		h.Runtime, _ = m.runtime(*m.facts)
	}
	return h
}

// Purge ends every sandbox of this node and removes everything of it from the
// engine, data sets included. No run may be under way.
func (m *Manager) Purge(ctx context.Context) error {
	if err := m.Stop(ctx); err != nil {
		return err
	}
	m.forget()
	objects, err := m.engine.List(ctx, m.ours())
	if err != nil {
		return err
	}
	var failed []error
	for _, kind := range []ObjectKind{ObjectContainer, ObjectVolume} {
		for _, object := range objects {
			if object.Kind == kind {
				failed = append(failed, m.engine.RemoveObject(ctx, object))
			}
		}
	}
	return errors.Join(failed...)
}
