package api_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/idempotency"
	"incubator/web"
	"incubator/web/api"
	"incubator/web/webtest"
)

const (
	challenge = "/api/v1/challenges/drifting-fleet"
	handIn    = challenge + "/phases/open/submissions?kind=results&file_name=predictions.csv"
)

// fixture is the whole application: real router, real services, real database.
type fixture struct {
	*webtest.Platform
	t    testing.TB
	app  *web.App
	team accounts.Team
}

func newFixture(t testing.TB) *fixture { return newConfigured(t, api.Config{}, web.Config{}) }

func newConfigured(t testing.TB, cfg api.Config, site web.Config) *fixture {
	t.Helper()
	p := webtest.NewPlatform(t)
	cfg.Log, site.Log = slog.New(slog.DiscardHandler), slog.New(slog.DiscardHandler)
	a, err := api.New(api.Services{Accounts: p.Accounts, Scenarios: p.Scenarios, Scoring: p.Scoring, Files: p.Files,
		Audit: p.Audit, Idempotency: idempotency.New(p.DB, nil)}, cfg)
	require.NoError(t, err)
	app, err := web.New(site, web.Services{Accounts: p.Accounts, Events: p.Events, Scenarios: p.Scenarios, Scoring: p.Scoring}, a.Routes()...)
	require.NoError(t, err)
	a.Bind(app)
	f := &fixture{Platform: p, t: t, app: app}
	f.team, err = p.Accounts.FoundTeam(t.Context(), p.Users[accounts.Participant], accounts.NewTeam{Name: "Kestrel"})
	require.NoError(t, err)
	return f
}

// reply is an answer whose body was read.
type reply struct {
	*http.Response
	t    testing.TB
	body string
}

// as returns the header that proves the role by a token with the scope.
func (f *fixture) as(role accounts.Role, scope accounts.Scope) string {
	return "Bearer " + f.Tokens[role][scope]
}

// call sends a request; headers come in pairs.
func (f *fixture) call(method, path, body string, headers ...string) reply {
	f.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := f.app.Fiber().Test(req, int(time.Minute/time.Millisecond))
	require.NoError(f.t, err)
	raw, err := io.ReadAll(res.Body)
	require.NoError(f.t, err)
	return reply{res, f.t, string(raw)}
}

// by sends a request as a user with a token of the scope; more headers in pairs.
func (f *fixture) by(role accounts.Role, scope accounts.Scope, method, path, body string, headers ...string) reply {
	f.t.Helper()
	if strings.HasPrefix(body, "{") {
		headers = append(headers, "Content-Type", "application/json")
	}
	return f.call(method, path, body, append(headers, "Authorization", f.as(role, scope))...)
}

func (r reply) status(want int) reply {
	r.t.Helper()
	require.Equal(r.t, want, r.StatusCode, r.body)
	return r
}

// into decodes the body; a field that the type does not know fails the test.
func (r reply) into(v any) {
	r.t.Helper()
	d := json.NewDecoder(strings.NewReader(r.body))
	d.DisallowUnknownFields()
	require.NoError(r.t, d.Decode(v), r.body)
}

// problem checks that the answer is a problem of the status, and returns it.
func (r reply) problem(status int) web.Problem {
	r.t.Helper()
	r.status(status)
	require.Equal(r.t, "application/problem+json", r.Header.Get("Content-Type"))
	var p web.Problem
	r.into(&p)
	require.Equal(r.t, status, p.Status)
	require.NotEmpty(r.t, p.RequestID)
	return p
}
