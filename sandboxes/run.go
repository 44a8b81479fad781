package sandboxes

import (
	"context"
	"errors"
	"time"

	"incubator/platform/errs"
)

// errStale means that a sandbox from the pool had ended before its job began.
var errStale = errors.New("the waiting sandbox has ended")

// Run runs one command in a sandbox of its own and returns how it ended. The
// answer comes before the sandbox is removed. What the participant's code does
// wrong is a Cause; the error is for the platform's own faults: errs.Unavailable
// (try again later), errs.TooMany (the team's quota), errs.Invalid (the request
// or an input tree is not allowed), errs.NotFound (an unknown data set), or
// ctx's own. A Tree may be opened a second time when a waiting sandbox turns
// out to be gone.
func (m *Manager) Run(ctx context.Context, spec RunSpec, io RunIO) (RunResult, error) {
	p, err := m.plan(ctx, spec)
	if err != nil {
		return m.planFault(err)
	}
	return m.run(ctx, p, nil, io)
}

// planFault turns an image that the engine does not have into a result.
func (m *Manager) planFault(err error) (RunResult, error) {
	var missing *imageError
	if errors.As(err, &missing) {
		return launchFault(missing.error)
	}
	return RunResult{}, err
}

// run waits for a permit and runs the plan, in the prepared sandbox if there is one.
func (m *Manager) run(ctx context.Context, p *plan, ready *Prepared, io RunIO) (RunResult, error) {
	s, err := m.requested(ctx, p, ready)
	if err != nil {
		return RunResult{}, err
	}
	if err := m.limits.acquire(ctx, p.spec.TeamID); err != nil {
		s.retire(StateFailed, CauseCancelled)
		return RunResult{}, err
	}
	defer func() {
		m.limits.release()
		m.pool.nudge()
	}()
	step(io, StepPreparing)
	result, err := m.attempt(ctx, s, ready, io)
	if errors.Is(err, errStale) {
		if s, err = m.requested(ctx, p, nil); err != nil {
			return RunResult{}, err
		}
		s.cold = true
		result, err = m.attempt(ctx, s, nil, io)
	}
	return result, m.explain(ctx, err)
}

// requested returns the sandbox of the plan's run, whose row exists.
func (m *Manager) requested(ctx context.Context, p *plan, ready *Prepared) (*sandbox, error) {
	if ready != nil {
		return ready.sandbox, nil
	}
	return m.request(ctx, m.row(p.id(m), p.spec.Purpose, p, p.lease()), p)
}

// attempt brings the sandbox up, has it do the job, and retires it.
func (m *Manager) attempt(ctx context.Context, s *sandbox, ready *Prepared, io RunIO) (RunResult, error) {
	reused, err := s.bringUp(ctx, ready)
	if err != nil {
		s.retire(StateFailed, causeOf(ctx, err))
		m.forget()
		result, err := launchFault(err)
		result.Runtime, result.ImageID = s.plan.shape.Runtime, s.plan.image.ID
		return result, err
	}
	s.freeSlot()
	m.renew(s, m.opts.Now().Add(s.plan.lease()))
	result, err := s.perform(ctx, io)
	if errors.Is(err, errStale) && !reused {
		err = errs.New(errs.Unavailable, "The sandbox ended before its job began.")
	}
	if err != nil {
		s.retire(StateFailed, causeOf(ctx, err))
		return RunResult{}, err
	}
	s.retire(StateStopped, result.Cause)
	return result, nil
}

// bringUp makes the sandbox ready: the prepared one, one from the pool, or a
// new one. It reports whether the sandbox had waited, and so may be stale.
func (s *sandbox) bringUp(ctx context.Context, ready *Prepared) (bool, error) {
	if ready != nil {
		launched, err := ready.wait(ctx)
		if launched || err != nil {
			return launched, err
		}
	}
	if !s.cold {
		if pooled := s.m.pool.take(s.plan.key); pooled != nil {
			return true, s.adopt(ctx, pooled)
		}
	}
	return false, s.launch(ctx, s.plan.spec.Purpose, s.plan.lease())
}

// adopt takes over the container of a pool sandbox, with its row.
func (s *sandbox) adopt(ctx context.Context, pooled *sandbox) error {
	m := s.m
	if err := m.store.advance(ctx, s.id, change{to: StateStarting}); err != nil {
		pooled.retire(StateFailed, CausePlatform)
		return err
	}
	if err := m.store.adopt(ctx, pooled.id, s.id, m.opts.Now().Add(s.plan.lease())); err != nil {
		pooled.retire(StateFailed, CausePlatform)
		return err
	}
	m.mu.Lock()
	delete(m.live, s.name)
	s.name, s.container, s.conn = pooled.name, pooled.container, pooled.conn
	m.live[s.name] = s
	m.mu.Unlock()
	pooled.freeSlot()
	m.point("sandbox.adopted")
	return nil
}

// explain prefers ctx's own error over what its end caused.
func (m *Manager) explain(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func causeOf(ctx context.Context, err error) Cause {
	switch {
	case ctx.Err() != nil:
		return CauseCancelled
	case errs.Is(err, errs.Invalid), errs.Is(err, errs.NotFound):
		return CauseImage
	}
	return CausePlatform
}

// id is the sandbox's own, once: a second attempt is another sandbox.
func (p *plan) id(m *Manager) string {
	id := p.spec.ID
	p.spec.ID = ""
	if id == "" {
		id = m.opts.NewID()
	}
	return id
}

// lease is how long a run may take in all; past it the reaper ends it.
func (p *plan) lease() time.Duration {
	return startBudget + unpackBudget + p.spec.Limits.Time + timeGrace + collectBudget + endBudget
}

func step(io RunIO, name string) {
	if io.Step != nil {
		io.Step(name)
	}
}
