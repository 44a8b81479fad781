package pages

import "strconv"

// Phase is one segment of a challenge's timeline.
type Phase struct {
	Name    string
	State   State  // upcoming, open, frozen or closed
	Now     bool   // the phase that runs
	Done    bool   // in the past
	Elapsed int    // percent of the running phase that is over
	Opens   Moment // zero when unknown
	Closes  Moment
	Note    string // "3 of 5 submissions left today"
}

// itoa keeps call sites short.
func itoa(n int) string { return strconv.Itoa(n) }
