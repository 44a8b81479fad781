package site_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web/webtest"
)

var (
	endPath    = regexp.MustCompile(`/account/sessions/[^/"]+/end"`)
	revokePath = regexp.MustCompile(`/account/tokens/[^/"]+/revoke`)
)

func TestProfileIsEdited(t *testing.T) {
	s := newPeopleSite(t)
	b := s.as(accounts.Participant)
	b.get("/account").status(200).says("Your account", "participant@example.org")
	a := b.post("/account", "name", "", "organization", "Fjord Data", "kind", "nothing").status(422)
	a.says("Enter a name.", "Choose the kind of the organisation.")
	require.Contains(t, a.Body, `value="Fjord Data"`)
	b.submit("/account", "name", "Ida Nord", "organization", "Fjord Data", "kind", "sme").says("Your profile is saved.", "Ida Nord", "Fjord Data")
	b.get("/account").saysNot("Your profile is saved.")
	u, err := s.Accounts.User(context.Background(), s.Users[accounts.Participant].User.ID)
	require.NoError(t, err)
	require.Equal(t, "Ida Nord", u.Name)
	require.NotEmpty(t, u.OrganizationID)
}

func TestANewPasswordEndsOtherSessions(t *testing.T) {
	s := newPeopleSite(t)
	here, there := s.as(accounts.Participant), s.browser()
	there.get("/sign-in")
	there.post("/sign-in", "email", "participant@example.org", "password", webtest.Password).status(303)
	there.get("/account").status(200).says("Your account")

	here.get("/account/password")
	here.post("/account/password", "current", "wrong", "password", "green-Heron-77").status(422).says("This is not your password.")
	here.post("/account/password", "current", webtest.Password, "password", "short").status(422).says("New password")
	here.get("/account/password")
	there.get("/account").status(200).says("Your account")
	here.submit("/account/password", "current", webtest.Password, "password", "green-Heron-77").says("Every other session has ended.")
	here.get("/account").says("Your account")
	there.get("/account").says("Sign in")
	require.Equal(t, "/sign-in?next=%2Faccount", there.address)
	there.post("/sign-in", "email", "participant@example.org", "password", webtest.Password).status(401)
	require.Equal(t, "/account", there.post("/sign-in", "email", "participant@example.org", "password", "green-Heron-77", "next", "/account").To)
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	s := newPeopleSite(t)
	here := s.as(accounts.Participant)
	here.get("/account/sessions").says("this one").saysNot("End all others")
	var others []*browser
	for range 3 {
		b := s.browser()
		b.get("/sign-in")
		b.post("/sign-in", "email", "participant@example.org", "password", webtest.Password).status(303)
		others = append(others, b)
	}
	page := here.get("/account/sessions").says("Firefox on Linux", "End all others")
	paths := endPath.FindAllString(page.Body, -1)
	require.Len(t, paths, 3, "the one in use has no button")
	here.submit(strings.TrimSuffix(paths[0], `"`)).says("The session has ended.")
	here.post(strings.TrimSuffix(paths[0], `"`)).status(404)
	here.get("/account/sessions")
	here.submit("/account/sessions/end-others").says("2 other sessions have ended.")
	for _, b := range others {
		require.Equal(t, "/sign-in?next=%2Faccount", b.send("GET", "/account", nil).To)
	}
	// Nobody ends a session of somebody else.
	stranger := s.as(accounts.Observer)
	stranger.get("/account")
	stranger.post("/account/sessions/" + s.Users[accounts.Participant].SessionID + "/end").status(404)
	here.get("/account").says("Your account")
}

func TestATokenIsShownOnce(t *testing.T) {
	s := newPeopleSite(t)
	b := s.as(accounts.Evaluator)
	fresh, _ := s.Add(t, "new@example.org", "New", accounts.Participant)
	_ = fresh
	b.get("/account/tokens").saysNot(`value="admin"`)
	a := b.post("/account/tokens", "name", "CI", "life", "30").status(422).says("Choose at least one scope.")
	require.Contains(t, a.Body, `value="CI"`)
	b.post("/account/tokens", "name", "CI", "life", "30", "scopes", "admin").status(422).says("Only administrators and organisers")
	b.post("/account/tokens", "name", "CI", "life", "9999999999", "scopes", "challenges:read").status(422).says("Choose an expiry within a year.")

	made := b.post("/account/tokens", "name", "CI of detector", "life", "30", "scopes", "challenges:read", "scopes", "submissions:write").status(303)
	require.NotContains(t, made.Header.Get("Set-Cookie"), "inc_")
	page := b.get(made.To).says("Copy the token now", "CI of detector")
	secret := regexp.MustCompile(`<code>(inc_[^<]+)</code>`).FindStringSubmatch(page.Body)[1]
	by, err := s.Accounts.AuthenticateToken(context.Background(), secret)
	require.NoError(t, err)
	require.ElementsMatch(t, []accounts.Scope{accounts.ScopeChallengesRead, accounts.ScopeSubmissionsWrite}, by.Scopes)
	b.get("/account/tokens").saysNot(secret, "Copy the token now")

	paths := revokePath.FindAllString(page.Body, -1)
	for _, p := range paths {
		b.submit(p).says("The token is revoked.")
	}
	b.get("/account/tokens").says("No API token yet")
	_, err = s.Accounts.AuthenticateToken(context.Background(), secret)
	require.Error(t, err)
	b.post(paths[0]).status(404)
}

func TestFormsNeedTheirToken(t *testing.T) {
	s := newPeopleSite(t)
	b, other := s.as(accounts.Participant), s.as(accounts.Partner)
	b.get("/account")
	other.get("/account")
	for name, token := range map[string]string{"missing": "", "forged": strings.Repeat("A", 86), "of somebody else": other.token} {
		for _, path := range []string{"/account", "/account/password", "/account/sessions/end-others", "/account/tokens", "/sign-out"} {
			a := b.send("POST", path, url.Values{"csrf": {token}, "name": {"Eve"}})
			require.Equal(t, 403, a.Status, "%s %s", name, path)
		}
	}
	u, err := s.Accounts.User(context.Background(), s.Users[accounts.Participant].User.ID)
	require.NoError(t, err)
	require.Equal(t, "Ida Holm", u.Name)
	guest := s.browser()
	guest.get("/sign-in")
	for _, token := range []string{"", "AAAA", other.token} {
		require.Equal(t, 403, guest.send("POST", "/sign-in", url.Values{"csrf": {token}, "email": {"partner@example.org"}, "password": {webtest.Password}}).Status)
		require.Equal(t, 403, guest.send("POST", "/sign-up", url.Values{"csrf": {token}}).Status)
		require.Equal(t, 403, guest.send("POST", "/setup", url.Values{"csrf": {token}}).Status)
	}
}
