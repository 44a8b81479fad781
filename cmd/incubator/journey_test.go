package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/config"
	"incubator/sandboxes/docker/setup"
	"incubator/scenarios"
	"incubator/scenarios/library"
	"incubator/scenarios/pack"
	"incubator/web/webtest"
)

// journey is a platform that serves, with a challenge and one rival on its board.
type journey struct {
	*demo
	url    string
	folder string // of the pack
}

// The whole main job as two people do it in their browsers: sign up, found a team,
// join it, download, submit, watch the score arrive, see the rank change.
func TestTheMainJobInABrowser(t *testing.T) {
	ana, ben := webtest.NewBrowser(t), webtest.NewBrowser(t)
	j := newJourney(t)
	captain, member := ana.NewPage(t, 1280, "light"), ben.NewPage(t, 390, "dark")

	j.signUp(t, captain, "/sign-up", "Ana Ferreira", "ana@meridian.example")
	link := j.foundTeam(t, captain, "Meridian")
	j.signUp(t, member, link, "Ben Okafor", "ben@meridian.example")
	j.open(t, member, "/team")
	require.Contains(t, body(t, member), "Meridian")

	j.open(t, member, "/challenges/one-picture")
	status := webtest.Eval[int](t, member, `fetch(document.querySelector('a[href$="-starter.tar.gz"]').href).then(async r => {
		await r.arrayBuffer(); return r.status })`)
	require.Equal(t, 200, status)

	// The baseline runs in a sandbox; the page shows its score without a reload.
	j.submit(t, member, "code", j.archive(t, "baseline"))
	waitFor(t, member, "0.6832")
	webtest.CheckAccessible(t, member)
	require.Empty(t, member.Problems())

	// The captain watches the board while the member hands in something better.
	j.open(t, captain, "/challenges/one-picture")
	require.Equal(t, "2", rankOf(t, captain, "Meridian"))
	j.submit(t, member, "results", filepath.Join(j.folder, "data", "test", "truth", "truth.csv"))
	waitFor(t, member, "1.0000")
	captain.WaitFor(t, `document.querySelector('#board tbody tr')?.innerText.includes('Meridian')`)
	require.Equal(t, "1", rankOf(t, captain, "Meridian"))
	require.Empty(t, captain.Problems())
}

func newJourney(t *testing.T) *journey {
	t.Helper()
	engine, err := setup.New(t.TempDir()).Find(t.Context(), "")
	if err != nil {
		t.Skip("no Docker Engine answers")
	}
	j := &journey{folder: filepath.Join(t.TempDir(), "fusion")}
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	p, err := openPlatform(t.Context(), config.Config{
		DataDir: t.TempDir(), Listen: freeAddress(t), EngineHost: engine.Host, Runtime: "auto", Workers: 2,
		MaxUpload: 1 << 30,
	}, log)
	require.NoError(t, err)
	j.demo = &demo{platform: p, streams: &Streams{Out: testWriter{t}, Err: testWriter{t}}, bars: newProgress(testWriter{t})}
	j.url = p.config.BaseURL()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- p.serve(ctx, func(context.Context) error { close(ready); return nil }) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		cleanup, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, p.sandboxes.Purge(cleanup))
		require.NoError(t, p.Close())
	})
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	j.publish(t)
	return j
}

