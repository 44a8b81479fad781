package sandboxes

import (
	"context"
	"errors"
	"log/slog"
)

// Reconcile compares the rows of this node, its live sandboxes and the objects
// on the engine, and removes or closes what has no counterpart. A run sandbox
// needs the connection of the process that started it, so whatever is not live
// in this process is over, however fresh it is.
//
// Order matters: rows and objects are read first and the live set last, and a
// sandbox is live before its row is written until after its container is gone;
// so nothing that is alive can look dead.
func (m *Manager) Reconcile(ctx context.Context) error {
	rows, err := m.store.active(ctx, m.opts.Node)
	if err != nil {
		return err
	}
	waiting := m.pool.members()
	objects, listErr := m.engine.List(ctx, m.ours())
	alive := m.alive()
	failed := []error{listErr}
	if listErr == nil {
		failed = append(failed, m.removeOrphans(ctx, objects, alive)...)
		m.discardDead(waiting, objects)
	}
	// Rows are closed without an engine too: their sandboxes are over anyway, and
	// containers are found by label when it is back.
	for _, row := range rows {
		if !alive.row(row) {
			failed = append(failed, m.closeRow(ctx, row))
		}
	}
	_, err = m.store.prune(ctx, m.opts.Now().Add(-m.opts.KeepRows))
	return errors.Join(append(failed, err)...)
}

// aliveSet is the live sandboxes at one moment, by row and by container.
type aliveSet struct{ ids, names map[string]bool }

func (m *Manager) alive() aliveSet {
	m.mu.Lock()
	defer m.mu.Unlock()
	set := aliveSet{ids: map[string]bool{}, names: map[string]bool{}}
	for name, s := range m.live {
		set.ids[s.id], set.names[name] = true, true
	}
	return set
}

// row looks at both keys, since a run that takes a pool sandbox changes its
// container's name.
func (a aliveSet) row(r Record) bool { return a.ids[r.ID] || a.names[r.Container] }

// removeOrphans removes containers first, since they hold volumes.
func (m *Manager) removeOrphans(ctx context.Context, objects []Object, alive aliveSet) []error {
	var failed []error
	used := map[string]bool{}
	for _, object := range objects {
		if object.Kind != ObjectContainer {
			continue
		}
		if alive.names[object.Name] || m.holds(object) {
			for _, volume := range object.Volumes {
				used[volume] = true
			}
			continue
		}
		failed = append(failed, m.removeOrphan(ctx, object))
	}
	for _, object := range objects {
		if object.Kind == ObjectVolume && !used[object.Name] && !m.fills.busy(object.Labels[LabelSandbox]) {
			failed = append(failed, m.removeOrphan(ctx, object))
		}
	}
	return failed
}

// holds reports a holder that is complete, or being filled by this process.
func (m *Manager) holds(object Object) bool {
	key := object.Labels[LabelSandbox]
	switch object.Labels[LabelPurpose] {
	case purposeInit, purposeData:
		return object.Name == key || m.fills.busy(key)
	}
	return false
}

func (m *Manager) removeOrphan(ctx context.Context, object Object) error {
	m.log.Info("removing what no sandbox owns", slog.String("kind", string(object.Kind)), slog.String("name", object.Name))
	return m.engine.RemoveObject(ctx, object)
}

// discardDead takes sandboxes out of the pool that have ended. Only those that
// waited before the objects were listed can be judged.
func (m *Manager) discardDead(waiting map[*sandbox]bool, objects []Object) {
	runs := map[string]bool{}
	for _, object := range objects {
		if object.Running {
			runs[object.Name] = true
		}
	}
	m.pool.sweep(StateFailed, CausePlatform, func(s *sandbox) bool { return !waiting[s] || runs[s.name] })
}

// closeRow gives the row of a sandbox that is over its final state.
func (m *Manager) closeRow(ctx context.Context, row Record) error {
	now := m.opts.Now()
	end := change{to: StateFailed, cause: CausePlatform, at: now}
	switch {
	case row.State == StateStopping:
		end = change{to: StateStopped, at: now}
	case now.After(row.ExpiresAt):
		end = change{to: StateExpired, cause: CauseExpired, at: now}
	}
	m.log.Info("closing a sandbox that is over", slog.String("sandbox", row.ID), slog.String("state", string(end.to)))
	return m.store.advance(ctx, row.ID, end)
}
