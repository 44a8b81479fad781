package events_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/events"
)

func fixedNow() time.Time { return time.UnixMicro(1_700_000_000_000_000).UTC() }

func newBus(t *testing.T, buffer, replay int) *events.Bus {
	t.Helper()
	b := events.New(events.Options{Buffer: buffer, Replay: replay, Now: fixedNow})
	t.Cleanup(b.Close)
	return b
}

func publish(b *events.Bus, topic, kind string) uint64 {
	return b.Publish(events.Event{Topic: topic, Type: kind, Data: json.RawMessage(`{}`)})
}

// drain reads what is waiting; the stream must hold at least n events.
func drain(t *testing.T, s *events.Subscription, n int) []string {
	t.Helper()
	var out []string
	for range n {
		e, open := <-s.Events()
		require.True(t, open, "the stream ended after %v", out)
		out = append(out, e.Type)
	}
	return out
}

func requireQuiet(t *testing.T, s *events.Subscription) {
	t.Helper()
	select {
	case e, open := <-s.Events():
		require.Fail(t, "unexpected", "event %+v, open %v", e, open)
	default:
	}
}

func requireEnded(t *testing.T, s *events.Subscription) {
	t.Helper()
	_, open := <-s.Events()
	require.False(t, open)
}

func TestOnlySubscribersOfTheTopicHear(t *testing.T) {
	b := newBus(t, 4, 4)
	mine := b.Subscribe(0, events.TeamTopic("a"), events.TopicRuns)
	other := b.Subscribe(0, events.TeamTopic("b"))
	publish(b, "team/a", "joined")
	publish(b, "runs", "started")
	require.Equal(t, []string{"joined", "started"}, drain(t, mine, 2))
	requireQuiet(t, other)
}

func TestPublishSetsIDAndTime(t *testing.T) {
	b := newBus(t, 4, 4)
	s := b.Subscribe(0, "runs")
	id := publish(b, "runs", "started")
	e := <-s.Events()
	require.Equal(t, id, e.ID)
	require.Equal(t, uint64(1_700_000_000_000_001), e.ID)
	require.Equal(t, fixedNow(), e.At)
	require.Equal(t, id+1, publish(b, "elsewhere", "x"))
}

func TestSlowSubscriberIsDroppedWithMarker(t *testing.T) {
	b := newBus(t, 2, 100)
	slow, quick := b.Subscribe(0, "runs"), b.Subscribe(0, "runs")
	publish(b, "runs", "1")
	publish(b, "runs", "2")
	require.Equal(t, []string{"1", "2"}, drain(t, quick, 2))
	last := publish(b, "runs", "3")
	require.Equal(t, []string{"1", "2"}, drain(t, slow, 2))
	marker := <-slow.Events()
	require.Equal(t, events.Reload, marker.Type)
	require.Equal(t, last, marker.ID, "the client goes on from the marker")
	requireEnded(t, slow)
	require.Equal(t, []string{"3"}, drain(t, quick, 1))
	require.Equal(t, 1, b.Subscribers())
	slow.Close()
}

func TestReplay(t *testing.T) {
	const base = uint64(1_700_000_000_000_000)
	cases := []struct {
		name string
		last uint64
		want []string
	}{
		{"fresh client", 0, nil},
		{"saw all", base + 6, nil},
		{"missed two of its topic", base + 4, []string{"5", "6"}},
		{"missed exactly what is kept", base + 2, []string{"3", "5", "6"}},
		{"missed more than is kept", base + 1, []string{events.Reload}},
		{"from before the restart", base - 1000, []string{events.Reload}},
		{"from the future", base + 1000, []string{events.Reload}},
		{"largest number", ^uint64(0), []string{events.Reload}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBus(t, 1, 4)
			for i := 1; i <= 6; i++ {
				topic := "runs"
				if i == 4 {
					topic = "other"
				}
				publish(b, topic, fmt.Sprint(i))
			}
			s := b.Subscribe(c.last, "runs")
			require.Equal(t, c.want, drain(t, s, len(c.want)))
			requireQuiet(t, s)
			publish(b, "runs", "live")
			require.Equal(t, []string{"live"}, drain(t, s, 1), "replay leaves room for live events")
		})
	}
}

func TestReplayOnEmptyBus(t *testing.T) {
	b := newBus(t, 1, 4)
	require.Equal(t, []string{events.Reload}, drain(t, b.Subscribe(7, "runs"), 1))
	requireQuiet(t, b.Subscribe(uint64(fixedNow().UnixMicro()), "runs"))
}

func TestClose(t *testing.T) {
	b := newBus(t, 4, 4)
	s := b.Subscribe(0, "a", "b")
	publish(b, "a", "1")
	b.Close()
	require.Equal(t, []string{"1"}, drain(t, s, 1), "what was delivered can still be read")
	requireEnded(t, s)
	require.Zero(t, publish(b, "a", "2"))
	requireEnded(t, b.Subscribe(0, "a"))
	b.Close()
	s.Close()
}

func TestSubscriptionCloseIsFinal(t *testing.T) {
	b := newBus(t, 4, 4)
	s := b.Subscribe(0, "a", "a")
	require.Equal(t, 1, b.Subscribers())
	s.Close()
	s.Close()
	require.Zero(t, b.Subscribers())
	publish(b, "a", "1")
	requireEnded(t, s)
}

// Publishers, readers and short-lived subscribers run at once: every reader
// that keeps up must see every event once and in order. Run with -race.
func TestConcurrentUse(t *testing.T) {
	const publishers, each, readers = 4, 500, 4
	b := newBus(t, publishers*each, 64)
	var reading, publishing sync.WaitGroup
	for range readers {
		s := b.Subscribe(0, "runs")
		reading.Go(func() {
			var last uint64
			for range publishers * each {
				e, open := <-s.Events()
				if !open || (last != 0 && e.ID != last+1) {
					t.Errorf("after %d came %d, open %v", last, e.ID, open)
					return
				}
				last = e.ID
			}
			s.Close()
		})
	}
	for range publishers {
		publishing.Go(func() {
			for range each {
				publish(b, "runs", "x")
				b.Subscribe(1, "runs", "other").Close()
			}
		})
	}
	publishing.Wait()
	reading.Wait()
	require.Zero(t, b.Subscribers())
}

func TestAppendSSE(t *testing.T) {
	cases := []struct {
		name  string
		event events.Event
		want  string
	}{
		{"plain", events.Event{ID: 7, Type: "scored", Data: json.RawMessage(`{"a":1}`)}, "id: 7\nevent: scored\ndata: {\"a\":1}\n\n"},
		{"lines", events.Event{ID: 8, Type: "x", Data: json.RawMessage("{\n\"a\":1}\r\n")}, "id: 8\nevent: x\ndata: {\ndata: \"a\":1}\n\n"},
		{"lone carriage return", events.Event{Type: "x", Data: json.RawMessage("[1,\r2]")}, "id: 0\nevent: x\ndata: [1, 2]\n\n"},
		{"no data", events.Event{ID: 9, Type: events.Reload}, "id: 9\nevent: reload\ndata: null\n\n"},
		{"type cannot end its field", events.Event{Type: "a\ndata: evil\r"}, "id: 0\nevent: a data: evil \ndata: null\n\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, string(c.event.AppendSSE(nil)))
		})
	}
}
