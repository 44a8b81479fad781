package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/web"
	"incubator/web/pages"
	"incubator/web/webtest"
)

// newApp starts an application whose log is in the buffer that it returns.
func newApp(t *testing.T, cfg web.Config, more ...web.Route) (*site, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	people := webtest.NewPeople(t, dbtest.New(t), nil)
	app, err := web.New(cfg, web.Services{Accounts: people.Accounts}, more...)
	require.NoError(t, err)
	return &site{app, people}, &log
}

// site is an application with real accounts.
type site struct {
	*web.App
	*webtest.People
}

// cookie and bearer return the header of the user with the role.
func (s *site) cookie(role accounts.Role) string { return "session=" + s.Sessions[role] }
func (s *site) bearer(role accounts.Role, scope accounts.Scope) string {
	return "Bearer " + s.Tokens[role][scope]
}

// call sends a request with headers given as pairs and returns answer and body.
func call(t *testing.T, app interface{ Fiber() *fiber.App }, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := app.Fiber().Test(req, 10_000)
	require.NoError(t, err)
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(raw)
}

func route(method, path string, kind web.Kind, handler fiber.Handler, roles ...accounts.Role) web.Route {
	return web.Route{Method: method, Path: path, Kind: kind, Roles: roles, Operation: method + path, Handler: handler}
}

func ok(c *fiber.Ctx) error { return c.SendString("done") }

func TestTheTableIsCheckedAtStart(t *testing.T) {
	for name, r := range map[string]web.Route{
		"no role":     {Method: "GET", Path: "/x", Operation: "x", Handler: ok},
		"no handler":  {Method: "GET", Path: "/x", Operation: "x", Roles: []accounts.Role{web.Anyone}},
		"no template": {Method: "GET", Path: "/x", Operation: "x", Handler: ok, Roles: []accounts.Role{web.Anyone}, Template: "nowhere"},
		"twice":       {Method: "GET", Path: "/healthz", Operation: "x", Handler: ok, Roles: []accounts.Role{web.Anyone}},
	} {
		_, err := web.New(web.Config{}, web.Services{}, r)
		require.Error(t, err, name)
	}
	_, err := web.New(web.Config{Secret: []byte("short")}, web.Services{})
	require.ErrorContains(t, err, "32 bytes")
}

func TestOnlyTheRolesOfTheTableMayCall(t *testing.T) {
	me := route("GET", "/api/me", web.KindAPI, ok, web.SignedIn)
	me.Scope = web.AnyScope
	mine := route("GET", "/api/mine", web.KindAPI, ok, web.SignedIn)
	mine.Scope = accounts.ScopeSubmissionsRead
	app, _ := newApp(t, web.Config{}, route("GET", "/admin", web.KindPage, ok, accounts.Administrator), me, mine,
		route("GET", "/api/session", web.KindAPI, ok, web.SignedIn), route("GET", "/api/open", web.KindAPI, ok, web.Anyone))
	for _, role := range accounts.Roles() {
		res, _ := call(t, app, "GET", "/admin", "", "Cookie", app.cookie(role))
		want := http.StatusForbidden
		if role == accounts.Administrator {
			want = http.StatusOK
		}
		require.Equal(t, want, res.StatusCode, role)
		for path, want := range map[string]int{"/api/me": 200, "/api/mine": 403, "/api/session": 403, "/api/open": 200, "/admin": 403} {
			res, _ = call(t, app, "GET", path, "", "Authorization", app.bearer(role, accounts.ScopeChallengesRead))
			require.Equal(t, want, res.StatusCode, "%s %s", role, path)
		}
		res, _ = call(t, app, "GET", "/api/mine", "", "Authorization", app.bearer(role, accounts.ScopeSubmissionsRead))
		require.Equal(t, http.StatusOK, res.StatusCode, role)
	}
	res, _ := call(t, app, "GET", "/admin?a=1", "")
	require.Equal(t, http.StatusSeeOther, res.StatusCode)
	require.Equal(t, "/sign-in?next=%2Fadmin%3Fa%3D1", res.Header.Get("Location"))
	res, _ = call(t, app, "GET", "/api/me", "")
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	require.NotEmpty(t, res.Header.Get("WWW-Authenticate"))
	res, _ = call(t, app, "GET", "/healthz", "", "Authorization", "Bearer nonsense")
	require.Equal(t, http.StatusOK, res.StatusCode, "probes read no session")
}

