package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"incubator/web"
)

// keeper is an application that keeps, shows and takes a text under two names.
func keeper(t *testing.T, cfg web.Config) *site {
	var app *site
	keep := func(c *fiber.Ctx) error {
		app.Keep(c, c.Query("name"), c.Query("value"), time.Minute)
		return nil
	}
	kept := func(c *fiber.Ctx) error { return c.SendString(app.Kept(c, c.Query("name"))) }
	take := func(c *fiber.Ctx) error {
		first := app.TakeKept(c, c.Query("name"))
		return c.SendString(first + "|" + app.Kept(c, c.Query("name")))
	}
	app, _ = newApp(t, cfg, route("GET", "/keep", web.KindPage, keep, web.Anyone),
		route("GET", "/kept", web.KindPage, kept, web.Anyone), route("GET", "/take", web.KindPage, take, web.Anyone))
	return app
}

func TestWhatIsKeptIsSealed(t *testing.T) {
	now := time.Now()
	app := keeper(t, web.Config{Now: func() time.Time { return now }})
	kept := func(path string, cookie string) string {
		_, body := call(t, app, "GET", path, "", "Cookie", cookie)
		return body
	}
	res, _ := call(t, app, "GET", "/keep?name=note&value=secret", "")
	cookie := res.Cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	require.NotContains(t, cookie.Value, "secret")
	sealed := "note=" + cookie.Value
	require.Equal(t, "secret", kept("/kept?name=note", sealed))

	require.Empty(t, kept("/kept?name=other", "other="+cookie.Value), "a value is good under its own name only")
	flipped := []byte(cookie.Value)
	flipped[20] ^= 1
	for _, forged := range []string{string(flipped), cookie.Value[:30], "", "AAAA", strings.Repeat("A", 80), "%%%"} {
		require.Empty(t, kept("/kept?name=note", "note="+forged), forged)
	}
	require.Empty(t, kept2(t, keeper(t, web.Config{}), sealed), "another secret opens nothing")
	now = now.Add(time.Minute)
	require.Empty(t, kept("/kept?name=note", sealed), "a cookie that a browser keeps too long is worthless")
}

func kept2(t *testing.T, app *site, cookie string) string {
	_, body := call(t, app, "GET", "/kept?name=note", "", "Cookie", cookie)
	return body
}

func TestTakingRemovesWhatWasKept(t *testing.T) {
	app := keeper(t, web.Config{PublicURL: "https://incubator.example", SecureCookies: true})
	res, _ := call(t, app, "GET", "/keep?name=note&value=once", "")
	cookie := res.Cookies()[0]
	require.Equal(t, "__Host-note", cookie.Name)
	require.True(t, cookie.Secure)
	res, body := call(t, app, "GET", "/take?name=note", "", "Cookie", cookie.Name+"="+cookie.Value)
	require.Equal(t, "once|", body)
	require.True(t, res.Cookies()[0].Expires.Before(time.Now()))
	res, _ = call(t, app, "GET", "/take?name=note", "")
	require.Empty(t, res.Cookies(), "nothing to remove, nothing said")
}
