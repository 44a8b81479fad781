package api

import (
	"context"
	"sync"
	"time"

	"incubator/platform/errs"
	"incubator/scenarios"
)

// phaseFresh is how long the phases of a challenge are used without asking the
// database; leaderboards are as old at most.
const phaseFresh = time.Second

// phaseCache knows challenges by slug for the hot path. Only those that exist are
// kept, so a stranger cannot fill it.
type phaseCache struct {
	now     func() time.Time
	entries sync.Map // slug → cachedChallenge
}

type cachedChallenge struct {
	challenge *scenarios.Challenge
	until     time.Time
}

// challenge returns a challenge that is a second old at most.
func (a *API) challenge(ctx context.Context, slug string) (*scenarios.Challenge, error) {
	now := a.phases.now()
	if kept, ok := a.phases.entries.Load(slug); ok && now.Before(kept.(cachedChallenge).until) {
		return kept.(cachedChallenge).challenge, nil
	}
	c, err := a.Scenarios.ChallengeBySlug(ctx, slug)
	if err != nil {
		a.phases.entries.Delete(slug)
		return nil, err
	}
	a.phases.entries.Store(c.Slug, cachedChallenge{c, now.Add(phaseFresh)})
	return c, nil
}

func (a *API) phase(ctx context.Context, slug, name string) (*scenarios.Challenge, scenarios.Phase, error) {
	c, err := a.challenge(ctx, slug)
	if err != nil {
		return nil, scenarios.Phase{}, err
	}
	phase, ok := c.Phase(name)
	if !ok {
		return nil, scenarios.Phase{}, errs.New(errs.NotFound, "Challenge %s has no phase %q.", c.Slug, name)
	}
	return c, phase, nil
}
