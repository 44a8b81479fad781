package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
)

const (
	csrfField  = "csrf"
	csrfHeader = "X-CSRF-Token"
)

// checkOrigin refuses a request that changes something when it comes from
// another site or, from a browser, without the token of its form. A request
// with a bearer token is no forgery: no browser adds one by itself.
func (a *App) checkOrigin(r Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if safe(c.Method()) {
			return c.Next()
		}
		if Caller(c).TokenID != "" {
			return c.Next()
		}
		if !a.sameSite(c) {
			return errs.New(errs.Forbidden, "This request came from another site and was refused.")
		}
		if r.NoToken || (r.Upload && r.Kind == KindPage) {
			return c.Next()
		}
		token := c.Get(csrfHeader)
		if token == "" && !r.Upload {
			token = c.FormValue(csrfField)
		}
		if err := a.CheckToken(c, token); err != nil {
			return err
		}
		return c.Next()
	}
}

func safe(method string) bool {
	return method == fiber.MethodGet || method == fiber.MethodHead || method == fiber.MethodOptions
}

// sameSite trusts Sec-Fetch-Site, which no page can forge, and falls back to
// Origin for browsers without it. Neither header means that no browser sent
// the request; the form token then decides alone.
func (a *App) sameSite(c *fiber.Ctx) bool {
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
	default:
		return false
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if a.cfg.PublicURL != "" {
		return origin == strings.TrimSuffix(a.cfg.PublicURL, "/")
	}
	return u.Host == string(c.Request().Host())
}

// FormToken returns a token for the forms of a page. It is bound to the
// session, or to a cookie of its own before sign-in, and masked anew each
// time, so that compression cannot reveal it.
func (a *App) FormToken(c *fiber.Ctx) string {
	mac := a.tokenMAC(a.tokenSubject(c, true))
	pad := make([]byte, len(mac))
	_, _ = rand.Read(pad) // never fails, by its contract
	masked := make([]byte, len(mac))
	subtle.XORBytes(masked, mac, pad)
	return base64.RawURLEncoding.EncodeToString(append(pad, masked...))
}

// CheckToken returns errs.Forbidden unless the token belongs to the caller.
// Handlers of uploads call it with the first field of their form.
func (a *App) CheckToken(c *fiber.Ctx, token string) error {
	refused := errs.New(errs.Forbidden, "The form is too old or not from this site. Load the page again and repeat; nothing was changed.")
	raw, err := base64.RawURLEncoding.DecodeString(token)
	subject := a.tokenSubject(c, false)
	if err != nil || len(raw) != 2*sha256.Size || subject == "" {
		return refused
	}
	mac := make([]byte, sha256.Size)
	subtle.XORBytes(mac, raw[:sha256.Size], raw[sha256.Size:])
	if !hmac.Equal(mac, a.tokenMAC(subject)) {
		return refused
	}
	return nil
}

func (a *App) tokenMAC(subject string) []byte {
	h := hmac.New(sha256.New, a.cfg.Secret)
	h.Write([]byte("form token\x00" + subject))
	return h.Sum(nil)
}

// tokenSubject returns what the caller's tokens are bound to. For nobody it is
// a random cookie, which is set when create is true.
func (a *App) tokenSubject(c *fiber.Ctx, create bool) string {
	if Caller(c).SignedIn() {
		return "session:" + a.SessionToken(c)
	}
	name := "visit"
	if a.secure() {
		name = "__Host-visit"
	}
	visit := c.Cookies(name)
	if visit == "" && create {
		visit = rand.Text()
		c.Cookie(a.cookie(name, visit))
		c.Request().Header.SetCookie(name, visit) // one page, one cookie, many forms
	}
	if visit == "" {
		return ""
	}
	return "visit:" + visit
}
