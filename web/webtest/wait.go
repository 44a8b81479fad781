package webtest

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// WaitFor asks the page, over and over, until the JavaScript condition holds. The
// page may load another one meanwhile.
func (p *Page) WaitFor(t testing.TB, condition string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	// The promise polls inside the page; it is lost, and asked for again, when the
	// page is left.
	script := `new Promise(done => { const look = () => { try { if (` + condition + `) return done(true) } catch {}; setTimeout(look, 50) }; look() })`
	for {
		held, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise))
		if held && err == nil {
			return
		}
		if ctx.Err() != nil {
			require.Fail(t, "the page never came to: "+condition, "last: %v\nshows: %s", err, Eval[string](t, p, `document.body.innerText`))
		}
	}
}