// publish brings one challenge and a rival team whose reference solution leads.
func (j *journey) publish(t *testing.T) {
	t.Helper()
	require.NoError(t, library.Write("fusion", j.folder))
	p, err := pack.Build(t.Context(), j.folder, library.Generate, nil)
	require.NoError(t, err)
	challenge, err := j.publisher.Publish(t.Context(), accounts.System().Actor(), p)
	require.NoError(t, err)
	j.packs, j.challenges = map[string]*pack.Pack{"fusion": p}, map[string]*scenarios.Challenge{"fusion": challenge}
	rival := demoTeam{name: "Rivals", organization: "Rivals", kind: accounts.SME, captain: "Rita Rival", email: "rita@rivals.example"}
	_, err = j.account(t.Context(), rival.email, rival.captain, &accounts.NewOrganization{Name: rival.organization, Kind: rival.kind}, accounts.Participant)
	require.NoError(t, err)
	by, team, err := j.found(t.Context(), rival)
	require.NoError(t, err)
	id, err := j.demo.submit(t.Context(), by, team, demoWork{pack: "fusion", program: "reference", name: "rival"})
	require.NoError(t, err)
	require.NoError(t, j.awaitAll(t.Context(), []string{id}))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// archive writes a program of the pack as a file to upload.
func (j *journey) archive(t *testing.T, program string) string {
	t.Helper()
	file, err := referenceFile(t.Context(), j.packs["fusion"], scenarios.Reference{Path: program}, filepath.Join(t.TempDir(), program))
	require.NoError(t, err)
	return file.path
}

func (j *journey) open(t *testing.T, page *webtest.Page, path string) {
	t.Helper()
	page.Open(t, j.url+path)
	webtest.CheckAccessible(t, page)
}

func (j *journey) signUp(t *testing.T, page *webtest.Page, path, name, email string) {
	t.Helper()
	j.open(t, page, path)
	if webtest.Eval[bool](t, page, `!document.querySelector('[name=password]')`) { // an invitation offers both ways
		follow(t, page, `a[href*="/sign-up?invitation"]`)
	}
	fill(t, page, map[string]string{"name": name, "email": email, "password": "a long enough phrase 9"})
	send(t, page, `form[action*="sign-up"]`)
	if webtest.Eval[bool](t, page, `location.pathname == "/join"`) {
		send(t, page, `form[action*="join"]`)
	}
}

// foundTeam founds a team and returns the path of a link that lets others join.
func (j *journey) foundTeam(t *testing.T, page *webtest.Page, name string) string {
	t.Helper()
	j.open(t, page, "/team")
	fill(t, page, map[string]string{"name": name})
	send(t, page, `form[action="/teams"]`)
	send(t, page, `form[action*="invit"]`)
	link := webtest.Eval[string](t, page, `(document.documentElement.innerHTML.match(/\/join\?token=[\w.-]+/) || [""])[0]`)
	require.NotEmpty(t, link, "no link to join by")
	return link
}

func (j *journey) submit(t *testing.T, page *webtest.Page, kind, path string) {
	t.Helper()
	_, err := os.Stat(path)
	require.NoError(t, err)
	j.open(t, page, "/challenges/one-picture/submit")
	webtest.Eval[bool](t, page, `(() => { document.querySelector('[name=kind][value=`+kind+`]').click(); return true })()`)
	page.Do(t, chromedp.SetUploadFiles(chromedp.CSS(`[name=file]`), []string{path}))
	send(t, page, `form[enctype="multipart/form-data"]`)
	page.WaitFor(t, `location.pathname.startsWith("/submissions/")`)
}

func fill(t *testing.T, page *webtest.Page, values map[string]string) {
	t.Helper()
	for name, value := range values {
		webtest.Eval[bool](t, page, fmt.Sprintf(`(() => { document.querySelector('main [name=%s]').value = %q; return true })()`, name, value))
	}
}

// send presses the button of a form and waits for the page that answers.
func send(t *testing.T, page *webtest.Page, form string) {
	t.Helper()
	leave(t, page, fmt.Sprintf(`document.querySelector('%s').requestSubmit()`, form))
}

func follow(t *testing.T, page *webtest.Page, link string) {
	t.Helper()
	leave(t, page, fmt.Sprintf(`document.querySelector('%s').click()`, link))
}

// leave runs a script that loads another page, and waits for it.
func leave(t *testing.T, page *webtest.Page, script string) {
	t.Helper()
	webtest.Eval[bool](t, page, `(() => { window.before = true; setTimeout(() => { `+script+` }, 0); return true })()`)
	page.WaitFor(t, `!window.before && document.readyState == "complete"`)
}

func waitFor(t *testing.T, page *webtest.Page, text string) {
	t.Helper()
	page.WaitFor(t, fmt.Sprintf(`document.body.innerText.includes(%q)`, text))
}

func body(t *testing.T, page *webtest.Page) string {
	t.Helper()
	return webtest.Eval[string](t, page, `document.body.innerText`)
}

func rankOf(t *testing.T, page *webtest.Page, team string) string {
	t.Helper()
	return webtest.Eval[string](t, page, fmt.Sprintf(
		`[...document.querySelectorAll('#board tbody tr')].find(r => r.innerText.includes(%q)).innerText.trim().split(/\s+/)[0]`, team))
}
