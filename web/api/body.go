package api

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/files"
	"incubator/scenarios"
	"incubator/web"
)

// bodyReader reads an upload up to a limit, hashes it, and fails when nothing
// comes for too long. It is used within the request alone.
type bodyReader struct {
	source io.Reader
	conn   net.Conn
	idle   time.Duration
	limit  int64 // bytes; more is an error
	read   int64
	hash   hash.Hash
	done   bool
}

// openBody refuses by its length what is too large, before it is read.
func (a *API) openBody(c *fiber.Ctx, kind scenarios.KindSpec) (*bodyReader, error) {
	limit := a.cfg.MaxUpload
	if kind.MaxSize > 0 {
		limit = min(limit, int64(kind.MaxSize))
	}
	if int64(c.Request().Header.ContentLength()) > limit {
		return nil, fileTooLarge(limit)
	}
	source := c.Context().RequestBodyStream()
	if source == nil {
		source = bytes.NewReader(nil)
	}
	return &bodyReader{source: source, conn: c.Context().Conn(), idle: a.cfg.UploadIdle, limit: limit, hash: sha256.New()}, nil
}

func fileTooLarge(limit int64) error {
	message := "The file is larger than the limit of " + files.FormatSize(limit) + "."
	return &web.RequestError{Status: http.StatusRequestEntityTooLarge, Message: message, Details: []web.Detail{{Message: message, Location: "body"}}}
}

// Read reads on from the connection.
func (b *bodyReader) Read(p []byte) (int, error) {
	// A connection that takes no deadline, as in tests, is not worth failing for.
	_ = b.conn.SetReadDeadline(time.Now().Add(b.idle))
	n, err := b.source.Read(p)
	_ = b.conn.SetReadDeadline(time.Time{})
	b.read += int64(n)
	b.hash.Write(p[:n])
	b.done = b.done || err == io.EOF
	if b.read > b.limit {
		return n, fileTooLarge(b.limit)
	}
	return n, err
}

func (b *bodyReader) sum() []byte { return b.hash.Sum(nil) }

// leaveBody ends a request whose body may not have been read.
func leaveBody(c *fiber.Ctx, u *upload) {
	if u == nil || !u.body.done {
		web.LeaveBody(c)
	}
}
