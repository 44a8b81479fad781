package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
	"incubator/web/pages"
)

// errorTimeout bounds what an error page reads. The work that failed has used up
// its own time.
const errorTimeout = 2 * time.Second

// Problem is an RFC 9457 problem detail.
type Problem struct {
	Type      string            `json:"type"`
	Title     string            `json:"title"`
	Status    int               `json:"status"`
	Detail    string            `json:"detail,omitempty"`
	Code      errs.Code         `json:"code"`
	Fields    map[string]string `json:"fields,omitempty"`
	Errors    []Detail          `json:"errors,omitempty"`
	RequestID string            `json:"request_id"`
}

// Detail is one thing that is wrong with a request, and where: "body.name",
// "query.limit", "path.id".
type Detail struct {
	Message  string `json:"message"`
	Location string `json:"location,omitempty"`
}

// RequestError is a request that the API could not read or that its schema
// refuses, with its HTTP status.
type RequestError struct {
	Status  int
	Message string
	Details []Detail
}

// Error returns the message, for logs.
func (e *RequestError) Error() string { return e.Message }

// statuses maps the codes of errs to HTTP, here and nowhere else.
var statuses = map[errs.Code]int{
	errs.Invalid: http.StatusUnprocessableEntity, errs.Unauthorized: http.StatusUnauthorized,
	errs.Forbidden: http.StatusForbidden, errs.NotFound: http.StatusNotFound, errs.Conflict: http.StatusConflict,
	errs.TooMany: http.StatusTooManyRequests, errs.Unavailable: http.StatusServiceUnavailable,
	errs.Internal: http.StatusInternalServerError,
}

// codeOf maps the statuses that the framework itself answers with back to codes.
func codeOf(status int) errs.Code {
	switch {
	case status == http.StatusNotFound:
		return errs.NotFound
	case status == http.StatusServiceUnavailable:
		return errs.Unavailable
	case status >= 400 && status < 500:
		return errs.Invalid
	}
	return errs.Internal
}

// problemOf returns what may be shown of an error.
func problemOf(err error) Problem {
	p := Problem{Type: "about:blank", Code: errs.CodeOf(err), Detail: errs.MessageOf(err)}
	p.Status = statuses[p.Code]
	var own *errs.Error
	var framework *fiber.Error
	var request *RequestError
	switch {
	case errors.As(err, &request):
		p.Status, p.Code, p.Detail, p.Errors = request.Status, codeOf(request.Status), request.Message, request.Details
	case errors.As(err, &own):
		p.Fields = own.Fields
	case errors.As(err, &framework):
		p.Status, p.Code, p.Detail = framework.Code, codeOf(framework.Code), framework.Message
		if strings.HasPrefix(p.Detail, "Cannot ") || p.Detail == http.StatusText(p.Status) {
			p.Detail = "" // the framework's own words add nothing to the title
		}
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// handleError answers every error: problem details to programs, a page to
// people. The cause goes to the log under the id that the answer names.
func (a *App) handleError(c *fiber.Ctx, err error) error {
	p := problemOf(err)
	p.RequestID = RequestID(c)
	if p.Status >= http.StatusInternalServerError {
		a.cfg.Log.LogAttrs(c.UserContext(), slog.LevelError, "request failed",
			slog.String("request_id", p.RequestID), slog.String("operation", operationOf(c)), slog.String("error", err.Error()))
	}
	var own *errs.Error
	if errors.As(err, &own) && own.RetryAfter > 0 {
		seconds := (own.RetryAfter + time.Second - 1) / time.Second
		c.Set(fiber.HeaderRetryAfter, strconv.FormatInt(int64(seconds), 10))
	}
	if p.Status == http.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="incubator"`)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Status(p.Status)
	if forProgram(c) {
		return c.JSON(p, "application/problem+json")
	}
	return a.errorPage(c, p)
}

// forProgram reports whether the answer is read by a program.
func forProgram(c *fiber.Ctx) bool {
	if r, ok := c.Locals(keyRoute).(*Route); ok {
		return r.Kind != KindPage
	}
	return strings.HasPrefix(c.Path(), "/api/")
}

// errorPage renders the page of a problem; plain text when even that fails.
func (a *App) errorPage(c *fiber.Ctx, p Problem) error {
	outer := c.UserContext()
	ctx, cancel := context.WithTimeout(outer, errorTimeout)
	defer cancel()
	defer c.SetUserContext(outer)
	c.SetUserContext(ctx)
	page := pages.ErrorPage{Frame: a.Frame(c), Status: p.Status, RequestID: p.RequestID}
	page.Heading, page.Advice = errorWords(p.Status)
	page.Title, page.Text = page.Heading, p.Detail
	page.Action = pages.Link{Text: "Go to the start page", Href: "/"}
	body, err := a.pages.Page("error", page)
	if err != nil {
		a.cfg.Log.ErrorContext(c.UserContext(), "error page failed", slog.String("request_id", p.RequestID), slog.String("error", err.Error()))
		return c.SendString(p.Title + ". " + p.Detail + " Request " + p.RequestID)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(body)
}

// errorWords says in a heading what happened and, in a list, what to do.
func errorWords(status int) (string, []string) {
	switch status {
	case http.StatusNotFound:
		return "This page does not exist", []string{"Check the address for a slip.", "A challenge or team that is not public looks the same: sign in if you belong to it."}
	case http.StatusUnauthorized:
		return "Sign in to see this", []string{"Your session may have ended."}
	case http.StatusForbidden:
		return "You may not do this", []string{"Ask your team's captain or an organiser for the role that it needs."}
	case http.StatusConflict:
		return "This is not possible now", []string{"Load the page again: it may have changed in the meantime."}
	case http.StatusTooManyRequests:
		return "Too many requests", []string{"Wait a moment, then try again."}
	case http.StatusRequestEntityTooLarge:
		return "This is too large", []string{"The form names the limit of each kind."}
	case http.StatusServiceUnavailable:
		return "Part of the platform is not available", []string{"Nothing of yours is lost. Try again in a minute."}
	case http.StatusInternalServerError:
		return "Something went wrong on our side", []string{"Nothing that was accepted is lost.", "Try again; if it stays, tell the organisers the request number below."}
	}
	return "This did not work", []string{"Go back, correct the input and try again."}
}
