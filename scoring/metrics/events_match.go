package metrics

import (
	"slices"
	"strconv"
)

// matchKey holds the parameters that change what matches.
type matchKey struct {
	tolerance int64 // microseconds
	minSteps  int
}

// outcome is what became of one incident.
type outcome struct {
	start, end int64 // of its first step and its last, microseconds
	detected   bool
	// at is the time of the alert that completed the detection.
	at      int64
	needed  int // steps still to be matched
	matched map[int]bool
}

// matching is alerts against steps under one matchKey.
type matching struct {
	incidents []*outcome
	alerts    int
	// steps is how many steps any alert matched; repeating an alert adds nothing.
	steps int
	// unmatched holds the times of the false alarms, rising.
	unmatched []int64
}

// newEvents expects the alerts in the order of time.
func newEvents(steps []step, alerts []alert) *events {
	names := map[string]bool{}
	for _, s := range steps {
		names[s.incident] = true
	}
	return &events{steps: steps, alerts: alerts, incidents: len(names), matches: map[matchKey]*matching{}}
}

// place is where a step can be matched: a technique and its sub-techniques
// share their first five characters.
type place struct{ host, technique string }

// match decides for every alert whether it matches a step, in the order of time.
func (e *events) match(a args) *matching {
	k := matchKey{int64(a.number["tolerance"] * 1e6), int(a.number["min_steps"])}
	if known := e.matches[k]; known != nil {
		return known
	}
	m, outcomes := e.outcomes(k)
	steps := map[place][]int{}
	for i, s := range e.steps {
		at := place{s.host, s.technique[:5]}
		steps[at] = append(steps[at], i)
	}
	seen := make([]bool, len(e.steps))
	for _, alert := range e.alerts {
		hit := false
		for _, i := range steps[place{alert.host, alert.technique[:5]}] {
			if s := e.steps[i]; alert.matches(s, k.tolerance) {
				outcomes[i].take(i, alert.at)
				hit = true
				if !seen[i] {
					seen[i] = true
					m.steps++
				}
			}
		}
		if !hit {
			m.unmatched = append(m.unmatched, alert.at)
		}
	}
	e.matches[k] = m
	return m
}

// outcomes prepares one outcome for each incident, in the order of the file, and
// lists for each step that of its incident.
func (e *events) outcomes(k matchKey) (*matching, []*outcome) {
	m := &matching{alerts: len(e.alerts)}
	byName, ofStep := map[string]*outcome{}, make([]*outcome, len(e.steps))
	for i, s := range e.steps {
		o := byName[s.incident]
		if o == nil {
			o = &outcome{start: s.start, end: s.end, matched: map[int]bool{}}
			byName[s.incident] = o
			m.incidents = append(m.incidents, o)
		}
		o.start, o.end = min(o.start, s.start), max(o.end, s.end)
		o.needed = min(o.needed+1, k.minSteps)
		ofStep[i] = o
	}
	return m, ofStep
}

// matches expects that alert and step share host and technique family.
func (a alert) matches(s step, tolerance int64) bool {
	// Both are of the same technique; a sub-technique matches its parent and itself.
	related := a.technique == s.technique || len(a.technique) == 5 || len(s.technique) == 5
	return related && s.start <= a.at && a.at <= s.end+tolerance
}

// take notes that an alert matched a step of the incident.
func (o *outcome) take(step int, at int64) {
	if o.detected || o.matched[step] {
		return
	}
	o.matched[step] = true
	if o.needed--; o.needed == 0 {
		o.detected, o.at = true, at
	}
}

func (m *matching) detected() int {
	count := 0
	for _, o := range m.incidents {
		if o.detected {
			count++
		}
	}
	return count
}

// delays returns the seconds to detection of each incident that was detected.
func (m *matching) delays() []float64 {
	var delays []float64
	for _, o := range m.incidents {
		if o.detected {
			delays = append(delays, float64(o.at-o.start)/1e6)
		}
	}
	return delays
}

// median expects at least one value and does not change the list.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func repeatedAlerts(count int) Warning {
	return Warning{
		Code:    "repeated_alerts",
		Message: strconv.Itoa(count) + " alerts repeat the time, host and technique of another",
	}
}
