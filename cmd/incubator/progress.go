package main

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows one bar for each long step on a terminal, and nothing elsewhere.
type progress struct {
	w       io.Writer
	visible bool

	mu    sync.Mutex
	step  string
	bar   *progressbar.ProgressBar
	since time.Time
}

func newProgress(w io.Writer) *progress {
	file, isFile := w.(*os.File)
	return &progress{w: w, visible: isFile && term.IsTerminal(int(file.Fd()))}
}

// report moves the bar of the step; a new step begins a new bar.
func (p *progress) report(step string, done, total int64) {
	if !p.visible {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if step != p.step {
		p.finish()
		p.step, p.since = step, time.Now()
		p.bar = progressbar.NewOptions64(max(total, 1), progressbar.OptionSetWriter(p.w), progressbar.OptionSetDescription(step),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	if total > 0 {
		p.bar.ChangeMax64(total)
	}
	_ = p.bar.Set64(min(done, max(total, 1))) // a bar that cannot be drawn is no reason to stop
}

// done ends the last bar.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
	p.step = ""
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
