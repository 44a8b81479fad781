package sandboxes

import (
	"context"
	"sync"
	"time"

	"incubator/platform/errs"
)

// breaker answers at once while the engine is known to be down. It opens after
// a few failures in a row and lets one call through after a pause that grows;
// the first success closes it.
type breaker struct {
	now func() time.Time

	mu       sync.Mutex
	failures int
	openTill time.Time
	trying   bool
}

const (
	breakerFailures = 3
	breakerPause    = 500 * time.Millisecond
	breakerMaxPause = 10 * time.Second
)

// allow is nil when the call may be made; report must follow then.
func (b *breaker) allow() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakerFailures {
		return nil
	}
	wait := b.openTill.Sub(b.now())
	if wait > 0 || b.trying {
		e := errs.New(errs.Unavailable, "The container engine does not answer. Runs continue when it is back.")
		e.RetryAfter = max(wait, breakerPause)
		return e
	}
	b.trying = true
	return nil
}

// report takes in the outcome of an allowed call. A call that its own caller
// gave up says nothing about the engine.
func (b *breaker) report(ctx context.Context, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	switch {
	case !errs.Is(err, errs.Unavailable):
		b.failures = 0
	case ctx.Err() == nil:
		b.failures++
		pause := breakerPause << min(max(b.failures-breakerFailures, 0), 5)
		b.openTill = b.now().Add(min(pause, breakerMaxPause))
	}
}

// open reports whether calls are refused.
func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures >= breakerFailures
}
