package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/db/dbtest"
	"incubator/platform/events"
	"incubator/web"
	"incubator/web/webtest"
)

// stream is an application on a loopback port whose event streams the test reads.
type stream struct {
	*site
	bus  *events.Bus
	base string
}

func newStream(t *testing.T, cfg web.Config) *stream {
	t.Helper()
	cfg.Log = slog.New(slog.DiscardHandler)
	bus := events.New(events.Options{})
	people := webtest.NewPeople(t, dbtest.New(t), nil)
	app, err := web.New(cfg, web.Services{Accounts: people.Accounts, Events: bus})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- app.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		http.DefaultClient.CloseIdleConnections()
		require.NoError(t, app.Shutdown(ctx))
		require.NoError(t, <-served)
	})
	return &stream{&site{app, people}, bus, "http://" + l.Addr().String()}
}

// open follows the topics; the answer's body is closed with the test.
func (s *stream) open(t *testing.T, topics string, headers ...string) (*http.Response, *bufio.Scanner) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.base+"/api/v1/events?topics="+topics, nil)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { res.Body.Close() })
	return res, bufio.NewScanner(res.Body)
}

func until(t *testing.T, lines *bufio.Scanner, want string) {
	t.Helper()
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), want) {
			return
		}
	}
	require.Fail(t, "the stream ended before "+want)
}

func untilEnd(t *testing.T, lines *bufio.Scanner) {
	t.Helper()
	for lines.Scan() {
	}
	require.NoError(t, lines.Err())
}

func (s *stream) publish(topic, kind string) uint64 {
	return s.bus.Publish(events.Event{Topic: topic, Type: kind, Data: json.RawMessage(`{"phase_id":"p"}`)})
}

func TestEventsResumeBeatAndEnd(t *testing.T) {
	s := newStream(t, web.Config{Heartbeat: 10 * time.Millisecond})
	first := s.publish("challenge/a", "seen")
	s.publish("challenge/a", "missed")
	s.publish("challenge/b", "elsewhere")
	res, lines := s.open(t, "challenge/a,challenge/c", "Last-Event-ID", strings.TrimSpace(string(must(json.Marshal(first)))))
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	until(t, lines, "event: heartbeat")
	until(t, lines, "event: missed")
	until(t, lines, `data: {"phase_id":"p"}`)
	until(t, lines, "event: heartbeat")
	until(t, lines, "event: heartbeat")
	s.publish("challenge/c", "board")
	until(t, lines, "id: ")
	until(t, lines, "event: board")
	s.bus.Close()
	untilEnd(t, lines)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAStreamEndsWithTheServer(t *testing.T) {
	s := newStream(t, web.Config{})
	_, lines := s.open(t, "challenge/a")
	until(t, lines, "event: heartbeat")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.Shutdown(ctx) }()
	untilEnd(t, lines)
	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, <-done)
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	s := newStream(t, web.Config{Recheck: 10 * time.Millisecond, Heartbeat: 5 * time.Millisecond})
	_, lines := s.open(t, "runs", "Cookie", s.cookie(accounts.Organiser))
	until(t, lines, "event: heartbeat")
	organiser := s.Users[accounts.Organiser]
	require.NoError(t, s.Accounts.RevokeSession(t.Context(), organiser, organiser.SessionID))
	untilEnd(t, lines)
}

func TestWhoMayFollowWhat(t *testing.T) {
	s := newStream(t, web.Config{})
	captain := s.Users[accounts.Participant]
	team, err := s.Accounts.FoundTeam(t.Context(), captain, accounts.NewTeam{Name: "Kestrel"})
	require.NoError(t, err)
	mine := "team/" + team.ID
	for _, c := range []struct {
		topics, header, value string
		want                  int
	}{
		{"", "", "", 422},
		{strings.Repeat("runs,", 17), "", "", 422},
		{"challenge/a", "", "", 200},
		{"challenge/", "", "", 401},
		{"runs", "", "", 401},
		{mine, "", "", 401},
		{"runs", "Cookie", s.cookie(accounts.Participant), 404},
		{"runs", "Cookie", s.cookie(accounts.Organiser), 200},
		{"runs", "Cookie", s.cookie(accounts.Administrator), 200},
		{"runs", "Authorization", s.bearer(accounts.Organiser, accounts.ScopeSubmissionsRead), 404},
		{"runs", "Authorization", s.bearer(accounts.Organiser, accounts.ScopeAdmin), 200},
		{mine, "Cookie", s.cookie(accounts.Participant), 200},
		{mine + ",runs", "Cookie", s.cookie(accounts.Participant), 404},
		{mine, "Cookie", s.cookie(accounts.Partner), 404},
		{mine, "Cookie", s.cookie(accounts.Organiser), 200},
		{mine, "Authorization", s.bearer(accounts.Participant, accounts.ScopeSubmissionsRead), 200},
		{mine, "Authorization", s.bearer(accounts.Participant, accounts.ScopeChallengesRead), 404},
		{"secrets/1", "Cookie", s.cookie(accounts.Administrator), 404},
	} {
		var headers []string
		if c.header != "" {
			headers = []string{c.header, c.value}
		}
		res, _ := s.open(t, c.topics, headers...)
		require.Equal(t, c.want, res.StatusCode, "%s %s", c.topics, c.header)
		res.Body.Close()
	}
}

func TestAStreamNeedsABus(t *testing.T) {
	app, _ := newApp(t, web.Config{})
	res, _ := call(t, app, "GET", "/api/v1/events?topics=a", "")
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
}
