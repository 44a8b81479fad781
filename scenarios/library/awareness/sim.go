package awareness

import (
	"context"
	"slices"
)

// sim plays the day minute by minute.
type sim struct {
	w *world
	// r is drawn from in the order of the day. One generator is enough: everything that
	// runs, runs in one goroutine and in a fixed order.
	r      *rng
	out    *sink
	split  Split
	duties []*duty
	truth  []*truthStep // in the order of planning, which groups incidents
	cases  int          // incidents planned, and in the end those that took place
}

// duty is something that happens at a set time, once or again and again. Duties carry
// everything that is not a person's random activity: leases, updates, backups,
// monitoring, the look-alikes of attacks, and the intrusions themselves.
type duty struct {
	at    int64
	every int64 // 0: once
	until int64
	slack int64 // each repetition comes up to this much late
	run   func(t int64)
}

func newSim(o GenerateOptions, out *sink) *sim {
	s := &sim{
		w: newWorld(o.Seed, o.Scale, o.Split), r: newRNG(o.Seed, "day/"+string(o.Split)), out: out, split: o.Split,
	}
	s.planLeases()
	s.planServers()
	s.planTelemetry()
	s.planLookalikes()
	s.planIncidents(newRNG(o.Seed, "incidents/"+string(o.Split)), o.Scale)
	return s
}

// once plans a single event.
func (s *sim) once(at int64, run func(t int64)) {
	s.duties = append(s.duties, &duty{at: at, run: run})
}

// repeat plans a repeated one between from and until.
func (s *sim) repeat(from, until, every, slack int64, run func(t int64)) {
	s.duties = append(s.duties, &duty{at: from, every: every, until: until, slack: slack, run: run})
}

// habit plans a repeated event whose first time falls anywhere in the first period,
// so that midnight is not when everything happens.
func (s *sim) habit(from, until, every, slack int64, run func(t int64)) {
	s.repeat(from+s.r.int64n(every), until, every, slack, run)
}

// live runs the whole day and writes it. It stops between minutes when ctx ends.
func (s *sim) live(ctx context.Context) error {
	for m := range day / minute {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.runDuties((m + 1) * minute)
		s.people(m)
		// One minute late, since an action may begin with a lookup just before it.
		if m > 0 {
			if err := s.out.flush(m - 1); err != nil {
				return err
			}
		}
	}
	if err := s.out.flush(day/minute - 1); err != nil {
		return err
	}
	s.settle()
	return s.out.close()
}

// settle drops from the truth what the day's end or a machine's switch cut off, and
// counts the incidents that are left.
func (s *sim) settle() {
	s.truth = slices.DeleteFunc(s.truth, func(t *truthStep) bool { return !t.seen })
	left := map[string]bool{}
	for _, t := range s.truth {
		left[t.incident] = true
	}
	s.cases = len(left)
}

// runDuties runs what falls due before a time and drops what is finished.
func (s *sim) runDuties(before int64) {
	kept := s.duties[:0]
	for i := 0; i < len(s.duties); i++ { // a duty may plan another one
		d := s.duties[i]
		for d.at < before {
			d.run(d.at)
			d.at = d.next(s.r)
		}
		if d.at < day {
			kept = append(kept, d)
		}
	}
	s.duties = kept
}

// next returns when the duty is due again, or the end of the day.
func (d *duty) next(r *rng) int64 {
	if d.every == 0 {
		return day
	}
	at := d.at + d.every
	if d.slack > 0 {
		at += r.int64n(d.slack)
	}
	if at > d.until {
		return day
	}
	return at
}

// summary counts what was made.
func (s *sim) summary() Summary {
	sum := Summary{
		Hosts: len(s.w.hosts), Bytes: s.out.bytes, Incidents: s.cases, Steps: len(s.truth), Logs: map[string]int64{},
	}
	for i, n := range s.out.counts {
		sum.Logs[logNames[i]] = n
		sum.Records += n
	}
	return sum
}
