package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"incubator/platform/audit"
	"incubator/platform/jobs"
	"incubator/scoring"
)

// service is a background part: Start and Stop may be called again and again.
type service interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
}

// start starts the background parts in the order in which they need each other.
func (p *platform) start(ctx context.Context) error {
	if err := p.schedule(); err != nil {
		return err
	}
	// Before the queue works: what an earlier process left is put back first.
	if err := p.scoring.Sweep(ctx); err != nil {
		return err
	}
	// Ahead of the others, to be stopped after them: they record until their end.
	sealer := audit.NewSealer(p.audit, time.Minute, p.log)
	sealer.Start(ctx)
	p.onClose(func() error { sealer.Stop(); return nil })
	for _, s := range []service{p.sandboxes, p.jobs} {
		if err := s.Start(ctx); err != nil {
			return err
		}
		p.onClose(func() error {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
			defer cancel()
			return s.Stop(ctx)
		})
	}
	p.background(ctx, func(ctx context.Context) { watchMoments(ctx, p.scenarios, p.log, p.applyTransitions) })
	p.every(ctx, scoring.SweepEvery, "sweep", p.scoring.Sweep)
	p.every(ctx, scoring.WarmEvery, "warm", p.scoring.Warm)
	p.every(ctx, blobSweepEvery, "sweep files", p.sweepBlobs)
	p.every(ctx, time.Hour, "prune", func(ctx context.Context) error { _, err := p.accounts.Prune(ctx); return err })
	p.every(ctx, time.Hour, "forget answers", p.answers.Prune)
	return nil
}

// TransitionArgs is the job that acts on the moments of phases. It runs by
// schedule, and at once when a process starts, for the moments that were slept
// through; watchMoments acts on the others as they come.
type TransitionArgs struct{}

// Kind names the job for the queue.
func (TransitionArgs) Kind() string { return "transition" }

type transitionWorker struct {
	river.WorkerDefaults[TransitionArgs]
	platform *platform
}

// Work acts on every moment that has come.
func (w *transitionWorker) Work(ctx context.Context, _ *river.Job[TransitionArgs]) error {
	return w.platform.applyTransitions(ctx)
}

func (p *platform) schedule() error {
	periodic, err := jobs.Cron("* * * * *", func() (river.JobArgs, *river.InsertOpts) { return TransitionArgs{}, nil },
		jobs.CatchUp(), jobs.Named("transitions"))
	if err != nil {
		return err
	}
	return p.jobs.AddPeriodic(periodic)
}

// background runs fn until the platform is closed, and waits for its end there.
func (p *platform) background(ctx context.Context, fn func(context.Context)) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	p.onClose(func() error {
		cancel()
		<-done
		return nil
	})
	go func() {
		defer close(done)
		fn(ctx)
	}()
}

// every calls fn at once and then at the pace until the platform is closed.
func (p *platform) every(ctx context.Context, pace time.Duration, name string, fn func(context.Context) error) {
	p.background(ctx, func(ctx context.Context) {
		ticker := time.NewTicker(pace)
		defer ticker.Stop()
		for {
			if err := fn(ctx); err != nil && !errors.Is(err, context.Canceled) {
				p.log.Error("a background task failed", slog.String("task", name), slog.Any("error", err))
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
}
