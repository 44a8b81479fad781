package webtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web"
)

// caller is one way to come to a route.
type caller struct {
	name          string
	role          accounts.Role  // "" for nobody
	scope         accounts.Scope // "" for a session
	header, value string
}

// callers lists nobody, every role with a session, and every role with a token of
// each scope.
func (p *People) callers() []caller {
	out := []caller{{name: "nobody"}}
	for _, role := range accounts.Roles() {
		out = append(out, caller{string(role), role, "", "Cookie", "session=" + p.Sessions[role]})
		for scope, token := range p.Tokens[role] {
			out = append(out, caller{fmt.Sprintf("%s with a token for %s", role, scope), role, scope, "Authorization", "Bearer " + token})
		}
	}
	return out
}

// may is the rule of the route table, written down a second time.
func (c caller) may(r web.Route) bool {
	if r.Kind == web.KindStatic || slices.Contains(r.Roles, web.Anyone) {
		return true
	}
	if c.role == "" {
		return false
	}
	if c.scope != "" && r.Scope != web.AnyScope && c.scope != accounts.ScopeAdmin && c.scope != r.Scope {
		return false
	}
	if c.scope != "" && r.Scope == "" {
		return false
	}
	if slices.Contains(r.Roles, web.SignedIn) {
		return true
	}
	powerful := c.role == accounts.Administrator || c.role == accounts.Organiser
	return slices.Contains(r.Roles, c.role) && (!powerful || c.scope == "" || c.scope == accounts.ScopeAdmin)
}

var parameter = regexp.MustCompile(`[:*][a-z_]*`)

// refusals are the words of the guards. What a handler refuses has others.
var refusals = []string{"Sign in to do this.", "Your account may not do this.", "This API token lacks the scope",
	"This is not open to API tokens."}

// CheckRoutes tries every route of the application as every role, with tokens of
// each scope and as nobody, and compares who gets past the guards with the table.
// Requests name things that do not exist, so that none has an effect.
func CheckRoutes(t *testing.T, app *web.App, people *People) {
	t.Helper()
	callers := people.callers()
	for _, r := range app.Table() {
		path := parameter.ReplaceAllString(r.Path, "none")
		for _, c := range callers {
			req := httptest.NewRequest(r.Method, path, strings.NewReader(""))
			if c.header != "" {
				req.Header.Set(c.header, c.value)
			}
			res, err := app.Fiber().Test(req, int(time.Minute/time.Millisecond))
			require.NoError(t, err, "%s %s", r.Method, path)
			if got, want := passed(t, r, res), c.may(r); got != want {
				t.Errorf("%s %s as %s: passed %v, want %v (%s)", r.Method, r.Path, c.name, got, want, res.Status)
			}
			require.NoError(t, res.Body.Close())
		}
	}
}

func passed(t *testing.T, r web.Route, res *http.Response) bool {
	t.Helper()
	if res.StatusCode == http.StatusSeeOther && strings.HasPrefix(res.Header.Get("Location"), "/sign-in?next=") {
		return false
	}
	if res.StatusCode != http.StatusUnauthorized && res.StatusCode != http.StatusForbidden {
		return true
	}
	text := ""
	if r.Kind == web.KindPage {
		text = read(t, res)
	} else {
		var p web.Problem
		require.NoError(t, json.Unmarshal([]byte(read(t, res)), &p))
		text = p.Detail
	}
	return !slices.ContainsFunc(refusals, func(words string) bool { return strings.Contains(text, words) })
}

func read(t *testing.T, res *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(data)
}

// Table writes the route table as text, one line a route, for a golden file.
func Table(app *web.App) string {
	var lines []string
	for _, r := range app.Table() {
		scope := string(r.Scope)
		if scope == "" {
			scope = "-"
		}
		var roles []string
		for _, role := range r.Roles {
			roles = append(roles, string(role))
		}
		lines = append(lines, fmt.Sprintf("%-6s %-58s %-24s %s", r.Method, r.Path, strings.Join(roles, ","), scope))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}
