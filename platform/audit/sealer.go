package audit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// sealTimeout bounds the last sealing while the process stops.
const sealTimeout = 10 * time.Second

// Sealer seals what this process records right after its commit and, each
// interval, what other processes left. On SQLite it has nothing to do.
type Sealer struct {
	log      *Log
	interval time.Duration
	logger   *slog.Logger

	mu   sync.Mutex
	stop context.CancelFunc
	done chan struct{}
}

// NewSealer returns a stopped sealer.
func NewSealer(log *Log, interval time.Duration, logger *slog.Logger) *Sealer {
	return &Sealer{log: log, interval: interval, logger: logger}
}

// Start begins to seal in the background until Stop. A started sealer stays as it is.
func (s *Sealer) Start(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		return
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.done = make(chan struct{})
	go s.run(ctx, s.done)
}

// Stop seals a last time and returns when the background part has ended. It may
// be started again.
func (s *Sealer) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop == nil {
		return
	}
	s.stop()
	<-s.done
	s.stop = nil
}

func (s *Sealer) run(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	ticker := time.NewTicker(s.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), sealTimeout)
			defer cancel()
			s.seal(last)
			return
		case <-ticker.C:
		case <-s.log.wake:
		}
		s.seal(ctx)
	}
}

// seal leaves a failure to the next round: unsealed rows are kept and append-only.
func (s *Sealer) seal(ctx context.Context) {
	if _, err := s.log.Seal(ctx); err != nil && ctx.Err() == nil {
		s.logger.LogAttrs(ctx, slog.LevelError, "the audit record could not be sealed", slog.Any("error", err))
	}
}

// notify never waits: one pending signal is enough for any number of rows.
func (l *Log) notify() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
