package webtest_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/events"
	"incubator/web"
	"incubator/web/webtest"
)

// sample is one page of the gallery with what it shows.
type sample struct {
	name     string
	template string
	model    any
}

// serve starts the application with the gallery's routes on a loopback port
// and returns its address. Pages get the real headers and assets.
func serve(t *testing.T, samples []sample) string {
	t.Helper()
	var routes []web.Route
	var app *web.App
	for _, s := range samples {
		routes = append(routes, web.Route{Method: "GET", Path: "/gallery/" + s.name, Roles: []accounts.Role{web.Anyone}, Kind: web.KindPage, Operation: "gallery." + s.name, Template: s.template,
			Handler: func(c *fiber.Ctx) error { return app.Render(c, s.template, s.model) }})
	}
	app, err := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Heartbeat: 500 * time.Millisecond}, web.Services{Events: events.New(events.Options{})}, routes...)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = app.Serve(l) }()
	t.Cleanup(func() {
		// The browser ended before; what is left ends with this deadline.
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = app.Shutdown(ctx)
	})
	return "http://" + l.Addr().String()
}

// TestGallery opens every page in light and dark, on a phone and on a wide
// screen. INCUBATOR_GALLERY narrows it to pages whose name contains the word,
// INCUBATOR_SCREENSHOTS keeps pictures.
func TestGallery(t *testing.T) {
	samples := gallery()
	base := serve(t, samples)
	browser := webtest.NewBrowser(t)
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int{360, 1440} {
			p := browser.NewPage(t, width, theme)
			for _, s := range samples {
				if !strings.Contains(s.name, os.Getenv("INCUBATOR_GALLERY")) {
					continue
				}
				t.Run(fmt.Sprintf("%s/%d/%s", s.name, width, theme), func(t *testing.T) {
					address := base + "/gallery/" + s.name
					p.Open(t, address)
					require.False(t, webtest.Eval[bool](t, p, `!!document.querySelector(".lost")`) && s.template != "error", "the page failed to render")
					require.Equal(t, 1, webtest.Eval[int](t, p, `document.querySelectorAll("h1").length`), "headings of the first level")
					p.CheckOverflow(t)
					p.Screenshot(t, s.name, width, theme)
					webtest.CheckAccessible(t, p)
					p.CheckHosts(t, address)
					require.Empty(t, p.Problems())
				})
			}
		}
	}
}
