package docker

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/docker/docker/api/types"
)

const (
	muxHeader   = 8
	muxStdout   = 1
	muxStderr   = 2
	diagnostics = 4 << 10
)

var errMux = errors.New("docker: the attached stream is not multiplexed")

// conn separates the two outputs that the engine sends over one connection.
// Standard output is what Read returns; the beginning of standard error is kept.
type conn struct {
	stream types.HijackedResponse
	in     *bufio.Reader
	left   int // bytes of the current frame of standard output

	mu   sync.Mutex
	diag []byte
	once sync.Once
}

func newConn(stream types.HijackedResponse) *conn {
	return &conn{stream: stream, in: stream.Reader}
}

// Read returns standard output, io.EOF when the container has ended.
func (c *conn) Read(p []byte) (int, error) {
	for c.left == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	n, err := c.in.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// next reads the header of a frame and deals with one of standard error.
func (c *conn) next() error {
	var head [muxHeader]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		return err
	}
	size := int(binary.BigEndian.Uint32(head[4:]))
	switch head[0] {
	case muxStdout:
		c.left = size
		return nil
	case muxStderr:
		return c.keep(size)
	}
	return errMux
}

func (c *conn) keep(size int) error {
	c.mu.Lock()
	take := min(size, diagnostics-len(c.diag))
	c.mu.Unlock()
	kept := make([]byte, take)
	if _, err := io.ReadFull(c.in, kept); err != nil {
		return err
	}
	c.mu.Lock()
	c.diag = append(c.diag, kept...)
	c.mu.Unlock()
	_, err := io.CopyN(io.Discard, c.in, int64(size-take))
	return err
}

// Write feeds standard input.
func (c *conn) Write(p []byte) (int, error) { return c.stream.Conn.Write(p) }

// Diagnostics returns the beginning of standard error.
func (c *conn) Diagnostics() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.diag)
}

// Close ends the connection. The engine then closes the container's input.
func (c *conn) Close() error {
	c.once.Do(c.stream.Close)
	return nil
}
