package web

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
)

// Event is one message of the event stream. Data holds no line break.
type Event struct {
	ID   string
	Name string
	Data string
}

// Events delivers what was published under topics. The channel is closed when
// ctx ends or the reader is too slow; a browser then connects again with the
// id of the last event that it saw, and delivery goes on after it.
type Events interface {
	Subscribe(ctx context.Context, caller *Principal, topics []string, after string) (<-chan Event, error)
}

// maxTopics bounds what one stream listens to.
const maxTopics = 16

// streamEvents serves server-sent events until the reader leaves, the
// subscription ends or the server stops. fasthttp tells nobody that a client
// left: the heartbeat's failing write does.
func (a *App) streamEvents(c *fiber.Ctx) error {
	topics := splitTopics(c.Query("topics"))
	if len(topics) == 0 || len(topics) > maxTopics {
		return errs.Field("topics", "Name between 1 and %d topics, separated by commas.", maxTopics)
	}
	if a.services.Events == nil {
		return errs.New(errs.Unavailable, "Live updates are not available.")
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.UserContext()))
	source, err := a.services.Events.Subscribe(ctx, Caller(c), topics, c.Get("Last-Event-ID"))
	if err != nil {
		cancel()
		return err
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no") // nginx would hold events back
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer cancel()
		a.metrics.streams.Inc()
		defer a.metrics.streams.Dec()
		a.pump(w, source)
	})
	return nil
}

func splitTopics(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// pump writes events and heartbeats until a write fails or the source ends.
func (a *App) pump(w *bufio.Writer, source <-chan Event) {
	beat := time.NewTicker(a.cfg.Heartbeat)
	defer beat.Stop()
	next := Event{Name: "heartbeat", Data: a.stamp()}
	for {
		if writeEvent(w, next) != nil {
			return
		}
		var open bool
		select {
		case <-a.stop:
			return
		case next, open = <-source:
			if !open {
				return
			}
		case <-beat.C:
			next = Event{Name: "heartbeat", Data: a.stamp()}
		}
	}
}

func (a *App) stamp() string { return a.cfg.Now().UTC().Format(time.RFC3339) }

// writeEvent writes one event and flushes it.
func writeEvent(w *bufio.Writer, e Event) error {
	if e.ID != "" {
		fmt.Fprintf(w, "id: %s\n", e.ID)
	}
	fmt.Fprintf(w, "event: %s\ndata: %s\n\n", e.Name, e.Data)
	return w.Flush()
}
