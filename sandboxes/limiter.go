package sandboxes

import (
	"context"
	"slices"
	"sync"
)

// limiter hands out a fixed number of permits. Each team has a queue of its own
// and the queues take turns, so that a team with a hundred waiting runs delays
// another team's first one by at most one turn of every team.
type limiter struct {
	mu     sync.Mutex
	free   int
	queues map[string][]chan struct{}
	turns  []string // teams with waiters, the next one first
}

func newLimiter(permits int) *limiter {
	return &limiter{free: permits, queues: map[string][]chan struct{}{}}
}

// acquire waits for a permit or for the end of ctx. The permit must be released.
func (l *limiter) acquire(ctx context.Context, team string) error {
	l.mu.Lock()
	if l.free > 0 {
		l.free--
		l.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	if len(l.queues[team]) == 0 {
		l.turns = append(l.turns, team)
	}
	l.queues[team] = append(l.queues[team], turn)
	l.mu.Unlock()

	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		l.leave(team, turn)
		return ctx.Err()
	}
}

// leave takes a waiter out of its queue; one whose turn came meanwhile passes it on.
func (l *limiter) leave(team string, turn chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.Index(l.queues[team], turn)
	if at < 0 {
		l.passOn()
		return
	}
	l.queues[team] = slices.Delete(l.queues[team], at, at+1)
	if len(l.queues[team]) == 0 {
		delete(l.queues, team)
		l.turns = slices.DeleteFunc(l.turns, func(t string) bool { return t == team })
	}
}

// release gives the permit back.
func (l *limiter) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passOn()
}

func (l *limiter) passOn() {
	if len(l.turns) == 0 {
		l.free++
		return
	}
	team := l.turns[0]
	l.turns = l.turns[1:]
	queue := l.queues[team]
	close(queue[0])
	if len(queue) == 1 {
		delete(l.queues, team)
		return
	}
	l.queues[team] = queue[1:]
	l.turns = append(l.turns, team)
}

// waiting is how many callers wait for a permit.
func (l *limiter) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, queue := range l.queues {
		n += len(queue)
	}
	return n
}
