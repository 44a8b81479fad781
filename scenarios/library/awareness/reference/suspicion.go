package main

import (
	"math"
	"time"
)

// suspects remembers which hosts were reported lately. Weak evidence counts on them.
type suspects struct{ last map[string]time.Time }

// memory is how long a report makes weaker evidence on the same host count.
const memory = 4 * time.Hour

func (s *suspects) is(at time.Time, host string) bool {
	t, ok := s.last[host]
	return ok && at.Sub(t) < memory
}

// rhythm keeps the mean and variance of the gaps between connections (Welford 1962).
type rhythm struct {
	last     time.Time
	n        int
	mean, m2 float64
}

// beat adds a connection and tells whether they come as regularly as a program's.
func (b *rhythm) beat(at time.Time) bool {
	if !b.last.IsZero() {
		gap := at.Sub(b.last).Seconds()
		b.n++
		delta := gap - b.mean
		b.mean += delta / float64(b.n)
		b.m2 += delta * (gap - b.mean)
	}
	b.last = at
	if b.n < 10 || b.mean < 15 || b.mean > 600 {
		return false
	}
	return math.Sqrt(b.m2/float64(b.n))/b.mean < 0.3
}

// maxRhythms bounds the pairs of host and destination that are timed.
const maxRhythms = 20_000

// timed follows the rhythm of a suspected host's calls to places that few others call.
func (a *analyst) timed(r *record, from string) {
	if !a.reported.is(r.at, from) || len(a.visitors[r.RespH]) > 2 || r.OrigBytes > 100_000 {
		return
	}
	key := from + ">" + r.RespH
	b := a.rhythms[key]
	if b == nil {
		if len(a.rhythms) >= maxRhythms {
			return
		}
		b = &rhythm{}
		a.rhythms[key] = b
	}
	if b.beat(r.at) {
		a.control[key] = true
		a.raise(r.at, from, "T1071.001", 0.6)
	}
}