func TestErrorsNeverShowTheirCause(t *testing.T) {
	fails := map[string]error{
		"/wrapped": errs.Wrap(errors.New("secret dsn"), errs.Internal, ""),
		"/plain":   errors.New("secret dsn"),
		"/busy":    &errs.Error{Code: errs.TooMany, Message: "Too fast.", RetryAfter: 1500 * time.Millisecond},
		"/field":   errs.Field("email", "This is no address."),
	}
	var table []web.Route
	for path, err := range fails {
		table = append(table, route("GET", "/api"+path, web.KindAPI, func(*fiber.Ctx) error { return err }, web.Anyone), route("GET", path, web.KindPage, func(*fiber.Ctx) error { return err }, web.Anyone))
	}
	table = append(table, route("GET", "/api/panic", web.KindAPI, func(*fiber.Ctx) error { panic("secret dsn") }, web.Anyone))
	app, log := newApp(t, web.Config{}, table...)
	for path, want := range map[string]int{"/wrapped": 500, "/plain": 500, "/busy": 429, "/field": 422, "/panic": 500, "/none": 404} {
		res, body := call(t, app, "GET", "/api"+path, "")
		require.Equal(t, want, res.StatusCode, path)
		require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"), path)
		require.NotContains(t, body, "secret")
		var p web.Problem
		require.NoError(t, json.Unmarshal([]byte(body), &p))
		require.Equal(t, res.Header.Get("X-Request-Id"), p.RequestID)
		require.Equal(t, want, p.Status)
		if want == 500 {
			require.Contains(t, log.String(), p.RequestID)
			require.Contains(t, log.String(), "secret dsn")
		}
	}
	res, _ := call(t, app, "GET", "/api/busy", "")
	require.Equal(t, "2", res.Header.Get("Retry-After"))
	res, body := call(t, app, "GET", "/plain", "")
	require.Contains(t, res.Header.Get("Content-Type"), "text/html")
	require.Contains(t, body, res.Header.Get("X-Request-Id"))
	require.NotContains(t, body, "secret")
}

func TestHeadersNarrowTheBrowser(t *testing.T) {
	app, _ := newApp(t, web.Config{PublicURL: "https://incubator.example", SecureCookies: true})
	res, _ := call(t, app, "GET", "/none", "")
	csp := res.Header.Get("Content-Security-Policy")
	require.Contains(t, csp, "frame-ancestors 'none'")
	require.NotContains(t, csp, "unsafe")
	for _, name := range []string{"Cross-Origin-Opener-Policy", "Referrer-Policy", "X-Content-Type-Options", "Strict-Transport-Security"} {
		require.NotEmpty(t, res.Header.Get(name), name)
	}
}

var tokenInPage = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func TestFormsFromElsewhereAreRefused(t *testing.T) {
	var app *site
	form := func(c *fiber.Ctx) error {
		p := pages.SignInPage{Frame: app.Frame(c)}
		p.Form.CSRF = app.FormToken(c)
		return app.Render(c, "sign_in", p)
	}
	app, _ = newApp(t, web.Config{}, route("GET", "/form", web.KindPage, form, web.Anyone), route("POST", "/form", web.KindPage, ok, web.Anyone))
	res, page := call(t, app, "GET", "/form", "", "Cookie", app.cookie(accounts.Partner))
	require.Equal(t, http.StatusOK, res.StatusCode)
	token := tokenInPage.FindStringSubmatch(page)[1]
	post := func(body string, headers ...string) int {
		res, _ := call(t, app, "POST", "/form", body, headers...)
		return res.StatusCode
	}
	require.Equal(t, 200, post("csrf="+token, "Cookie", app.cookie(accounts.Partner), "Sec-Fetch-Site", "same-origin"))
	require.Equal(t, 200, post("csrf="+token, "Cookie", app.cookie(accounts.Partner), "Origin", "http://example.com"))
	require.Equal(t, 200, post("x=1", "Authorization", app.bearer(accounts.Partner, accounts.ScopeChallengesRead)))
	require.Equal(t, 403, post("csrf="+token, "Cookie", app.cookie(accounts.Partner), "Sec-Fetch-Site", "cross-site"))
	require.Equal(t, 403, post("csrf="+token, "Cookie", app.cookie(accounts.Partner), "Sec-Fetch-Site", "same-site"))
	require.Equal(t, 403, post("csrf="+token, "Cookie", app.cookie(accounts.Partner), "Origin", "http://evil.example"))
	require.Equal(t, 403, post("csrf="+token, "Cookie", app.cookie(accounts.Observer)), "a token is bound to its session")
	require.Equal(t, 403, post("x=1", "Cookie", app.cookie(accounts.Partner), "Sec-Fetch-Site", "same-origin"))
	require.Equal(t, 403, post("csrf=AAAA", "Cookie", app.cookie(accounts.Partner)))

	res, page = call(t, app, "GET", "/form", "")
	visit := res.Cookies()[0]
	require.True(t, visit.HttpOnly)
	token = tokenInPage.FindStringSubmatch(page)[1]
	require.Equal(t, 200, post("csrf="+token, "Cookie", visit.Name+"="+visit.Value))
	require.Equal(t, 403, post("csrf="+token))
}

