package scenarios

import (
	"slices"
	"time"
)

// PhaseState is where a phase stands at some time. It follows from the clock
// alone, so it is right even when no process was awake at the moment of change.
type PhaseState string

// The states of a phase.
const (
	Upcoming PhaseState = "upcoming"
	Open     PhaseState = "open"
	Frozen   PhaseState = "frozen" // open, while the public board stands still
	Closed   PhaseState = "closed"
)

// Phase is one stage of a published challenge.
type Phase struct {
	ID          string
	ChallengeID string
	Position    int
	Name        string
	Title       string
	Window      Window
	Spec        PhaseSpec
}

// State returns where the phase stands. It is open from Opens on, and closed from
// Closes on.
func (p Phase) State(now time.Time) PhaseState {
	switch {
	case now.Before(p.Window.Opens):
		return Upcoming
	case !now.Before(p.Window.Closes):
		return Closed
	case !p.Window.Freezes.IsZero() && !now.Before(p.Window.Freezes):
		return Frozen
	}
	return Open
}

// IsOpen reports whether submissions are accepted.
func (p Phase) IsOpen(now time.Time) bool {
	state := p.State(now)
	return state == Open || state == Frozen
}

// Takes reports whether the phase accepts the kind; challenge holds the kinds
// that its phases take unless they say otherwise.
func (p Phase) Takes(kind Kind, challenge Spec) bool {
	if _, known := challenge.Kinds[kind]; !known {
		return false
	}
	return len(p.Spec.Kinds) == 0 || slices.Contains(p.Spec.Kinds, kind)
}

// TransitionKind is a moment of a phase that something happens at.
type TransitionKind string

// The kinds of transition, in the order in which they fall due.
const (
	OpenTransition   TransitionKind = "open"
	FreezeTransition TransitionKind = "freeze"
	CloseTransition  TransitionKind = "close"
)

// Transition is a moment of a phase that has come.
type Transition struct {
	Phase     Phase
	Kind      TransitionKind
	DueAt     time.Time
	AppliedAt time.Time
}

// due lists the moments of the phase up to now.
func (p Phase) due(now time.Time) []Transition {
	moments := []Transition{
		{Kind: OpenTransition, DueAt: p.Window.Opens},
		{Kind: FreezeTransition, DueAt: p.Window.Freezes},
		{Kind: CloseTransition, DueAt: p.Window.Closes},
	}
	var due []Transition
	for _, moment := range moments {
		if !moment.DueAt.IsZero() && !moment.DueAt.After(now) {
			moment.Phase = p
			due = append(due, moment)
		}
	}
	return due
}
