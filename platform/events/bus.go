// Package events is the in-process bus that feeds server-sent events. Publish
// is called after a commit, never before, so no client hears of a fact that is
// later rolled back. Who may see a topic is decided by the web layer.
package events

import (
	"sync"
	"time"
)

// Sizes used when Options leaves them zero.
const (
	DefaultBuffer = 64
	DefaultReplay = 4096
)

// Options sets the bounds of a Bus.
type Options struct {
	// Buffer is how many events a subscriber may lag behind before it is dropped.
	Buffer int
	// Replay is how many past events of all topics are kept for reconnects.
	Replay int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Bus hands each published event to the subscribers of its topic. A slow
// subscriber is dropped; a publisher never waits. It is safe for concurrent use.
type Bus struct {
	buffer int
	now    func() time.Time

	mu     sync.Mutex
	ring   []Event // the last events, a circle once it is full
	next   int     // where the next event goes in ring
	lastID uint64
	topics map[string]map[*Subscription]struct{}
	closed bool
}

// New returns an open bus.
func New(o Options) *Bus {
	if o.Buffer <= 0 {
		o.Buffer = DefaultBuffer
	}
	if o.Replay <= 0 {
		o.Replay = DefaultReplay
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Bus{
		buffer: o.Buffer,
		now:    o.Now,
		ring:   make([]Event, 0, o.Replay),
		// A client that reconnects after a restart then names an ID below all of
		// ours and is told to reload. Microseconds stay exact in JavaScript.
		lastID: uint64(max(o.Now().UnixMicro(), 0)),
		topics: map[string]map[*Subscription]struct{}{},
	}
}

// Publish gives the event the next ID, and the time if it has none, and hands it
// to the subscribers of its topic. It returns the ID, or 0 on a closed bus.
func (b *Bus) Publish(e Event) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0
	}
	b.lastID++
	e.ID = b.lastID
	if e.At.IsZero() {
		e.At = b.now()
	}
	b.keep(e)
	for s := range b.topics[e.Topic] {
		b.deliver(s, e)
	}
	return e.ID
}

// Subscribe returns a subscription to the topics. With the ID of the last event
// that the client saw, the later ones that are still kept come first; if some of
// them are gone, or the ID is unknown, a Reload marker comes first instead.
// An ID of 0 starts with the next event. The caller must Close the subscription.
func (b *Bus) Subscribe(lastEventID uint64, topics ...string) *Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	wanted := make(map[string]struct{}, len(topics))
	for _, t := range topics {
		wanted[t] = struct{}{}
	}
	missed := b.missed(lastEventID, wanted)
	// The last slot belongs to the marker of a subscriber that lags.
	s := &Subscription{bus: b, topics: wanted, ch: make(chan Event, len(missed)+b.buffer+1)}
	for _, e := range missed {
		s.ch <- e
	}
	if b.closed {
		s.end()
		return s
	}
	for t := range wanted {
		if b.topics[t] == nil {
			b.topics[t] = map[*Subscription]struct{}{}
		}
		b.topics[t][s] = struct{}{}
	}
	return s
}

// LastID returns the ID of the newest event. What is read from the database after
// this call shows at least everything up to that event.
func (b *Bus) LastID() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lastID
}

// Close ends all subscriptions; later calls of Publish do nothing.
func (b *Bus) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, subscribers := range b.topics {
		for s := range subscribers {
			b.remove(s)
		}
	}
}

// Subscribers returns the number of open subscriptions, for metrics.
func (b *Bus) Subscribers() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := map[*Subscription]struct{}{}
	for _, subscribers := range b.topics {
		for s := range subscribers {
			seen[s] = struct{}{}
		}
	}
	return len(seen)
}

func (b *Bus) keep(e Event) {
	if len(b.ring) < cap(b.ring) {
		b.ring = append(b.ring, e)
		return
	}
	b.ring[b.next] = e
	b.next = (b.next + 1) % len(b.ring)
}

// missed lists what a client that saw lastID has not seen, oldest first.
func (b *Bus) missed(lastID uint64, wanted map[string]struct{}) []Event {
	if lastID == 0 || lastID == b.lastID {
		return nil
	}
	// IDs are contiguous, so the oldest kept one follows from the count.
	if oldest := b.lastID - uint64(len(b.ring)) + 1; lastID > b.lastID || lastID+1 < oldest {
		return []Event{b.marker()}
	}
	var out []Event
	for i := range b.ring {
		e := b.ring[(b.next+i)%len(b.ring)]
		if _, ok := wanted[e.Topic]; ok && e.ID > lastID {
			out = append(out, e)
		}
	}
	return out
}

// deliver never blocks: only the bus sends, under its lock, so a channel with a
// free slot before the marker's own cannot fill up meanwhile.
func (b *Bus) deliver(s *Subscription, e Event) {
	if len(s.ch) < cap(s.ch)-1 {
		s.ch <- e
		return
	}
	s.ch <- b.marker()
	b.remove(s)
}

func (b *Bus) remove(s *Subscription) {
	for t := range s.topics {
		delete(b.topics[t], s)
		if len(b.topics[t]) == 0 {
			delete(b.topics, t)
		}
	}
	s.end()
}

func (b *Bus) marker() Event { return Event{ID: b.lastID, Type: Reload, At: b.now()} }
