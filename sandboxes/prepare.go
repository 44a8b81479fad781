package sandboxes

import (
	"context"
)

// Prepared is a run whose sandbox is being started while something else goes
// on. Exactly one of Run and Discard must be called.
type Prepared struct {
	m        *Manager
	plan     *plan
	sandbox  *sandbox
	launched bool
	done     chan struct{} // closed when the launch has ended
	err      error
}

// Prepare requests the run's sandbox and starts it in the background, as far as
// the bound on waiting sandboxes allows; otherwise Run starts it. The input
// trees are opened by Run only. Errors are those of Manager.Run.
func (m *Manager) Prepare(ctx context.Context, spec RunSpec) (*Prepared, error) {
	p, err := m.plan(ctx, spec)
	if err != nil {
		return nil, err
	}
	s, err := m.request(ctx, m.row(p.id(m), p.spec.Purpose, p, p.lease()+m.idleLimit()), p)
	if err != nil {
		return nil, err
	}
	ready := &Prepared{m: m, plan: p, sandbox: s, done: make(chan struct{})}
	if m.pool.has(p.key) {
		close(ready.done)
		return ready, nil
	}
	if s.unslot = m.slot(); s.unslot == nil {
		close(ready.done)
		return ready, nil
	}
	ready.launched = true
	background := context.WithoutCancel(ctx)
	go func() {
		defer close(ready.done)
		ready.err = s.launch(background, p.spec.Purpose, p.lease()+m.idleLimit())
	}()
	return ready, nil
}

// Run is Manager.Run in the prepared sandbox.
func (p *Prepared) Run(ctx context.Context, io RunIO) (RunResult, error) {
	return p.m.run(ctx, p.plan, p, io)
}

// Discard ends the prepared sandbox in the background.
func (p *Prepared) Discard() {
	p.m.removals.add()
	go func() {
		defer p.m.removals.done()
		<-p.done
		p.sandbox.retire(StateStopped, CauseCancelled)
	}()
}

// wait reports whether the sandbox was launched ahead, and how that ended.
func (p *Prepared) wait(ctx context.Context) (bool, error) {
	select {
	case <-p.done:
		return p.launched, p.err
	case <-ctx.Done():
		<-p.done
		return p.launched, ctx.Err()
	}
}
