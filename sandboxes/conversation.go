package sandboxes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"incubator/platform/errs"
	"incubator/sandboxes/wire"
)

// conversation is the exchange with process 1 of one sandbox about one job.
// Everything that comes back is hostile: kinds, order, sizes and the account
// itself are checked here.
type conversation struct {
	s    *sandbox
	io   RunIO
	log  *logSink
	out  *outputSink
	dog  *watchdog
	step string // of package wire, the last one announced

	hello          bool
	started, ended time.Time
	trailer        *wire.Trailer
}

// errProtocol is an answer that process 1 would not give.
var errProtocol = errors.New("the sandbox's answer breaks the protocol")

// perform has the sandbox do its job. The errors are those of Manager.Run, and
// errStale when the sandbox had ended before it took the job.
func (s *sandbox) perform(ctx context.Context, io RunIO) (RunResult, error) {
	nonce := randomID()
	c := &conversation{s: s, io: io, log: newLogSink(io.Log, s.plan.spec.Limits.LogBytes)}
	c.out = newOutputSink(ctx, io.Output, s.plan.job.Caps)
	c.dog = newWatchdog(func() { s.end(ctx) })
	defer c.dog.stop()
	stopOnCancel := context.AfterFunc(ctx, func() { s.end(ctx) })
	defer stopOnCancel()

	c.dog.arm(unpackBudget)
	sent := make(chan error, 1)
	go func() { sent <- c.send(ctx, nonce) }()
	readErr := c.read()
	sendErr := c.sendResult(sent)
	c.log.close(c.trailer != nil && c.trailer.LogTruncated)
	outErr := c.out.close(c.trailer != nil)
	if ctx.Err() != nil {
		return RunResult{}, ctx.Err()
	}
	if c.trailer == nil {
		return c.withoutTrailer(ctx, readErr, sendErr)
	}
	if c.trailer.Nonce != nonce {
		return c.distrust("it did not come from the platform's own process"), nil
	}
	return c.conclude(ctx, outErr)
}

// end makes the sandbox's processes and the conversation end.
func (s *sandbox) end(ctx context.Context) {
	s.kill(ctx)
	s.conn.Close()
}

// sendResult waits for the sender, which may still be busy with an input that
// nobody reads any more.
func (c *conversation) sendResult(sent <-chan error) error {
	if c.trailer == nil || c.trailer.Input != nil {
		c.s.conn.Close()
	}
	return <-sent
}

// read takes frames until the account of the run or the end of the stream.
func (c *conversation) read() error {
	in := wire.NewReader(c.s.conn)
	for c.trailer == nil {
		kind, payload, err := in.Next()
		if err != nil {
			return err
		}
		if err := c.take(kind, payload); err != nil {
			c.s.end(context.Background())
			return err
		}
	}
	return nil
}

func (c *conversation) take(kind wire.Kind, payload []byte) error {
	if !c.hello && kind != wire.KindHello {
		return fmt.Errorf("%w: it begins with %q", errProtocol, kind)
	}
	switch kind {
	case wire.KindHello:
		c.hello = true
		return nil
	case wire.KindStep:
		return c.enter(string(payload))
	case wire.KindLog:
		c.log.add(payload)
		return nil
	case wire.KindOutput:
		if c.step != wire.StepCollect {
			return fmt.Errorf("%w: output before its time", errProtocol)
		}
		return c.out.add(payload)
	case wire.KindTrailer:
		c.trailer = new(wire.Trailer)
		c.finishRun()
		return json.Unmarshal(payload, c.trailer)
	}
	return fmt.Errorf("%w: an unknown frame %q", errProtocol, kind)
}

// enter begins a step; steps only go forward.
func (c *conversation) enter(name string) error {
	limits := c.s.plan.spec.Limits
	switch {
	case name == wire.StepUnpack && c.step == "":
	case name == wire.StepRun && (c.step == "" || c.step == wire.StepUnpack):
		c.started = c.s.m.opts.Now()
		c.dog.arm(limits.Time + timeGrace)
		step(c.io, StepRunning)
		c.s.m.point("sandbox.running")
	case name == wire.StepCollect && c.step == wire.StepRun:
		c.finishRun()
		c.dog.arm(collectBudget)
		step(c.io, StepCollecting)
	default:
		return fmt.Errorf("%w: step %q after %q", errProtocol, name, c.step)
	}
	c.step = name
	return nil
}

