package web_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
	"incubator/web/static"
)

func TestAssetsComeCompressedAndForever(t *testing.T) {
	app, _ := newApp(t, web.Config{})
	set, err := static.Load()
	require.NoError(t, err)
	url, err := set.URL("app.css")
	require.NoError(t, err)
	plain, body := call(t, app, "GET", url, "")
	require.Equal(t, "text/css; charset=utf-8", plain.Header.Get("Content-Type"))
	require.Contains(t, plain.Header.Get("Cache-Control"), "immutable")
	zipped, raw := call(t, app, "GET", url, "", "Accept-Encoding", "gzip, br;q=0")
	require.Equal(t, "gzip", zipped.Header.Get("Content-Encoding"))
	require.NotEqual(t, plain.Header.Get("ETag"), zipped.Header.Get("ETag"))
	z, err := gzip.NewReader(strings.NewReader(raw))
	require.NoError(t, err)
	unzipped, err := io.ReadAll(z)
	require.NoError(t, err)
	require.Equal(t, body, string(unzipped))
	brotli, small := call(t, app, "GET", url, "", "Accept-Encoding", "gzip, deflate, br")
	require.Equal(t, "br", brotli.Header.Get("Content-Encoding"))
	require.Less(t, len(small), len(raw))
	again, _ := call(t, app, "GET", url, "", "If-None-Match", plain.Header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.StatusCode)
	gone, _ := call(t, app, "GET", "/static/manifest.json", "")
	require.Equal(t, http.StatusNotFound, gone.StatusCode)
}

func TestPagesOfNobodyCarryATag(t *testing.T) {
	var app *site
	home := func(c *fiber.Ctx) error { return app.Render(c, "sign_in", pages.SignInPage{Frame: app.Frame(c)}) }
	app, _ = newApp(t, web.Config{}, route("GET", "/", web.KindPage, home, web.Anyone))
	first, _ := call(t, app, "GET", "/", "")
	require.NotEmpty(t, first.Header.Get("ETag"))
	second, body := call(t, app, "GET", "/", "", "If-None-Match", first.Header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, second.StatusCode)
	require.Empty(t, body)
	zipped, _ := call(t, app, "GET", "/", "", "Accept-Encoding", "gzip")
	require.Equal(t, "gzip", zipped.Header.Get("Content-Encoding"))
	mine, _ := call(t, app, "GET", "/", "", "Cookie", app.cookie(accounts.Partner))
	require.Empty(t, mine.Header.Get("ETag"))
	require.Contains(t, mine.Header.Get("Cache-Control"), "no-store")
}

func TestTheThemeIsRememberedWithoutScript(t *testing.T) {
	app, _ := newApp(t, web.Config{})
	res, _ := call(t, app, "POST", "/theme", "theme=dark&back=/challenges")
	require.Equal(t, http.StatusSeeOther, res.StatusCode)
	require.Equal(t, "/challenges", res.Header.Get("Location"))
	require.Equal(t, "dark", res.Cookies()[0].Value)
	res, _ = call(t, app, "POST", "/theme", "theme=dark&back=//evil.example")
	require.Equal(t, "/", res.Header.Get("Location"))
	res, _ = call(t, app, "POST", "/theme", "theme=pink")
	require.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
	_, page := call(t, app, "GET", "/none", "", "Cookie", "theme=dark")
	require.Contains(t, page, `data-bs-theme="dark" data-chosen="yes"`)
}

func TestReadyNamesWhatIsDown(t *testing.T) {
	down := errors.New("refused")
	app, err := web.New(web.Config{Log: slog.New(slog.DiscardHandler)}, web.Services{Ready: map[string]func(context.Context) error{
		"database": func(context.Context) error { return nil }, "engine": func(context.Context) error { return down }}})
	require.NoError(t, err)
	res, body := call(t, app, "GET", "/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	require.JSONEq(t, `{"database":"up","engine":"down"}`, body)
}

func TestReadyDoesNotDependOnWhatIsOnlyWanted(t *testing.T) {
	app, err := web.New(web.Config{Log: slog.New(slog.DiscardHandler)}, web.Services{
		Ready:  map[string]func(context.Context) error{"database": func(context.Context) error { return nil }},
		Wanted: map[string]func(context.Context) error{"engine": func(context.Context) error { return errors.New("refused") }},
	})
	require.NoError(t, err)
	res, body := call(t, app, "GET", "/readyz", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.JSONEq(t, `{"database":"up","engine":"down"}`, body)
}

func TestMetricsAreForAdministrators(t *testing.T) {
	app, _ := newApp(t, web.Config{}) // the test connection has no loopback address
	res, _ := call(t, app, "GET", "/metrics", "")
	require.Equal(t, http.StatusForbidden, res.StatusCode)
	res, body := call(t, app, "GET", "/metrics", "", "Authorization", app.bearer(accounts.Administrator, accounts.ScopeAdmin))
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, body, `incubator_http_requests_total{method="GET",operation="metrics",status="403"} 1`)
}
