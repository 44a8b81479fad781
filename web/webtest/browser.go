// Package webtest drives a real Chromium for tests of pages: accessibility by
// axe-core, screenshots, and proof that no request leaves for another host.
package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/axe.min.js
var axe string

// stepTimeout bounds one browser step; a busy machine needs most of it.
const stepTimeout = 60 * time.Second

// Browser is one Chromium with a fresh profile.
type Browser struct {
	ctx context.Context
}

// NewBrowser starts Chromium for the test and ends it with it. The test is
// skipped, with one clear line, on a machine without Chromium.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("SKIPPED: no Chromium on this machine (apt install chromium)")
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true))
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); stop() })
	require.NoError(t, chromedp.Do(ctx))
	return &Browser{ctx: ctx}
}

// Page is one tab. It records what the page asked for and complained about.
type Page struct {
	ctx      context.Context
	mu       sync.Mutex
	requests []string
	problems []string
}

// NewPage opens an empty tab of that width, 900 CSS pixels high, in which the
// system prefers the theme and no motion.
func (b *Browser) NewPage(t testing.TB, width int, theme string) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	p := &Page{ctx: ctx}
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), 900)))
	require.NoError(t, chromedp.Listen(ctx, p.listen))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	require.NoError(t, err)
	return p
}

// Resize gives the window another width, in CSS pixels; the page stays loaded.
func (p *Page) Resize(t testing.TB, width int) {
	t.Helper()
	p.Do(t, chromedp.EmulateViewport(int64(width), 900))
}

// listen keeps what Chromium says about the page; it must not block.
func (p *Page) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.problems = append(p.problems, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		text := d.Text
		if d.Exception != nil {
			text += " " + d.Exception.Description
		}
		p.problems = append(p.problems, text)
	}
}

// Do runs browser steps and fails the test when one fails.
func (p *Page) Do(t testing.TB, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	require.NoError(t, chromedp.Do(ctx, steps...))
}

// Eval evaluates a script in the page, awaits its promise and returns its value.
func Eval[T any](t testing.TB, p *Page, script string) T {
	t.Helper()
	return Get(t, p, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// Get runs one browser action and returns its value.
func Get[T any](t testing.TB, p *Page, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	require.NoError(t, err)
	return value
}

// settled resolves when fonts are loaded and charts are drawn.
const settled = `(async () => {
	await document.fonts.ready;
	const frame = () => new Promise(done => setTimeout(done, 16)); // animation frames stop in a tab behind another
	const blank = () => [...document.querySelectorAll("[data-chart]")].some(e => !e.querySelector("svg path"));
	for (let i = 0; i < 600 && blank(); i++) await frame();
	await frame();
	return !blank();
})()`

// Open loads the address and waits until fonts are there and charts are drawn.
func (p *Page) Open(t testing.TB, address string) {
	t.Helper()
	p.mu.Lock()
	p.requests, p.problems = nil, nil
	p.mu.Unlock()
	p.Do(t, chromedp.Navigate(address))
	if !Eval[bool](t, p, settled) {
		t.Errorf("a chart of %s was not drawn: %v", address, p.Problems())
	}
}

// Problems returns the errors that the page logged since it was opened,
// violations of the content security policy among them.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.problems...)
}

// CheckHosts fails the test when the page asked any host but that of address.
func (p *Page) CheckHosts(t testing.TB, address string) {
	t.Helper()
	own, err := url.Parse(address)
	require.NoError(t, err)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, request := range p.requests {
		u, err := url.Parse(request)
		require.NoError(t, err)
		if u.Scheme != "data" && u.Host != own.Host {
			t.Errorf("a request left for %s", request)
		}
	}
}

// CheckOverflow fails the test when the page is wider than its window.
func (p *Page) CheckOverflow(t testing.TB) {
	t.Helper()
	wide := Eval[[]string](t, p, `(() => {
		const w = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= w) return [];
		return [...document.querySelectorAll("main *, header *, footer *")]
			.filter(e => e.getBoundingClientRect().right > w + 1 && !e.closest(".scroller, .motif, .tabs, .top nav, pre"))
			.map(e => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right)).slice(0, 8).concat("page " + document.documentElement.scrollWidth);
	})()`)
	if len(wide) > 0 {
		t.Errorf("the page is wider than its window: %s", strings.Join(wide, "; "))
	}
}

// violation is what axe reports of one rule.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Failure string `json:"failureSummary"`
	} `json:"nodes"`
}

// CheckAccessible fails the test for each rule of axe-core that the page
// breaks: WCAG 2.0 to 2.2, A and AA, and axe's best practices, without those named.
func CheckAccessible(t testing.TB, p *Page, without ...string) {
	t.Helper()
	if !Eval[bool](t, p, `!!window.axe`) {
		Eval[bool](t, p, axe+"; true")
	}
	off := map[string]map[string]bool{}
	for _, rule := range without {
		off[rule] = map[string]bool{"enabled": false}
	}
	rules, err := json.Marshal(off)
	require.NoError(t, err)
	raw := Eval[string](t, p, `axe.run(document, {
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"], rules: `+string(rules)+`,
	}).then(r => JSON.stringify(r.violations))`)
	var found []violation
	require.NoError(t, json.Unmarshal([]byte(raw), &found))
	for _, v := range found {
		for _, n := range v.Nodes[:min(3, len(v.Nodes))] {
			t.Errorf("axe %s (%s, %d times): %s\n  %s", v.ID, v.Help, len(v.Nodes), n.HTML, n.Failure)
		}
	}
}

// Screenshot writes the whole page as NAME-WIDTH-THEME.png into the folder
// that INCUBATOR_SCREENSHOTS names; without it nothing is written.
func (p *Page) Screenshot(t testing.TB, name string, width int, theme string) {
	t.Helper()
	dir := os.Getenv("INCUBATOR_SCREENSHOTS")
	if dir == "" {
		return
	}
	require.NoError(t, os.MkdirAll(dir, 0o755))
	png := Get(t, p, chromedp.FullScreenshot(100))
	require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, theme)), png, 0o644))
}
