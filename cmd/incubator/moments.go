package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"incubator/scenarios"
)

// momentsEvery is how often the moments of phases are looked at even though none
// was known to come: another process may have published.
const momentsEvery = time.Minute

// applyTransitions acts on every moment of a phase that has come.
func (p *platform) applyTransitions(ctx context.Context) error {
	applied, err := p.scenarios.ApplyTransitions(ctx, p.scoring.OnTransition)
	for _, t := range applied {
		p.log.Info("a phase has changed", slog.String("phase", t.Phase.Name), slog.String("transition", string(t.Kind)),
			slog.Duration("late", t.AppliedAt.Sub(t.DueAt)))
	}
	return err
}

// watchMoments calls apply at each moment of a phase, after each publication, and
// every minute, until ctx ends. apply is safe to call too often and from several
// processes.
func watchMoments(ctx context.Context, challenges *scenarios.Service, log *slog.Logger, apply func(context.Context) error) {
	for ctx.Err() == nil {
		// Asked before apply looks at the clock: a moment in between is not missed.
		next, err := challenges.NextMoment(ctx)
		if err = errors.Join(err, apply(ctx)); err != nil && ctx.Err() == nil {
			log.Error("a background task failed", slog.String("task", "moments"), slog.Any("error", err))
		}
		wait := momentsEvery
		if err == nil && !next.IsZero() {
			wait = min(wait, max(0, time.Until(next)))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-challenges.Changed():
		case <-timer.C:
		}
		timer.Stop()
	}
}
