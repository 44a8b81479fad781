package sandboxes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"incubator/sandboxes/tree"
)

// logPatience is how long a log writer may take after the run.
const logPatience = 5 * time.Second

// logSink hands the log to a writer that may be slow or fail, and never waits
// for it while the run goes on: it holds at most the log's cap.
type logSink struct {
	w io.Writer

	mu      sync.Mutex
	more    sync.Cond
	pending []byte
	left    int64
	lost    bool
	closed  bool
	done    chan struct{}
}

func newLogSink(w io.Writer, limit int64) *logSink {
	if w == nil {
		w = io.Discard
	}
	l := &logSink{w: w, left: limit, done: make(chan struct{})}
	l.more.L = &l.mu
	go l.drain()
	return l
}

func (l *logSink) add(p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(int64(len(p)), l.left)
	l.left -= n
	l.lost = l.lost || n < int64(len(p))
	l.pending = append(l.pending, p[:n]...)
	l.more.Signal()
}

func (l *logSink) drain() {
	defer close(l.done)
	failed := false
	for {
		l.mu.Lock()
		for len(l.pending) == 0 && !l.closed {
			l.more.Wait()
		}
		batch := l.pending
		l.pending = nil
		l.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		if !failed {
			_, err := l.w.Write(batch)
			failed = err != nil
		}
	}
}

// close adds the closing note when something was dropped, and waits a little
// for the writer.
func (l *logSink) close(truncated bool) {
	l.mu.Lock()
	if l.lost || truncated {
		l.lost = true
		l.pending = append(l.pending, "\n[the log was cut off here: the program printed more than the limit]\n"...)
	}
	l.closed = true
	l.more.Signal()
	l.mu.Unlock()
	patience := time.NewTimer(logPatience)
	defer patience.Stop()
	select {
	case <-l.done:
	case <-patience.C:
	}
}

func (l *logSink) truncated() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// outputSink checks the output's tar while it arrives and passes it on.
type outputSink struct {
	ctx     context.Context
	consume func(context.Context, io.Reader) error
	caps    tree.Caps
	raw     int64 // bytes of the stream that may still come
	pipe    *io.PipeWriter
	done    chan error
	totals  tree.Totals // valid after close without an error
}

// Bounds of what a tar adds to the content.
const (
	tarEntryBytes = 4 << 10
	tarExtraBytes = 64 << 10
)

func newOutputSink(ctx context.Context, consume func(context.Context, io.Reader) error, caps tree.Caps) *outputSink {
	if consume == nil {
		consume = func(_ context.Context, r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return err
		}
	}
	return &outputSink{
		ctx: ctx, consume: consume, caps: caps,
		raw: caps.Bytes + int64(caps.Files)*tarEntryBytes + tarExtraBytes,
	}
}

// add takes the next piece. Its error is a protocol error only: what the check
// or the consumer has against the output comes from close.
func (o *outputSink) add(p []byte) error {
	if o.pipe == nil {
		o.open()
	}
	o.raw -= int64(len(p))
	if o.raw < 0 {
		return fmt.Errorf("%w: the output is longer than announced", errProtocol)
	}
	// A reader that gave up makes this fail; the rest of the stream is read and dropped.
	_, _ = o.pipe.Write(p)
	return nil
}

// open starts the check and the consumer.
func (o *outputSink) open() {
	source, pipe := io.Pipe()
	o.pipe, o.done = pipe, make(chan error, 1)
	clean, cleanPipe := io.Pipe()
	checked := make(chan error, 1)
	go func() {
		totals, err := tree.Copy(cleanPipe, source, o.caps)
		o.totals = totals
		if err == nil {
			// What follows the archive's end is padding; it is dropped.
			_, err = io.Copy(io.Discard, source)
		}
		cleanPipe.CloseWithError(err)
		source.CloseWithError(errors.Join(err, io.ErrClosedPipe))
		checked <- err
	}()
	go func() {
		err := o.consume(o.ctx, clean)
		clean.CloseWithError(errStopped)
		o.done <- firstError(<-checked, err)
	}()
}

// errStopped is what the check meets when the consumer stops early.
var errStopped = errors.New("the consumer of the output stopped")

// close ends the stream and returns the check's refusal, else the consumer's
// error. An output that never began is an empty one.
func (o *outputSink) close(complete bool) error {
	if o.pipe == nil {
		return nil
	}
	if complete {
		o.pipe.Close()
	} else {
		o.pipe.CloseWithError(io.ErrUnexpectedEOF)
	}
	return <-o.done
}

// firstError prefers the check's finding, unless the consumer made it fail.
func firstError(check, consumer error) error {
	if check == nil || errors.Is(check, errStopped) {
		return consumer
	}
	return check
}
