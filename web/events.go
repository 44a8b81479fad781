package web

import (
	"bufio"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/platform/events"
)

const (
	// maxTopics bounds what one stream listens to.
	maxTopics = 16
	// recheckTimeout bounds the question whether a reader may still follow.
	recheckTimeout = 10 * time.Second
)

// streamEvents serves server-sent events until the reader leaves, may no longer
// follow its topics, or the server stops. fasthttp tells nobody that a client
// left: the heartbeat's failing write does.
func (a *App) streamEvents(c *fiber.Ctx) error {
	topics := splitTopics(c.Query("topics"))
	if len(topics) == 0 || len(topics) > maxTopics {
		return errs.Field("topics", "Name between 1 and %d topics, separated by commas.", maxTopics)
	}
	if a.services.Events == nil {
		return errs.New(errs.Unavailable, "Live updates are not available.")
	}
	if err := a.mayFollow(c.UserContext(), Caller(c), topics); err != nil {
		return err
	}
	from := a.credentialOf(c)
	// An id that is not ours starts with the next event, like none.
	last, _ := strconv.ParseUint(c.Get("Last-Event-ID"), 10, 64)
	subscription := a.services.Events.Subscribe(last, topics...)
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no") // nginx would hold events back
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer subscription.Close()
		a.metrics.streams.Inc()
		defer a.metrics.streams.Dec()
		a.pump(w, subscription.Events(), func() bool { return a.mayGoOn(from, topics) })
	})
	return nil
}

func splitTopics(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// mayFollow decides who may see which topic: a challenge's is public as its board
// is, a submission's and a team's are for the team, that of all runs for
// organisers. What one may not see does not exist.
func (a *App) mayFollow(ctx context.Context, by accounts.Principal, topics []string) error {
	for _, topic := range topics {
		kind, id, _ := strings.Cut(topic, "/")
		var err error
		switch {
		case kind == "challenge" && id != "":
		case kind == "team" && by.Allows(accounts.ScopeSubmissionsRead) && (by.InTeam(id) || by.CanOrganise()):
		case kind == "submission" && by.Allows(accounts.ScopeSubmissionsRead):
			_, err = a.services.Scoring.View(ctx, by, id)
		case topic == events.TopicRuns && by.CanOrganise():
		case !by.SignedIn():
			err = errs.New(errs.Unauthorized, "Sign in to follow %q.", topic)
		default:
			err = errs.New(errs.NotFound, "There is no topic %q.", topic)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mayGoOn asks mayFollow again, for a session or token as it is by now. A reader
// who was told to go comes back with a new request if the refusal was a fault.
func (a *App) mayGoOn(from credential, topics []string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), recheckTimeout)
	defer cancel()
	by, err := a.principal(ctx, from)
	return err == nil && a.mayFollow(ctx, by, topics) == nil
}

// pump writes events and heartbeats until a write fails, the source ends, or the
// reader may not go on.
func (a *App) pump(w *bufio.Writer, source <-chan events.Event, mayGoOn func() bool) {
	beat, recheck := time.NewTicker(a.cfg.Heartbeat), time.NewTicker(a.cfg.Recheck)
	defer beat.Stop()
	defer recheck.Stop()
	next := a.heartbeat()
	for {
		if _, err := w.Write(next); err != nil || w.Flush() != nil {
			return
		}
		next = nil
		select {
		case <-a.stop:
			return
		case event, open := <-source:
			if !open {
				return
			}
			next = event.AppendSSE(nil)
		case <-recheck.C:
			if !mayGoOn() {
				return
			}
		case <-beat.C:
			next = a.heartbeat()
		}
	}
}

// heartbeat has no id, so that a reader who comes back goes on after the last
// true event.
func (a *App) heartbeat() []byte {
	stamp, _ := json.Marshal(a.cfg.Now().UTC()) // a time of this era always encodes
	return []byte("event: heartbeat\ndata: " + string(stamp) + "\n\n")
}
