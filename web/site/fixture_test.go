package site_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/events"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/site"
	"incubator/web/webtest"
)

// peopleSite is the application over a real database, with its pages and real accounts.
type peopleSite struct {
	*web.App
	*webtest.People
	t     *testing.T
	db    *db.DB
	audit *audit.Log
}

func newPeopleSite(t *testing.T) *peopleSite {
	t.Helper()
	d := dbtest.New(t)
	return newPeopleSiteOn(t, d, webtest.NewPeople(t, d, nil))
}

func newPeopleSiteOn(t *testing.T, d *db.DB, people *webtest.People) *peopleSite {
	t.Helper()
	log, quiet := audit.New(d), slog.New(slog.DiscardHandler)
	challenges := scenarios.NewService(d, log, time.Now)
	bus := events.New(events.Options{})
	t.Cleanup(bus.Close)
	scores := scoring.NewService(scoring.Dependencies{DB: d, Audit: log, Events: bus, Challenge: challenges, Log: quiet, Now: time.Now})
	pages := site.New(site.Services{
		Accounts: people.Accounts, Audit: log, Events: bus, Scenarios: challenges, Scoring: scores,
		PublicURL: "http://example.com", Log: quiet, Now: time.Now,
	})
	app, err := web.New(web.Config{Log: quiet}, web.Services{Accounts: people.Accounts, Events: bus, Scenarios: challenges, Scoring: scores}, pages.Routes()...)
	require.NoError(t, err)
	pages.Bind(app)
	return &peopleSite{App: app, People: people, t: t, db: d, audit: log}
}

// browser keeps cookies and sends the form token of the page that it saw last.
type browser struct {
	site    *peopleSite
	cookies map[string]string
	token   string
	address string // that the last page was read from, without host
}

func (s *peopleSite) browser() *browser { return &browser{site: s, cookies: map[string]string{}} }

// as returns a browser in which the user with the role is signed in.
func (s *peopleSite) as(role accounts.Role) *browser {
	b := s.browser()
	b.cookies["session"] = s.Sessions[role]
	return b
}

// answer is what came back, redirects not followed.
type answer struct {
	t      *testing.T
	Status int
	To     string // of a redirect
	Header http.Header
	Body   string
}

var formToken = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func (b *browser) send(method, path string, form url.Values) answer {
	b.site.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := b.site.Fiber().Test(req, 20_000)
	require.NoError(b.site.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(b.site.t, err)
	b.store(res.Cookies())
	out := answer{t: b.site.t, Status: res.StatusCode, To: res.Header.Get("Location"), Header: res.Header, Body: string(raw)}
	if found := formToken.FindStringSubmatch(out.Body); found != nil {
		b.token = found[1]
	}
	return out
}

func (b *browser) store(cookies []*http.Cookie) {
	for _, c := range cookies {
		require.True(b.site.t, c.HttpOnly || c.Name == "theme", c.Name)
		if c.Value == "" || (!c.Expires.IsZero() && c.Expires.Before(time.Now())) {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c.Value
	}
}

// get reads a page and follows redirects, as a browser does.
func (b *browser) get(path string) answer {
	b.site.t.Helper()
	for range 5 {
		a := b.send(http.MethodGet, path, nil)
		if a.To == "" {
			b.address = path
			return a
		}
		path = a.To
	}
	require.Fail(b.site.t, "too many redirects", path)
	return answer{}
}

// post sends a form with the token of the last page; fields are pairs.
func (b *browser) post(path string, fields ...string) answer {
	b.site.t.Helper()
	form := url.Values{"csrf": {b.token}}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.send(http.MethodPost, path, form)
}

// submit posts, expects a redirect and reads the page that it leads to.
func (b *browser) submit(path string, fields ...string) answer {
	b.site.t.Helper()
	a := b.post(path, fields...)
	require.Equal(b.site.t, http.StatusSeeOther, a.Status, "%s: %s", path, text(a.Body))
	return b.get(a.To)
}

var tags = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)

// text is what a page says, without markup.
func text(body string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
}

func (a answer) says(words ...string) answer {
	a.t.Helper()
	for _, w := range words {
		require.Contains(a.t, text(a.Body), w)
	}
	return a
}

func (a answer) saysNot(words ...string) answer {
	a.t.Helper()
	for _, w := range words {
		require.NotContains(a.t, a.Body, w)
	}
	return a
}

func (a answer) status(want int) answer {
	a.t.Helper()
	require.Equal(a.t, want, a.Status, text(a.Body))
	return a
}
