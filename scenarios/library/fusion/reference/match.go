package main

import (
	"math"
	"slices"
	"strings"
)

// Weights in log odds, set on the public training data.
const (
	prior        = -1.7
	sameVictim   = 3.6
	otherVictim  = -5.5
	sameActor    = 0.9
	otherActor   = -0.5
	sameMalware  = 1.2
	otherMalware = -1.5
	sameKind     = 0.6
	otherKind    = -0.8
	sameContact  = 2.5
	perHour      = -0.065
	maxHours     = 150.0 // reports further apart are never compared
)

var indicatorWeight = map[string]float64{"ref": 5, "hash": 3.4, "url": 4.2, "email": 4.2, "host": 3.2, "ip": 3.2}

// matcher scores pairs of reports.
type matcher struct {
	reports []*report
	holders map[string][]int // indicator → reports, by time
}

// newMatcher orders the reports by time, which the windows of candidates rely on.
func newMatcher(reports []*report) *matcher {
	slices.SortStableFunc(reports, func(a, b *report) int { return cmpFloat(a.time(), b.time()) })
	m := &matcher{reports: reports, holders: map[string][]int{}}
	for i, r := range reports {
		for _, indicator := range r.indicators {
			m.holders[indicator] = append(m.holders[indicator], i)
		}
	}
	return m
}

// time is the best guess of when the incident was observed. A report without
// that time comes out about half a day after it.
func (r *report) time() float64 {
	if r.hasObserved {
		return r.observed
	}
	return r.published - 12
}

// score is the log odds that reports i and j are about one incident.
func (m *matcher) score(i, j int) float64 {
	a, b := m.reports[i], m.reports[j]
	apart := math.Abs(a.time() - b.time())
	if apart > maxHours {
		return -20
	}
	slack := 3.0 // hours that separate reports of one incident anyway
	if !a.hasObserved || !b.hasObserved {
		slack = 14
	}
	score := prior + perHour*max(apart-slack, 0)
	score += compare(a.victim, b.victim, sameVictim, otherVictim)
	score += compare(a.actor, b.actor, sameActor, otherActor)
	score += compare(a.malware, b.malware, sameMalware, otherMalware)
	score += compare(a.kind, b.kind, sameKind, otherKind)
	score += compare(a.contact, b.contact, sameContact, 0)
	return score + m.indicatorScore(a, b)
}

// compare is silent where one side does not know.
func compare(a, b string, same, other float64) float64 {
	switch {
	case a == "" || b == "":
		return 0
	case a == b:
		return same
	}
	return other
}

// indicatorScore sums the evidence of shared indicators; the more reports of
// the same days name one, the less it says.
func (m *matcher) indicatorScore(a, b *report) float64 {
	sum := 0.0
	for _, indicator := range a.indicators {
		if _, shared := slices.BinarySearch(b.indicators, indicator); shared {
			kind, _, _ := strings.Cut(indicator, ":")
			common := float64(len(m.holders[indicator]))
			sum += max(indicatorWeight[kind]-1.15*math.Log(common/2), 0)
		}
	}
	return min(sum, 8)
}

// correctClocks estimates each partner's clock error from pairs of reports
// that share a rare indicator, against the median partner, and removes it.
func correctClocks(reports []*report) {
	holders := map[string][]*report{}
	for _, r := range reports {
		if r.hasObserved {
			for _, indicator := range r.indicators {
				holders[indicator] = append(holders[indicator], r)
			}
		}
	}
	for range 3 {
		differences := map[string][]float64{}
		for _, list := range holders {
			if len(list) < 2 || len(list) > 5 {
				continue
			}
			for _, r := range list {
				for _, other := range list {
					if r.partner != other.partner && math.Abs(r.observed-other.observed) < 24 {
						differences[r.partner] = append(differences[r.partner], r.observed-other.observed)
					}
				}
			}
		}
		for _, r := range reports {
			if d := differences[r.partner]; len(d) >= 20 {
				r.observed -= median(d) / 2
				r.published -= median(d) / 2
			}
		}
	}
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
