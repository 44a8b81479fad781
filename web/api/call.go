package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
)

// call is one request on its way through huma. Errors leave through it, so that
// the application's one error handler answers them all.
type call struct {
	by       accounts.Principal
	self     string // path and query
	err      error
	location string // of what was created
	next     string // cursor of the next page
}

type callKey struct{}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// refused makes huma stop; what is answered is the error in the call.
type refused struct{}

func (refused) Error() string  { return "refused" }
func (refused) GetStatus() int { return http.StatusInternalServerError }

func (c *call) fail(err error) error {
	c.err = err
	return refused{}
}

// annotate takes from an answer what belongs into headers as well.
func (c *call) annotate(body any) {
	if page, ok := body.(interface{ nextCursor() string }); ok {
		c.next = page.nextCursor()
	}
	if created, ok := body.(interface{ location() string }); ok {
		c.location = created.location()
	}
}

// serve wraps the handler of an operation: it passes on who calls, and turns what
// comes back into an error or an answer with its headers.
func (a *API) serve(inner fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		call := &call{by: web.Caller(c), self: c.OriginalURL()}
		c.SetUserContext(context.WithValue(c.UserContext(), callKey{}, call))
		body := bytes.Clone(c.Request().Body())
		c.Request().SetBodyStream(bytes.NewReader(body), len(body)) // where huma's adapter looks for it
		if err := inner(c); err != nil {
			return err
		}
		if call.err != nil {
			c.Response().ResetBody()
			return call.err
		}
		return finish(c, call)
	}
}

// transform notes what huma itself refuses, and what a handler refused.
func transform(ctx huma.Context, _ string, body any) (any, error) {
	if model, ok := body.(*huma.ErrorModel); ok {
		callOf(ctx.Context()).err = requestError(model)
	}
	return body, nil
}

func requestError(model *huma.ErrorModel) error {
	e := &web.RequestError{Status: model.Status, Message: "The request is not valid: " + model.Detail + "."}
	for _, detail := range model.Errors {
		e.Details = append(e.Details, web.Detail{Message: detail.Message, Location: detail.Location})
	}
	if len(e.Details) > 0 {
		e.Message = strings.TrimSpace("The request is not valid: " + e.Details[0].Location + " " + e.Details[0].Message + ".")
	}
	return e
}

// finish adds the headers of a good answer. An answer to GET carries the hash of
// its bytes as its tag.
func finish(c *fiber.Ctx, call *call) error {
	if call.location != "" {
		c.Location(Prefix + call.location)
	}
	if call.next != "" {
		c.Set(fiber.HeaderLink, nextLink(call.self, call.next))
	}
	c.Vary(fiber.HeaderAuthorization, fiber.HeaderCookie)
	if c.Method() != fiber.MethodGet {
		c.Set(fiber.HeaderCacheControl, "no-store")
		return nil
	}
	sum := sha256.Sum256(c.Response().Body())
	return tagged(c, `"`+hex.EncodeToString(sum[:12])+`"`)
}

// tagged sets the tag of the answer and leaves the body out where the client has it.
func tagged(c *fiber.Ctx, tag string) error {
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	if web.MatchesTag(c.Get(fiber.HeaderIfNoneMatch), tag) {
		c.Response().ResetBody()
		c.Status(fiber.StatusNotModified)
	}
	return nil
}
