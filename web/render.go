package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"

	"incubator/platform/accounts"
	"incubator/web/pages"
)

// compressFrom is the size from which a page gains by compression: about what
// one network packet holds.
const compressFrom = 1400

// Frame returns the shared part of a page for the caller, with the messages that
// wait for it. Handlers add title, section and heading.
func (a *App) Frame(c *fiber.Ctx) pages.Frame {
	f := pages.Frame{Version: a.cfg.Version, Here: c.Path(), Flash: a.takeFlash(c)}
	if theme := c.Cookies(themeCookie); theme == "light" || theme == "dark" {
		f.Theme = theme
	}
	if p := Caller(c); p.SignedIn() {
		f.Viewer = a.viewer(c, p)
		f.CSRF = a.FormToken(c)
	}
	return f
}

// viewer describes the caller for the top bar. A page is shown without the
// organisation rather than not at all.
func (a *App) viewer(c *fiber.Ctx, p accounts.Principal) *pages.Viewer {
	v := &pages.Viewer{Name: p.User.Name, Initials: Initials(p.User.Name), Organizer: p.CanOrganise(), Admin: p.CanAdminister()}
	if p.User.OrganizationID == "" {
		return v
	}
	o, err := a.services.Accounts.Organization(c.UserContext(), p.User.OrganizationID)
	if err != nil {
		a.cfg.Log.WarnContext(c.UserContext(), "the organisation of a viewer cannot be read", "user", p.User.ID, "error", err.Error())
		return v
	}
	v.Organization, v.Kind = o.Name, KindName(o.Kind)
	return v
}

// KindName is the kind of an organisation as people read it.
func KindName(k accounts.Kind) string {
	switch k {
	case accounts.SME:
		return "SME"
	case accounts.Academic:
		return "Academic"
	case accounts.Industry:
		return "Industry"
	case accounts.National:
		return "National"
	}
	return string(k)
}

// Initials returns up to two capitals for the avatar.
func Initials(name string) string {
	var out strings.Builder
	for _, word := range strings.Fields(name) {
		r, _ := utf8.DecodeRuneInString(word)
		if !unicode.IsLetter(r) {
			continue // "(demo)" is no name
		}
		if out.WriteString(strings.ToUpper(string(r))); utf8.RuneCountInString(out.String()) == 2 {
			break
		}
	}
	return out.String()
}

// Render answers with a page. It is rendered whole before the first byte is
// sent; for readers who are not signed in it carries an ETag.
func (a *App) Render(c *fiber.Ctx, page string, model any) error {
	body, err := a.pages.Page(page, model)
	if err != nil {
		return err
	}
	return a.sendHTML(c, body)
}

// RenderPart answers with one named part of a page, for an update without reload.
func (a *App) RenderPart(c *fiber.Ctx, page, part string, model any) error {
	body, err := a.pages.Part(page, part, model)
	if err != nil {
		return err
	}
	return a.sendHTML(c, body)
}

func (a *App) sendHTML(c *fiber.Ctx, body []byte) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Vary(fiber.HeaderCookie, fiber.HeaderAcceptEncoding)
	if !Caller(c).SignedIn() && c.Method() == fiber.MethodGet {
		sum := sha256.Sum256(body)
		tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
		c.Set(fiber.HeaderETag, tag)
		c.Set(fiber.HeaderCacheControl, "private, no-cache")
		if MatchesTag(c.Get(fiber.HeaderIfNoneMatch), tag) {
			return c.SendStatus(fiber.StatusNotModified)
		}
	} else {
		c.Set(fiber.HeaderCacheControl, "private, no-store")
	}
	if len(body) < compressFrom || !accepts(c, "gzip") {
		return c.Send(body)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(b.Bytes())
}

// MatchesTag compares If-None-Match with a tag, weakly as RFC 9110 asks.
func MatchesTag(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// accepts reports whether the client takes the content coding: named, and not
// with quality zero.
func accepts(c *fiber.Ctx, coding string) bool {
	for part := range strings.SplitSeq(c.Get(fiber.HeaderAcceptEncoding), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q := strings.ReplaceAll(params, " ", "")
		return !(strings.HasPrefix(q, "q=0") && strings.Trim(q[3:], ".0") == "")
	}
	return false
}
