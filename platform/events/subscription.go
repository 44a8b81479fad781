package events

// Subscription is one client's stream of events.
type Subscription struct {
	bus    *Bus
	topics map[string]struct{}
	ch     chan Event
	ended  bool // guarded by the lock of bus
}

// Events returns the stream, in the order of publication. It is closed by Close,
// by the end of the bus, and right after the Reload marker that a subscriber
// gets when its buffer is full.
func (s *Subscription) Events() <-chan Event { return s.ch }

// Close ends the subscription; calling it again does nothing.
func (s *Subscription) Close() {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	s.bus.remove(s)
}

func (s *Subscription) end() {
	if !s.ended {
		s.ended = true
		close(s.ch)
	}
}
