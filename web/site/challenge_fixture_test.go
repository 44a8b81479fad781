package site_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/events"
	"incubator/platform/markdown"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/site"
	"incubator/web/webtest"
)

const challengePage = "/challenges/drifting-fleet"

// challengeSite is the whole application with one challenge and two teams:
// Kestrel of the participant, Osprey of somebody else.
type challengeSite struct {
	*peopleSite
	platform *webtest.Platform
	kestrel  accounts.Team
	osprey   accounts.Team
	rival    *browser
}

func newChallengeSite(t *testing.T) *challengeSite {
	t.Helper()
	p, quiet := webtest.NewPlatform(t), slog.New(slog.DiscardHandler)
	pages := site.New(site.Services{
		Accounts: p.Accounts, Audit: p.Audit, Events: p.Events, Files: p.Files, Jobs: p.Jobs, Sandboxes: p.Sandboxes,
		Scenarios: p.Scenarios, Scoring: p.Scoring, Markdown: markdown.New(markdown.Options{HeadingOffset: 1}),
		MaxUpload: 1 << 30, PublicURL: "http://example.com", Log: quiet, Now: time.Now,
	})
	app, err := web.New(web.Config{Log: quiet}, web.Services{Accounts: p.Accounts, Events: p.Events, Scenarios: p.Scenarios, Scoring: p.Scoring}, pages.Routes()...)
	require.NoError(t, err)
	pages.Bind(app)
	s := &challengeSite{platform: p, peopleSite: &peopleSite{App: app, People: p.People, t: t, db: p.DB, audit: p.Audit}}
	s.kestrel, err = p.Accounts.FoundTeam(t.Context(), p.Users[accounts.Participant], accounts.NewTeam{Name: "Kestrel"})
	require.NoError(t, err)
	rival, session := p.Add(t, "rival@example.org", "Jon Berg", accounts.Participant)
	s.osprey, err = p.Accounts.FoundTeam(t.Context(), rival, accounts.NewTeam{Name: "Osprey"})
	require.NoError(t, err)
	s.rival = s.browser()
	s.rival.cookies["session"] = session
	return s
}

// field is one part of a form with a file; a part with a file name is the file.
type field struct{ name, value, file string }

// form encodes the parts in their order.
func form(t testing.TB, fields ...field) (body *bytes.Buffer, kind string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, f := range fields {
		var part io.Writer
		var err error
		if f.file != "" {
			part, err = w.CreateFormFile(f.name, f.file)
		} else {
			part, err = w.CreateFormField(f.name)
		}
		require.NoError(t, err)
		_, err = io.WriteString(part, f.value)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return body, w.FormDataContentType()
}

// upload sends parts as they are.
func (b *browser) upload(path string, fields ...field) answer {
	b.site.t.Helper()
	body, kind := form(b.site.t, fields...)
	req := httptest.NewRequest(http.MethodPost, path, body)
	req.Header.Set("Content-Type", kind)
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := b.site.Fiber().Test(req, 20_000)
	require.NoError(b.site.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(b.site.t, err)
	b.store(res.Cookies())
	return answer{t: b.site.t, Status: res.StatusCode, To: res.Header.Get("Location"), Header: res.Header, Body: string(raw)}
}

// handIn fills the submit form of the open phase as its page offers it.
func (b *browser) handIn(team accounts.Team, kind, name, file, content string) answer {
	b.site.t.Helper()
	b.get(challengePage + "/submit?phase=open").status(http.StatusOK)
	return b.upload(challengePage+"/submit?phase=open", field{name: "csrf", value: b.token}, field{name: "kind", value: kind},
		field{name: "team", value: team.ID}, field{name: "name", value: name}, field{name: "file", value: content, file: file})
}

// submitted hands predictions in and returns the path of the submission.
func (s *challengeSite) submitted(b *browser, team accounts.Team, content string) string {
	s.t.Helper()
	a := b.handIn(team, "results", "first try", "predictions.csv", content)
	require.Equal(s.t, http.StatusSeeOther, a.Status, text(a.Body))
	return a.To
}

// scored runs what waits and returns when the board has changed n times.
func (s *challengeSite) scored(n int, act func()) {
	s.t.Helper()
	heard := s.platform.Events.Subscribe(0, events.ChallengeTopic(s.platform.Challenge.ID))
	defer heard.Close()
	act()
	for range n {
		select {
		case <-heard.Events():
		case <-time.After(20 * time.Second):
			require.Fail(s.t, "the board did not change")
		}
	}
}

func (s *challengeSite) phase(name string) scenarios.Phase {
	s.t.Helper()
	phase, ok := s.platform.Challenge.Phase(name)
	require.True(s.t, ok)
	return phase
}

// board is the board of the open phase as an organiser sees it.
func (s *challengeSite) board() *scoring.CachedBoard {
	s.t.Helper()
	board, err := s.platform.Scoring.Board(context.Background(), s.Users[accounts.Organiser], s.phase("open"))
	require.NoError(s.t, err)
	return board
}
