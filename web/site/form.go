package site

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/web"
	"incubator/web/pages"
)

const (
	maxName     = 80  // characters, as accounts accepts them
	maxPassword = 200 // characters that a form takes; accounts has its own limit
)

// clientOf says where a request came from.
func clientOf(c *fiber.Ctx) accounts.Client {
	return accounts.Client{IP: web.ClientIP(c), UserAgent: c.Get(fiber.HeaderUserAgent)}
}

// done answers a form that was carried out: the message shows on the next page.
func (s *Site) done(c *fiber.Ctx, path, message string) error {
	s.app.Flash(c, pages.Flash{Tone: pages.ToneGood, Text: message})
	return c.Redirect(path, fiber.StatusSeeOther)
}

// undone answers an action without fields that was refused: the reason shows on
// the page that it was started from. Errors that are no answer to a person's
// action (not theirs, not there, our fault) go to the error page.
func (s *Site) undone(c *fiber.Ctx, path string, err error) error {
	if !mendable(err) {
		return err
	}
	s.app.Flash(c, pages.Flash{Tone: pages.ToneBad, Text: reason(err)})
	return c.Redirect(path, fiber.StatusSeeOther)
}

// refused puts the reason of an error at the fields it names, or above the form,
// and sets the status of the answer. It reports false for a failure of our own,
// which belongs on the error page.
func refused(c *fiber.Ctx, err error, f *pages.Form) bool {
	if errs.Is(err, errs.Internal) {
		return false
	}
	var own *errs.Error
	errors.As(err, &own)
	if !atFields(f.Fields, own.Fields) {
		f.Error = reason(err)
	}
	if own.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(own.RetryAfter.Seconds())))
	}
	c.Status(web.StatusOf(err))
	return true
}

// mendable reports whether typing something else, or waiting, can help.
func mendable(err error) bool {
	return errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) || errs.Is(err, errs.TooMany) || errs.Is(err, errs.Unavailable)
}

// atFields puts each message at its field and unfolds what hides one. It reports
// whether any message found its field.
func atFields(fields []pages.Field, messages map[string]string) (any bool) {
	for i := range fields {
		f := &fields[i]
		if text, ok := messages[f.Name]; ok {
			f.Error, any = sentence(text), true
		}
		if atFields(f.Fields, messages) {
			f.Open, any = true, true
		}
	}
	return any
}

// reason returns what may be shown of an error, with how long to wait.
func reason(err error) string {
	text := sentence(errs.MessageOf(err))
	var own *errs.Error
	if errors.As(err, &own) && own.RetryAfter > 0 {
		text = "Too many attempts. Try again in " + pages.Span(own.RetryAfter) + "."
	}
	return text
}

// sentence makes a message of the domain one: a capital first, a full stop last.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}

// withQuery returns the path with one query parameter, none when it is empty.
func withQuery(path, name, value string) string {
	if value == "" {
		return path
	}
	return path + "?" + url.Values{name: {value}}.Encode()
}

// cutPair splits a text at its first space.
func cutPair(text string) (first, rest string) {
	first, rest, _ = strings.Cut(text, " ")
	return first, rest
}

// formValues returns all values of a field that may be ticked more than once.
func formValues(c *fiber.Ctx, name string) (out []string) {
	for _, v := range c.Request().PostArgs().PeekMulti(name) {
		out = append(out, string(v))
	}
	return out
}

func options[T ~string](list []T, text func(T) string, selected ...T) (out []pages.Option) {
	for _, v := range list {
		o := pages.Option{Value: string(v), Text: text(v)}
		for _, s := range selected {
			o.Selected = o.Selected || s == v
		}
		out = append(out, o)
	}
	return out
}
