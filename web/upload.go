package web

import (
	"io"
	"time"

	"github.com/gofiber/fiber/v2"
)

const (
	// drainBytes and drainTime bound what is read of an upload that was refused:
	// a client that is still sending then hears why, instead of a broken pipe.
	drainBytes = 16 << 20
	drainTime  = 5 * time.Second
)

// LeaveBody ends a request whose body was not read to its end: some of it is read
// away, and the connection ends when there is more.
func LeaveBody(c *fiber.Ctx) {
	c.Context().SetConnectionClose()
	source := c.Context().RequestBodyStream()
	if source == nil {
		return
	}
	_ = c.Context().Conn().SetReadDeadline(time.Now().Add(drainTime))
	_, _ = io.Copy(io.Discard, io.LimitReader(source, drainBytes)) // as far as it goes
	_ = c.Context().Conn().SetReadDeadline(time.Time{})
}
