package api

import (
	"context"
	"time"

	"incubator/platform/accounts"
	"incubator/scenarios"
)

// Challenge is a published challenge in a list.
type Challenge struct {
	ID          string    `json:"id"`
	Slug        string    `json:"slug" example:"drifting-fleet"`
	Title       string    `json:"title" example:"Drifting Fleet"`
	Summary     string    `json:"summary"`
	Area        string    `json:"area" enum:"situational_awareness,data_fusion,mobile_security"`
	State       string    `json:"state" enum:"upcoming,open,closed,archived" doc:"Of its current phase; archived once the challenge is closed for good"`
	Version     int       `json:"version" doc:"Counts publications, from 1"`
	PublishedAt time.Time `json:"published_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	Phase       string    `json:"current_phase" doc:"The phase that is open; else the next to open; else the last" example:"development"`
	Phases      []Phase   `json:"phases" doc:"In order"`
}

// Phase is one stage of a challenge.
type Phase struct {
	ID        string      `json:"id"`
	Name      string      `json:"name" example:"development"`
	Title     string      `json:"title" example:"Development"`
	State     string      `json:"state" enum:"upcoming,open,frozen,closed" doc:"frozen: open, while the public board stands still"`
	OpensAt   time.Time   `json:"opens_at"`
	FreezesAt *time.Time  `json:"freezes_at,omitempty"`
	ClosesAt  time.Time   `json:"closes_at"`
	DataSet   string      `json:"data_set"`
	Kinds     []string    `json:"kinds" doc:"What may be submitted" example:"code"`
	Limits    PhaseLimits `json:"limits"`
	Selection string      `json:"selection" enum:"best,last" doc:"Which submission of a team stands on the board"`
	Board     string      `json:"board" enum:"always,after_close,never" doc:"When participants see the leaderboard"`
}

// PhaseLimits are how often a team may submit.
type PhaseLimits struct {
	PerDay int `json:"per_day,omitempty" doc:"Days begin at 00:00 UTC; missing: without limit"`
	Total  int `json:"total,omitempty" doc:"Missing: without limit"`
}

// stateArchived is the state of a challenge that is closed for good.
const stateArchived = "archived"

func challengeState(c *scenarios.Challenge, now time.Time) string {
	if c.State == scenarios.Archived {
		return stateArchived
	}
	if state := c.CurrentPhase(now).State(now); state != scenarios.Frozen {
		return string(state)
	}
	return string(scenarios.Open)
}

func showChallenge(c *scenarios.Challenge, now time.Time) Challenge {
	out := Challenge{ID: c.ID, Slug: c.Slug, Title: c.Title, Summary: c.Summary, Area: string(c.Area),
		State: challengeState(c, now), Version: c.Version, PublishedAt: c.PublishedAt.UTC(), UpdatedAt: c.UpdatedAt.UTC(),
		Phase: c.CurrentPhase(now).Name, Phases: make([]Phase, len(c.Phases))}
	for i, p := range c.Phases {
		out.Phases[i] = showPhase(c, p, now)
	}
	return out
}

func showPhase(c *scenarios.Challenge, p scenarios.Phase, now time.Time) Phase {
	out := Phase{ID: p.ID, Name: p.Name, Title: p.Title, State: string(p.State(now)),
		OpensAt: p.Window.Opens.UTC(), FreezesAt: moment(p.Window.Freezes), ClosesAt: p.Window.Closes.UTC(),
		DataSet: p.Spec.DataSet, Kinds: []string{}, Selection: string(p.Spec.Selection), Board: string(p.Spec.Board),
		Limits: PhaseLimits{PerDay: p.Spec.Limits.PerDay, Total: p.Spec.Limits.Total}}
	for _, kind := range scenarios.Kinds() {
		if p.Takes(kind, c.Spec) {
			out.Kinds = append(out.Kinds, string(kind))
		}
	}
	return out
}

type challengesInput struct {
	Area  string `query:"area" enum:"situational_awareness,data_fusion,mobile_security" doc:"Only this area"`
	State string `query:"state" enum:"upcoming,open,closed,archived" doc:"Only in this state"`
	Paging
}

// ChallengePath names a challenge in a path.
type ChallengePath struct {
	Slug string `path:"slug" maxLength:"100" doc:"The challenge" example:"drifting-fleet"`
}

func (a *API) addChallenges() {
	add(a, operation{method: "GET", path: "/challenges", id: "challenges.list", roles: anyone,
		tag: tagChallenges, summary: "List challenges", text: "By area and title."}, a.listChallenges)
	add(a, operation{method: "GET", path: "/challenges/{slug}", id: "challenges.get", roles: anyone,
		tag: tagChallenges, summary: "Show a challenge", text: "With its pages, rules of grading, data sets and downloads."}, a.getChallenge)
	add(a, operation{method: "GET", path: "/challenges/{slug}/phases", id: "phases.list", roles: anyone,
		tag: tagChallenges, summary: "List the phases of a challenge", text: "In order; there are few, so there are no pages."}, a.listPhases)
}

func (a *API) listChallenges(ctx context.Context, _ accounts.Principal, in *challengesInput) (Page[Challenge], error) {
	after, err := in.position()
	if err != nil {
		return Page[Challenge]{}, err
	}
	all, err := a.Scenarios.Challenges(ctx)
	if err != nil {
		return Page[Challenge]{}, err
	}
	now := a.cfg.Now()
	var wanted []*scenarios.Challenge
	passed := after == ""
	for _, c := range all {
		if passed && (in.Area == "" || string(c.Area) == in.Area) && (in.State == "" || challengeState(c, now) == in.State) {
			wanted = append(wanted, c)
		}
		passed = passed || c.ID == after
	}
	return pageOf(wanted, in.Limit, func(c *scenarios.Challenge) Challenge { return showChallenge(c, now) },
		func(c *scenarios.Challenge) string { return c.ID }), nil
}

func (a *API) getChallenge(ctx context.Context, _ accounts.Principal, in *ChallengePath) (ChallengeDetail, error) {
	c, err := a.Scenarios.ChallengeBySlug(ctx, in.Slug)
	if err != nil {
		return ChallengeDetail{}, err
	}
	return showChallengeDetail(c, a.cfg.Now()), nil
}

func (a *API) listPhases(ctx context.Context, _ accounts.Principal, in *ChallengePath) (Page[Phase], error) {
	c, err := a.Scenarios.ChallengeBySlug(ctx, in.Slug)
	if err != nil {
		return Page[Phase]{}, err
	}
	return Page[Phase]{Items: showChallenge(c, a.cfg.Now()).Phases}, nil
}
