package sandboxes

import (
	"context"
	"sync"
)

// tracker counts work in the background. Unlike a WaitGroup it may be waited
// for with a deadline and while new work begins.
type tracker struct {
	mu   sync.Mutex
	busy int
	idle chan struct{} // closed when busy falls to zero
}

func (t *tracker) add() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy == 0 {
		t.idle = make(chan struct{})
	}
	t.busy++
}

func (t *tracker) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy--; t.busy == 0 {
		close(t.idle)
	}
}

// wait returns nil when nothing is under way, or ctx's error.
func (t *tracker) wait(ctx context.Context) error {
	t.mu.Lock()
	busy, idle := t.busy, t.idle
	t.mu.Unlock()
	if busy == 0 {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
