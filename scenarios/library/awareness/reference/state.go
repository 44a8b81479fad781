package main

import "time"

// window counts distinct things per key in a sliding time; old ones are forgotten, so
// that memory follows the busiest moment and not the length of the day.
type window struct {
	span  time.Duration
	seen  map[string]map[string]time.Time
	swept time.Time
}

func newWindow(span time.Duration) *window {
	return &window{span: span, seen: map[string]map[string]time.Time{}}
}

// add notes a thing under a key and returns how many distinct ones the window holds.
func (w *window) add(at time.Time, key, thing string) int {
	if at.Sub(w.swept) > w.span {
		w.sweep(at)
	}
	things := w.seen[key]
	if things == nil {
		things = map[string]time.Time{}
		w.seen[key] = things
	}
	things[thing] = at
	n := 0
	for _, t := range things {
		if at.Sub(t) <= w.span {
			n++
		}
	}
	return n
}

// has tells whether the key saw anything within the span.
func (w *window) has(at time.Time, key string) bool {
	for _, t := range w.seen[key] {
		if at.Sub(t) <= w.span {
			return true
		}
	}
	return false
}

func (w *window) sweep(at time.Time) {
	w.swept = at
	for key, things := range w.seen {
		for thing, t := range things {
			if at.Sub(t) > w.span {
				delete(things, thing)
			}
		}
		if len(things) == 0 {
			delete(w.seen, key)
		}
	}
}

// sums adds up amounts per key over a tumbling time.
type sums struct {
	span  time.Duration
	total map[string]*sum
}

// sum is what one key added up to since the start of its span.
type sum struct {
	since time.Time
	bytes int64
	n     int
}

// newSums adds up over spans of a fixed length.
func newSums(span time.Duration) *sums { return &sums{span: span, total: map[string]*sum{}} }

func (s *sums) add(at time.Time, key string, bytes int64) *sum {
	t := s.total[key]
	if t == nil || at.Sub(t.since) > s.span {
		t = &sum{since: at}
		s.total[key] = t
	}
	t.bytes += bytes
	t.n++
	return t
}

// lineage remembers which processes are suspected, with their children. It forgets the
// oldest beyond its capacity.
type lineage struct {
	suspect map[string]bool
	order   []string
}

const lineageCapacity = 20_000

// mark puts a process under suspicion.
func (l *lineage) mark(guid string) {
	if guid == "" || l.suspect[guid] {
		return
	}
	if len(l.order) >= lineageCapacity {
		delete(l.suspect, l.order[0])
		l.order = l.order[1:]
	}
	l.suspect[guid] = true
	l.order = append(l.order, guid)
}
