package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// shotTimeout bounds one picture on a busy machine.
const shotTimeout = time.Minute

// browser is one Chromium with a profile of its own.
type browser struct {
	ctx          context.Context
	address, out string
	stop         func()
}

func startBrowser(ctx context.Context, address, out string) (*browser, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, fmt.Errorf("there is no Chromium on this machine (apt install chromium)")
	}
	profile, err := os.MkdirTemp("", "screenshots-")
	if err != nil {
		return nil, err
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, chromedp.NoFirstRun, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true))
	tab, closeTab := chromedp.NewContext(allocator)
	b := &browser{ctx: tab, address: address, out: out, stop: func() { closeTab(); stop(); _ = os.RemoveAll(profile) }}
	if err := chromedp.Do(tab); err != nil {
		b.stop()
		return nil, err
	}
	return b, nil
}

// takeAs takes the pictures of one kind of visitor; "" is a guest.
func (b *browser) takeAs(who string, people map[string]account) error {
	if who != "" {
		person, ok := people[who]
		if !ok {
			return fmt.Errorf("the demo has no account of the role %s", who)
		}
		if err := b.signIn(person); err != nil {
			return fmt.Errorf("sign in as %s: %w", who, err)
		}
	}
	for _, s := range shots(who) {
		if err := b.take(s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// signIn ends the session that there was and starts one of the person.
func (b *browser) signIn(person account) error {
	ctx, cancel := context.WithTimeout(b.ctx, shotTimeout)
	defer cancel()
	if _, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		return err
	}
	return chromedp.Do(ctx, chromedp.Navigate(b.address+"/sign-in"),
		chromedp.SendKeys(`input[name="email"]`, person.email),
		chromedp.SendKeys(`input[name="password"]`, person.password),
		chromedp.Click(`main button[type="submit"]`),
		chromedp.WaitVisible(`.top .menu`))
}

// settled resolves to true when fonts are there and charts are drawn.
const settled = `(async () => {
	await document.fonts.ready;
	const blank = () => [...document.querySelectorAll("[data-chart]")].some(e => !e.querySelector("svg path"));
	for (let i = 0; i < 300 && blank(); i++) await new Promise(done => setTimeout(done, 16));
	return !blank();
})()`

// take opens the page of a shot and writes what it shows.
func (b *browser) take(s shot) error {
	ctx, cancel := context.WithTimeout(b.ctx, shotTimeout)
	defer cancel()
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: s.theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(s.width, 900), chromedp.Navigate(b.address+s.path)); err != nil {
		return err
	}
	if s.link != "" {
		target, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('`+s.link+`').href`))
		if err != nil {
			return err
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(target)); err != nil {
			return err
		}
	}
	drawn, err := chromedp.Run(ctx, chromedp.Evaluate[bool](settled, chromedp.EvalAwaitPromise))
	if err != nil || !drawn {
		return fmt.Errorf("the page did not settle: %v", err)
	}
	return b.write(ctx, s)
}

func (b *browser) write(ctx context.Context, s shot) error {
	picture := chromedp.FullScreenshot(100)
	if s.high > 0 {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(s.width, s.high)); err != nil {
			return err
		}
		picture = chromedp.CaptureScreenshot()
	}
	raw, err := chromedp.Run(ctx, picture)
	if err != nil {
		return err
	}
	small, err := compress(raw)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.out, s.name+".png"), small, 0o644)
}

// compress writes the picture again as small as PNG gets without loss.
func compress(raw []byte) ([]byte, error) {
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, img)
	if err != nil || out.Len() >= len(raw) {
		return raw, err
	}
	return out.Bytes(), nil
}
