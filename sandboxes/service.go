package sandboxes

import (
	"context"
	"errors"
	"time"
)

type service struct{}

func (m *Manager) idleLimit() time.Duration { return m.opts.PoolLease + time.Minute }
func (m *Manager) slot() bool {
	select {
	case m.ahead <- struct{}{}:
		return true
	default:
		return false
	}
}
func (m *Manager) freeSlot() { <-m.ahead }

// Purge ends every sandbox of this manager and removes every object of this
// node from the engine, data sets included.
func (m *Manager) Purge(ctx context.Context) error {
	m.removals.Wait()
	objects, err := m.engine.List(ctx, m.ours())
	if err != nil {
		return err
	}
	m.forget()
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
