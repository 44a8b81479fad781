package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
)

// maxLoggedPath bounds a path in the access log, in bytes.
const maxLoggedPath = 200

// identify gives the request its id, which the log and the error page share, and
// finds out where it comes from.
func (a *App) identify(c *fiber.Ctx) error {
	id := a.cfg.NewID()
	c.Locals(keyRequestID, id)
	c.Locals(keyClient, clientOf(c.Context().RemoteIP(), forwardedFor(c), a.cfg.TrustedProxies))
	if a.services.Events != nil {
		c.Locals(keyLastEvent, a.services.Events.LastID())
	}
	c.Set(fiber.HeaderXRequestID, id)
	return c.Next()
}

// RequestID returns the id of the request.
func RequestID(c *fiber.Ctx) string {
	id, _ := c.Locals(keyRequestID).(string)
	return id
}

// observe writes the access log and counts the request. Errors are answered
// here, since the status is not known before.
func (a *App) observe(c *fiber.Ctx) error {
	start := a.cfg.Now()
	if err := c.Next(); err != nil {
		if err := a.handleError(c, err); err != nil {
			return err
		}
	}
	took := a.cfg.Now().Sub(start)
	operation := operationOf(c)
	status := c.Response().StatusCode()
	a.metrics.observe(c.Method(), operation, status, took)
	attrs := []slog.Attr{
		slog.String("request_id", RequestID(c)), slog.String("method", c.Method()), slog.String("path", shortened(c.Path())),
		slog.String("operation", operation), slog.Int("status", status), slog.Duration("took", took), slog.String("address", ClientIP(c)),
	}
	if p := Caller(c); p.SignedIn() {
		attrs = append(attrs, slog.String("user", p.User.ID))
	}
	a.cfg.Log.LogAttrs(c.UserContext(), slog.LevelInfo, "request", attrs...)
	return nil
}

// shortened keeps what a stranger sends from filling the log.
func shortened(path string) string {
	if len(path) <= maxLoggedPath {
		return path
	}
	return strings.ToValidUTF8(path[:maxLoggedPath], "") + "…"
}

func operationOf(c *fiber.Ctx) string {
	if r, ok := c.Locals(keyRoute).(*Route); ok {
		return r.Operation
	}
	return "none"
}

// rescue turns a panic into an internal error with its stack in the log.
func (a *App) rescue(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errs.Wrap(fmt.Errorf("panic: %v\n%s", r, debug.Stack()), errs.Internal, "")
		}
	}()
	return c.Next()
}

// policy allows what the embedded assets need and nothing else: no inline
// script, no inline style, no other host.
var policy = strings.Join([]string{
	"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
	"connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "manifest-src 'self'",
}, "; ")

// protect sets the headers that narrow what a browser does with an answer.
func (a *App) protect(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=()")
	if strings.HasPrefix(a.cfg.PublicURL, "https://") {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
	return c.Next()
}

// deadline bounds the work of a request. fasthttp does not cancel when a
// client leaves, so this is the only end that the work has.
func (a *App) deadline(c *fiber.Ctx) error {
	outer := c.UserContext()
	ctx, cancel := context.WithTimeout(outer, a.cfg.Timeout)
	defer func() {
		cancel()
		c.SetUserContext(outer) // the error page still has to read who it is for
	}()
	c.SetUserContext(ctx)
	return c.Next()
}

// limitBody reads the body up to the route's limit. Bodies arrive as streams,
// so without this c.Body would read one of any length into memory.
func (a *App) limitBody(r Route) fiber.Handler {
	limit := r.BodyLimit
	if limit == 0 {
		limit = a.cfg.BodyLimit
	}
	return func(c *fiber.Ctx) error {
		if int64(c.Request().Header.ContentLength()) > limit {
			return tooLarge(c, limit)
		}
		stream := c.Context().RequestBodyStream()
		if r.Upload || stream == nil {
			return c.Next()
		}
		body, err := io.ReadAll(io.LimitReader(stream, limit+1))
		if err != nil {
			c.Context().SetConnectionClose()
			return errs.Wrap(err, errs.Invalid, "The request ended before it was complete.")
		}
		if int64(len(body)) > limit {
			return tooLarge(c, limit)
		}
		c.Request().SetBody(body)
		return c.Next()
	}
}

// tooLarge ends the connection as well: the rest of the body is never read.
func tooLarge(c *fiber.Ctx, limit int64) error {
	c.Context().SetConnectionClose()
	return fiber.NewError(fiber.StatusRequestEntityTooLarge, fmt.Sprintf("The request is larger than the %d bytes that are allowed here.", limit))
}