func (c *conversation) finishRun() {
	if c.ended.IsZero() {
		c.ended = c.s.m.opts.Now()
	}
}

// send writes the job and the input trees.
func (c *conversation) send(ctx context.Context, nonce string) error {
	out := wire.NewWriter(c.s.conn)
	job := c.s.plan.job
	job.Nonce = nonce
	if err := out.JSON(wire.KindJob, job); err != nil {
		return err
	}
	for _, input := range c.s.plan.spec.Files {
		if err := c.sendTree(ctx, out, input); err != nil {
			return err
		}
	}
	c.s.m.point("sandbox.sent")
	return out.Frame(wire.KindGo, nil)
}

// inputError marks a failure of the caller's own input stream.
type inputError struct{ error }

func (e *inputError) Unwrap() error { return e.error }

func (c *conversation) sendTree(ctx context.Context, out *wire.Writer, input Tree) error {
	head := wire.TreeHead{Path: input.Path, Caps: inputCaps(c.s.plan.spec.Limits)}
	if err := out.JSON(wire.KindTreeBegin, head); err != nil {
		return err
	}
	source, err := input.Open(ctx)
	if err != nil {
		c.s.end(ctx)
		return &inputError{err}
	}
	defer source.Close()
	tracked := &trackedReader{r: source}
	if _, err := io.CopyBuffer(out.Stream(wire.KindData), tracked, make([]byte, wire.ChunkBytes)); err != nil {
		if tracked.err != nil {
			c.s.end(ctx)
			return &inputError{tracked.err}
		}
		return err
	}
	return out.Frame(wire.KindTreeEnd, nil)
}

// trackedReader remembers its own error, to tell it from one of the writer. It
// hides any WriterTo, which would bypass the frame size.
type trackedReader struct {
	r   io.Reader
	err error
}

func (t *trackedReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		t.err = err
	}
	return n, err
}

// watchdog ends the sandbox from outside when a step takes too long.
type watchdog struct {
	mu    sync.Mutex
	timer *time.Timer
	bite  func()
	bit   bool
}

func newWatchdog(bite func()) *watchdog { return &watchdog{bite: bite} }

// arm starts the time of a new step.
func (w *watchdog) arm(limit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	w.timer = time.AfterFunc(limit, func() {
		w.mu.Lock()
		w.bit = true
		w.mu.Unlock()
		w.bite()
	})
}

func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
}

func (w *watchdog) fired() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bit
}

// distrust is the result of an answer that cannot be believed. It is not an
// error, since trying again would give the program another go.
func (c *conversation) distrust(reason string) RunResult {
	result := c.result()
	result.Cause, result.Detail = CausePlatform, fmt.Sprintf("The sandbox's answer was thrown away: %s.", reason)
	return result
}

// withoutTrailer explains a conversation that ended early.
func (c *conversation) withoutTrailer(ctx context.Context, readErr, sendErr error) (RunResult, error) {
	var input *inputError
	switch {
	case errors.As(sendErr, &input):
		return RunResult{}, input.error
	case errors.Is(readErr, errProtocol):
		return c.distrust(readErr.Error()), nil
	case c.dog.fired():
		return c.tooLong()
	case !c.hello || c.step == "":
		return RunResult{}, errStale
	}
	return c.inspect(ctx)
}

// tooLong is the end of a sandbox that the watchdog ended.
func (c *conversation) tooLong() (RunResult, error) {
	if c.step == wire.StepRun {
		result := c.result()
		result.Cause, result.Detail = CauseTimeout, timeoutDetail(c.s.plan.spec.Limits.Time)
		return result, nil
	}
	return RunResult{}, errs.New(errs.Unavailable, "The sandbox did not answer in time.")
}
