package site_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/db/dbtest"
	"incubator/web/webtest"
)

func TestSignUpKeepsWhatWasTypedAndThenSignsIn(t *testing.T) {
	b := newPeopleSite(t).browser()
	b.get("/sign-up").status(200).says("Create an account")
	fields := []string{"name", "Olav Nes", "email", "olav@", "password", "short", "organization", "Fjord Data", "kind", "academic"}
	a := b.post("/sign-up", fields...).status(http.StatusUnprocessableEntity)
	a.says("This is not an e-mail address.", "password")
	require.Contains(t, a.Body, `value="olav@"`)
	require.Contains(t, a.Body, `value="Olav Nes"`)
	require.Contains(t, a.Body, `value="Fjord Data"`)
	require.Contains(t, a.Body, `<option value="academic" selected>`)
	require.Contains(t, a.Body, `<details class="fold" open>`)
	a.saysNot(`value="short"`)
	require.Contains(t, a.Body, `aria-describedby="e-email"`)

	fields[3], fields[5] = "olav@fjord.example", webtest.Password
	a = b.post("/sign-up", append(fields, "next", "/account")...)
	require.Equal(t, "/account", a.To)
	require.NotEmpty(t, b.cookies["session"])
}

func TestSignUpTakesOneOrganisation(t *testing.T) {
	s := newPeopleSite(t)
	one := s.browser()
	one.get("/sign-up")
	one.post("/sign-up", "name", "A", "email", "a@example.net", "password", webtest.Password, "organization", "Fjord Data", "kind", "sme").status(303)
	all, err := s.Accounts.Organizations(context.Background())
	require.NoError(t, err)
	require.Len(t, all, 1)

	two := s.browser()
	require.Contains(t, two.get("/sign-up").Body, `<option value="`+all[0].ID+`">Fjord Data`)
	two.post("/sign-up", "name", "B", "email", "b@example.net", "password", webtest.Password, "organization_id", all[0].ID, "organization", "Other", "kind", "sme").
		status(422).says("not both")
	two.post("/sign-up", "name", "B", "email", "b@example.net", "password", webtest.Password, "organization", "fjord data", "kind", "sme").
		status(http.StatusConflict).says("There is an organisation with this name already")
	two.post("/sign-up", "name", "B", "email", "A@example.net", "password", webtest.Password).
		status(http.StatusConflict).says("There is an account with this e-mail address already")
	two.post("/sign-up", "name", "B", "email", "b@example.net", "password", webtest.Password, "organization_id", all[0].ID).status(303)
}

func TestSignInGoesOnlyToPathsOfThisHost(t *testing.T) {
	s := newPeopleSite(t)
	for next, want := range map[string]string{
		"/account?tab=1": "/account?tab=1", "": "/", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/",
		"javascript:alert(1)": "/", "/\tevil": "/", "evil.example": "/", "/\r\nSet-Cookie: x=1": "/",
	} {
		b := s.browser()
		page := b.get("/sign-in?next=" + url.QueryEscape(next)).status(200)
		page.saysNot("evil.example")
		a := b.post("/sign-in", "email", "participant@example.org", "password", webtest.Password, "next", next)
		require.Equal(t, 303, a.Status)
		require.Equal(t, want, a.To, "next=%q", next)
		// Who is signed in is sent on at once, to the same places only.
		require.Equal(t, want, b.send("GET", "/sign-in?next="+url.QueryEscape(next), nil).To)
		require.Equal(t, want, b.send("GET", "/sign-up?next="+url.QueryEscape(next), nil).To)
	}
}

func TestWrongPasswordsAreSlowedDown(t *testing.T) {
	d := dbtest.New(t)
	people := webtest.NewPeople(t, d, nil)
	now := time.Now()
	limited, err := accounts.New(d, audit.New(d), accounts.Options{
		Now: func() time.Time { return now }, Hash: accounts.HashOptions{Memory: 8, Iterations: 1},
		Limits: accounts.LimitOptions{AccountBurst: 2, AccountInterval: 30 * time.Second}})
	require.NoError(t, err)
	people.Accounts = limited
	b := newPeopleSiteOn(t, d, people).browser()
	b.get("/sign-in")
	for range 2 {
		a := b.post("/sign-in", "email", "partner@example.org", "password", "wrong").status(401)
		a.says("The e-mail address or the password is wrong.")
		require.Contains(t, a.Body, `value="partner@example.org"`)
	}
	a := b.post("/sign-in", "email", "partner@example.org", "password", webtest.Password).status(429)
	a.says("Too many attempts. Try again in 30 s.")
	require.Equal(t, "30", a.Header.Get("Retry-After"))
	now = now.Add(31 * time.Second)
	b.post("/sign-in", "email", "partner@example.org", "password", webtest.Password).status(303)
}

func TestSignOutEndsTheSession(t *testing.T) {
	s := newPeopleSite(t)
	b := s.as(accounts.Observer)
	b.get("/sign-up") // only to see that a signed-in reader is sent on
	b.get("/account")
	b.submit("/sign-out").says("You are signed out.")
	require.Empty(t, b.cookies["session"])
	_, err := s.Accounts.Authenticate(context.Background(), s.Sessions[accounts.Observer])
	require.Error(t, err, "the session is over, not only its cookie")
	b.get("/sign-in").saysNot("You are signed out.")
}

func TestTheSetupLinkWorksOnce(t *testing.T) {
	d := dbtest.New(t)
	service, err := accounts.New(d, audit.New(d), accounts.Options{Hash: accounts.HashOptions{Memory: 8, Iterations: 1}})
	require.NoError(t, err)
	s := newPeopleSiteOn(t, d, &webtest.People{Accounts: service})
	token, err := service.EnsureSetupLink(context.Background())
	require.NoError(t, err)

	s.browser().get("/setup").status(404).says("This set-up link does not work")
	s.browser().get("/setup?token=wrong").status(404).says("restart the platform")
	b, late := s.browser(), s.browser()
	for _, each := range []*browser{b, late} {
		page := each.get("/setup?token=" + token).status(200)
		require.Equal(t, "/setup", each.address, "the token has left the address")
		page.saysNot(token)
		require.NotContains(t, each.cookies["setup"], token, "the cookie is sealed")
	}
	b.post("/setup", "name", "Per Aas", "email", "per", "password", webtest.Password).status(422).says("This is not an e-mail address.")
	a := b.post("/setup", "name", "Per Aas", "email", "per@example.org", "password", webtest.Password).status(303)
	require.Equal(t, "/", a.To)
	require.Empty(t, b.cookies["setup"])
	by, err := service.Authenticate(context.Background(), b.cookies["session"])
	require.NoError(t, err)
	require.True(t, by.CanAdminister())

	late.post("/setup", "name", "Eve", "email", "eve@example.org", "password", webtest.Password).status(404).says("does not work")
	late.get("/setup?token=" + token).status(404)
}
