package webtest_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/events"
	"incubator/web"
	"incubator/web/site"
	"incubator/web/webtest"
)

// sample is one page of the gallery with what it shows. Without a template it is
// the page that the site itself serves at /NAME.
type sample struct {
	name     string
	template string
	model    any
}

func (s sample) path() string {
	if s.template == "" {
		return "/" + s.name
	}
	return "/gallery/" + s.name
}

// serve starts the application with the gallery's routes on a loopback port
// and returns its address. Pages get the real headers and assets.
func serve(t *testing.T, samples []sample) string {
	t.Helper()
	var app *web.App
	own := site.New(site.Services{})
	routes := own.Routes()
	for _, s := range samples {
		if s.template == "" {
			continue
		}
		routes = append(routes, web.Route{Method: "GET", Path: s.path(), Roles: []accounts.Role{web.Anyone}, Kind: web.KindPage, Operation: "gallery." + s.name, Template: s.template,
			Handler: func(c *fiber.Ctx) error { return app.Render(c, s.template, s.model) }})
	}
	app, err := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Heartbeat: 500 * time.Millisecond}, web.Services{Events: events.New(events.Options{})}, routes...)
	require.NoError(t, err)
	own.Bind(app)
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

const (
	phone = 360
	desk  = 1440
)

// wide are the widths at which a page is only looked at for what sticks out.
var wide = []int{phone, 1024, 1920}

// TestGallery opens every page in light and dark. axe-core examines it at both
// the width of a phone and that of a desk; its colours do not depend on the width,
// so their rules run on the desk alone. INCUBATOR_GALLERY narrows the test to pages
// whose name contains the word, INCUBATOR_SCREENSHOTS keeps pictures.
func TestGallery(t *testing.T) {
	samples := gallery()
	requireEveryTemplate(t, samples)
	base := serve(t, samples)
	browser := webtest.NewBrowser(t)
	for _, theme := range []string{"light", "dark"} {
		p := browser.NewPage(t, desk, theme)
		for _, s := range samples {
			if !strings.Contains(s.name, os.Getenv("INCUBATOR_GALLERY")) {
				continue
			}
			t.Run(s.name+"/"+theme, func(t *testing.T) { look(t, p, s, base+s.path(), theme) })
		}
	}
}

func look(t *testing.T, p *webtest.Page, s sample, address, theme string) {
	p.Resize(t, desk)
	p.Open(t, address)
	require.False(t, webtest.Eval[bool](t, p, `!!document.querySelector(".lost")`) && s.template != "error", "the page failed to render")
	require.Equal(t, 1, webtest.Eval[int](t, p, `document.querySelectorAll("h1").length`), "headings of the first level")
	p.CheckOverflow(t)
	p.Screenshot(t, s.name, desk, theme)
	webtest.CheckAccessible(t, p)
	for _, width := range wide {
		p.Resize(t, width)
		p.CheckOverflow(t)
		if width == phone {
			p.Screenshot(t, s.name, width, theme)
		}
		if width == phone && theme == "light" {
			webtest.CheckAccessible(t, p, "color-contrast")
		}
	}
	p.CheckHosts(t, address)
	require.Empty(t, p.Problems())
}

// requireEveryTemplate fails for a page that nobody added to the gallery.
func requireEveryTemplate(t *testing.T, samples []sample) {
	t.Helper()
	files, err := filepath.Glob("../templates/page_*.html")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	shown := map[string]bool{"document": true} // by the site itself
	for _, s := range samples {
		shown[s.template] = true
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "page_"), ".html")
		require.True(t, shown[name], "the gallery lacks the page %s", name)
	}
}
