package sandboxes

import (
	"slices"

	"incubator/platform/errs"
)

// State is where a sandbox is in its life.
type State string

// The states. Stopped, failed and expired are final.
const (
	StateRequested State = "requested" // the row is written, nothing else exists
	StateStarting  State = "starting"  // the engine is asked to create and start it
	StateReady     State = "ready"     // it runs, or waits for its run
	StateStopping  State = "stopping"  // its answer is known, it is being removed
	StateStopped   State = "stopped"
	StateFailed    State = "failed"
	StateExpired   State = "expired"
)

// transitions is the whole life of a sandbox. What is not here is an error.
var transitions = map[State][]State{
	StateRequested: {StateStarting, StateStopping, StateFailed, StateExpired},
	StateStarting:  {StateReady, StateStopping, StateFailed, StateExpired},
	StateReady:     {StateStopping, StateFailed, StateExpired},
	StateStopping:  {StateStopped, StateFailed, StateExpired},
}

// Final reports whether nothing follows the state.
func (s State) Final() bool { return len(transitions[s]) == 0 }

// activeStates are those in which a sandbox counts against quotas.
var activeStates = []State{StateRequested, StateStarting, StateReady, StateStopping}

// CanBecome reports whether next may follow s.
func (s State) CanBecome(next State) bool { return slices.Contains(transitions[s], next) }

// checkTransition returns errs.Conflict for a step that the table does not have.
func checkTransition(from, to State) error {
	if from.CanBecome(to) {
		return nil
	}
	return errs.New(errs.Conflict, "A sandbox that is %s cannot become %s.", from, to)
}