func TestBodiesAreLimitedByRoute(t *testing.T) {
	echo := func(c *fiber.Ctx) error { return c.SendString(string(rune('0' + len(c.Body())/10_000))) }
	big := route("POST", "/api/big", web.KindAPI, echo, web.Anyone)
	big.BodyLimit, big.NoToken = 40_000, true
	small := route("POST", "/api/small", web.KindAPI, echo, web.Anyone)
	small.NoToken = true
	app, _ := newApp(t, web.Config{BodyLimit: 100}, big, small)
	for _, c := range []struct {
		path string
		size int
		want int
	}{{"/api/big", 40_000, 200}, {"/api/big", 40_001, 413}, {"/api/small", 100, 200}, {"/api/small", 101, 413}} {
		res, _ := call(t, app, "POST", c.path, strings.Repeat("x", c.size))
		require.Equal(t, c.want, res.StatusCode, "%s %d", c.path, c.size)
		// The same without a length: the limit must hold while reading.
		req := httptest.NewRequest("POST", c.path, io.MultiReader(strings.NewReader(strings.Repeat("x", c.size))))
		req.ContentLength, req.TransferEncoding = -1, []string{"chunked"}
		res, err := app.Fiber().Test(req, 10_000)
		require.NoError(t, err)
		require.Equal(t, c.want, res.StatusCode, "chunked %s %d", c.path, c.size)
	}
}

func TestWorkHasADeadline(t *testing.T) {
	slow := func(c *fiber.Ctx) error {
		<-c.UserContext().Done()
		return errs.Wrap(c.UserContext().Err(), errs.Unavailable, "This takes too long.")
	}
	app, _ := newApp(t, web.Config{Timeout: 5 * time.Millisecond}, route("GET", "/api/slow", web.KindAPI, slow, web.Anyone))
	res, _ := call(t, app, "GET", "/api/slow", "")
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
}

func TestErrorPagesKnowWhoseTheyAre(t *testing.T) {
	late := func(c *fiber.Ctx) error {
		<-c.UserContext().Done()
		return errs.Wrap(c.UserContext().Err(), errs.Unavailable, "This takes too long.")
	}
	missing := func(*fiber.Ctx) error { return errs.New(errs.NotFound, "There is none.") }
	table := []web.Route{route("GET", "/missing", web.KindPage, missing, web.SignedIn)}
	app, log := newApp(t, web.Config{}, table...)
	hurried, hurriedLog := newApp(t, web.Config{Timeout: time.Second}, route("GET", "/late", web.KindPage, late, web.SignedIn))
	for path, of := range map[string]*site{"/missing": app, "/late": hurried} {
		in, err := of.Accounts.SignUp(context.Background(), accounts.NewUser{Email: "nils@kestrel.example", Name: "Nils Aas", Password: webtest.Password,
			Organization: &accounts.NewOrganization{Name: "Kestrel Labs", Kind: accounts.SME}}, "", accounts.Client{IP: "192.0.2.8"})
		require.NoError(t, err)
		_, body := call(t, of, "GET", path, "", "Cookie", "session="+in.Token)
		require.Contains(t, body, "Kestrel Labs", path)
	}
	require.NotContains(t, log.String()+hurriedLog.String(), "level=WARN")
}

func TestALongPathFillsNoLog(t *testing.T) {
	app, log := newApp(t, web.Config{})
	call(t, app, "GET", "/"+strings.Repeat("a", 5000), "")
	require.Contains(t, log.String(), "/aaaa")
	require.Less(t, log.Len(), 1000)
}

func TestHeadAnswersAsGetDoes(t *testing.T) {
	app, _ := newApp(t, web.Config{})
	for _, path := range []string{"/healthz", "/readyz"} {
		res, body := call(t, app, "HEAD", path, "")
		require.Equal(t, 200, res.StatusCode, path)
		require.Empty(t, body, path)
	}
}
