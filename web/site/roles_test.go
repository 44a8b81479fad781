package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web"
)

// Who reaches which page about people: g guest, p participant, o organiser,
// a administrator. Everybody else is sent to sign in or refused. For a form, to
// reach it is to get past the roles and fail or work only by what was sent.
var reach = map[string]string{
	"GET /sign-in": "gpoa", "POST /sign-in": "gpoa", "POST /sign-out": "gpoa", "GET /sign-up": "gpoa", "POST /sign-up": "gpoa",
	"GET /setup": "gpoa", "POST /setup": "gpoa", "GET /join": "gpoa", "POST /join": "poa",
	"GET /account": "poa", "POST /account": "poa", "GET /account/password": "poa", "POST /account/password": "poa",
	"GET /account/sessions": "poa", "POST /account/sessions/end-others": "poa", "POST /account/sessions/:session/end": "poa",
	"GET /account/tokens": "poa", "POST /account/tokens": "poa", "POST /account/tokens/:token/revoke": "poa",
	"GET /team": "poa", "POST /teams": "poa", "GET /teams/:team": "gpoa", "POST /teams/:team/rename": "poa",
	"POST /teams/:team/invitations": "poa", "POST /teams/:team/invitations/:invitation/revoke": "poa",
	"POST /teams/:team/members/:user/remove": "poa", "POST /teams/:team/members/:user/captain": "poa", "POST /teams/:team/leave": "poa",
	"GET /organization": "poa", "GET /organization/:organization": "gpoa", "POST /organization/:organization": "oa",
	"GET /admin/organizations": "oa", "POST /admin/organizations": "oa", "GET /admin/users": "oa", "GET /admin/users/:user": "oa",
	"POST /admin/users/:user/roles": "a", "POST /admin/users/:user/password": "a", "POST /admin/users/:user/disable": "a",
	"POST /admin/users/:user/enable": "a", "POST /admin/invitations": "oa", "POST /admin/invitations/:invitation/revoke": "oa",
	"GET /admin/audit": "a", "POST /admin/audit/verify": "a",
}

var peoplePaths = []string{"/sign-", "/setup", "/join", "/account", "/team", "/organization", "/admin/"}

func isPeoplePath(path string) bool {
	for _, prefix := range peoplePaths {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

func TestEveryRouteOfPeopleForEveryRole(t *testing.T) {
	s := newPeopleSite(t)
	seen := map[string]bool{}
	for _, r := range s.Table() {
		if !isPeoplePath(r.Path) {
			continue
		}
		key := r.Method + " " + r.Path
		seen[key] = true
		require.Contains(t, reach, key, "a new route needs its line in the table")
		for letter, role := range map[string]accounts.Role{"g": web.Anyone, "p": accounts.Participant, "o": accounts.Organiser, "a": accounts.Administrator} {
			s.checkReach(r, letter, role, strings.Contains(reach[key], letter))
		}
	}
	for key := range reach {
		require.True(t, seen[key], "%s is in this table only", key)
	}
}

// checkReach sends a request without a form token: who may reach a form is refused
// for the token, which nobody else even gets to.
func (s *peopleSite) checkReach(r web.Route, letter string, role accounts.Role, may bool) {
	s.t.Helper()
	b := s.browser()
	if letter != "g" {
		b = s.as(role)
	}
	path := strings.NewReplacer(":team", "none", ":user", "none", ":organization", "none", ":session", "none", ":token", "none", ":invitation", "none").Replace(r.Path)
	a := b.send(r.Method, path, url.Values{})
	about := r.Method + " " + path + " by " + string(role)
	switch {
	case may && r.Method == http.MethodPost:
		require.Equal(s.t, 403, a.Status, about)
		require.Contains(s.t, a.Body, "The form is too old or not from this site.", about)
	case may:
		require.Contains(s.t, []int{200, 303, 404}, a.Status, about)
		require.NotContains(s.t, a.To, "/sign-in?next=", about)
	case letter == "g" && r.Method == http.MethodGet:
		require.Equal(s.t, "/sign-in?next="+url.QueryEscape(path), a.To, about)
	case letter == "g":
		require.Equal(s.t, 401, a.Status, about)
	default:
		require.Equal(s.t, 403, a.Status, about)
		require.Contains(s.t, a.Body, "Your account may not do this.", about)
	}
}

// No page about people is open to an API token: a leaked one must not change who
// may do what.
func TestPagesTakeNoTokens(t *testing.T) {
	s := newPeopleSite(t)
	for _, r := range s.Table() {
		if isPeoplePath(r.Path) {
			require.Empty(t, r.Scope, r.Path)
		}
	}
}
