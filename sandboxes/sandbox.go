package sandboxes

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"incubator/platform/errs"
)

// Budgets of the steps that have no limit of their own.
const (
	startBudget   = 90 * time.Second // create, attach and start, on a busy engine
	unpackBudget  = 2 * time.Minute
	timeGrace     = 5 * time.Second // past the limit that process 1 enforces
	collectBudget = 2 * time.Minute
	endBudget     = 20 * time.Second // between the account of the run and the container's end
	cleanupBudget = 30 * time.Second
)

// sandbox is one container of ours, from before its creation until after its
// removal. While it is in the manager's live set no clean-up touches it.
type sandbox struct {
	m         *Manager
	id        string // of its row
	name      string // of its container
	plan      *plan
	container string    // id on the engine
	conn      Conn      // guarded by m.mu until the sandbox is ready
	cold      bool      // must not come from the pool
	expires   time.Time // end of the lease, guarded by m.mu
	unslot    func()    // gives back the slot of a sandbox that waits, nil without one
}

// row is the record of a sandbox that is about to exist.
func (m *Manager) row(id string, purpose Purpose, p *plan, lease time.Duration) Record {
	now := m.opts.Now()
	r := Record{
		ID: id, Node: m.opts.Node, Container: m.name(id), Purpose: purpose, State: StateRequested,
		Image: p.image.ID, Runtime: p.shape.Runtime, CreatedAt: now, ExpiresAt: now.Add(lease),
	}
	if purpose != PurposePool {
		r.TeamID, r.RunID = p.spec.TeamID, p.spec.RunID
	}
	return r
}

// request writes the row of a sandbox; nothing else exists of it yet.
func (m *Manager) request(ctx context.Context, r Record, p *plan) (*sandbox, error) {
	s := &sandbox{m: m, id: r.ID, name: r.Container, plan: p}
	m.keep(s)
	if err := m.store.insert(ctx, r, m.opts.TeamQuota); err != nil {
		m.drop(s)
		return nil, err
	}
	m.point("sandbox.requested")
	return s, nil
}

func (m *Manager) keep(s *sandbox) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.live[s.name] = s
}

func (m *Manager) drop(s *sandbox) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.live, s.name)
}

// renew sets the end of the lease that the reaper enforces.
func (m *Manager) renew(s *sandbox, expires time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.expires = expires
}

// freeSlot ends the wait of a sandbox that was started ahead.
func (s *sandbox) freeSlot() {
	if s.unslot != nil {
		s.unslot()
		s.unslot = nil
	}
}

// launch creates and starts the container. The row goes to ready.
func (s *sandbox) launch(ctx context.Context, purpose Purpose, lease time.Duration) error {
	m := s.m
	expires := m.opts.Now().Add(lease)
	m.renew(s, expires)
	if err := m.store.advance(ctx, s.id, change{to: StateStarting, expires: expires}); err != nil {
		return err
	}
	m.point("sandbox.starting")
	ctx, cancel := context.WithTimeout(ctx, startBudget)
	defer cancel()
	spec := s.plan.shape
	spec.Name = s.name
	team := s.plan.spec.TeamID
	if purpose == PurposePool {
		team = ""
	}
	spec.Labels = m.labels(s.id, team, string(purpose), expires)
	var err error
	if s.container, err = m.engine.Create(ctx, spec); err != nil {
		return err
	}
	m.point("sandbox.created")
	conn, err := m.engine.Start(ctx, s.container)
	if err != nil {
		return err
	}
	m.mu.Lock()
	s.conn = conn
	m.mu.Unlock()
	m.point("sandbox.started")
	return m.store.advance(ctx, s.id, change{to: StateReady, at: m.opts.Now(), expires: expires})
}

// retire ends the sandbox in the background: the row says stopping at once, and
// its final state when the container is gone. Stop waits for it.
func (s *sandbox) retire(final State, cause Cause) {
	m := s.m
	m.removals.add()
	go func() {
		defer m.removals.done()
		ctx, cancel := context.WithTimeout(context.Background(), cleanupBudget)
		defer cancel()
		if err := s.remove(ctx, final, cause); err != nil {
			// The next reconcile finds what is left.
			m.log.Warn("a sandbox could not be removed", slog.String("sandbox", s.id), slog.Any("error", err))
		}
		m.drop(s)
		s.freeSlot()
	}()
}

func (s *sandbox) remove(ctx context.Context, final State, cause Cause) error {
	m := s.m
	if s.conn != nil {
		defer s.conn.Close()
	}
	if err := m.store.advance(ctx, s.id, change{to: StateStopping, cause: cause}); err != nil {
		return err
	}
	m.point("sandbox.stopping")
	// By name, since a creation whose answer was lost has no id.
	if err := m.engine.Remove(ctx, s.name); err != nil {
		return err
	}
	m.point("sandbox.removed")
	return m.store.advance(ctx, s.id, change{to: final, at: m.opts.Now()})
}

// kill ends the container's processes now, also when ctx has ended.
func (s *sandbox) kill(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupBudget)
	defer cancel()
	if err := s.m.engine.Kill(ctx, s.container); err != nil {
		s.m.log.Warn("a sandbox could not be ended", slog.String("sandbox", s.id), slog.Any("error", err))
	}
}

// launchFault tells an image's failure, which is a result, from the platform's.
func launchFault(err error) (RunResult, error) {
	var known *errs.Error
	if errors.As(err, &known) && (known.Code == errs.Invalid || known.Code == errs.NotFound) {
		return RunResult{Cause: CauseImage, Detail: known.Message}, nil
	}
	return RunResult{}, err
}
