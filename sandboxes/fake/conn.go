package fake

import (
	"bytes"
	"io"
	"sync"
)

// conn is the platform's end of a container's standard streams.
type conn struct {
	stdin  *io.PipeWriter
	stdout *io.PipeReader
	input  *io.PipeReader // the container's end of stdin

	mu   sync.Mutex
	diag bytes.Buffer
}

// newConn returns both ends. Like the real engine it drops what the container
// prints when nobody is attached any more.
func newConn() (c *conn, stdin io.Reader, stdout, stderr io.WriteCloser) {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	c = &conn{stdin: inWrite, stdout: outRead, input: inRead}
	return c, inRead, lossy{outWrite}, diagWriter{c}
}

func (c *conn) Read(p []byte) (int, error)  { return c.stdout.Read(p) }
func (c *conn) Write(p []byte) (int, error) { return c.stdin.Write(p) }

// Close ends both directions.
func (c *conn) Close() error {
	_ = c.stdin.Close()
	return c.stdout.Close()
}

// endInput makes writes fail once the container has ended.
func (c *conn) endInput() { _ = c.input.Close() }

// Diagnostics returns what the program wrote to standard error.
func (c *conn) Diagnostics() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.diag.String()
}

type lossy struct{ *io.PipeWriter }

func (l lossy) Write(p []byte) (int, error) {
	if n, err := l.PipeWriter.Write(p); err == nil {
		return n, nil
	}
	return len(p), nil
}

type diagWriter struct{ c *conn }

func (d diagWriter) Write(p []byte) (int, error) {
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	return d.c.diag.Write(p)
}

func (d diagWriter) Close() error { return nil }
