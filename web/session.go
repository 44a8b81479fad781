package web

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
)

// contextKey keeps our request values apart from those of libraries.
type contextKey string

const (
	keyRoute     contextKey = "route"
	keyPrincipal contextKey = "principal"
	keyRequestID contextKey = "request_id"
	keyClient    contextKey = "client"
	keyLastEvent contextKey = "last_event"
)

// Caller returns who makes the request; the zero principal is a guest.
func Caller(c *fiber.Ctx) accounts.Principal {
	if p, ok := c.Locals(keyPrincipal).(*accounts.Principal); ok {
		return *p
	}
	return accounts.Principal{}
}

// credential is the secret that a request proves its caller with.
type credential struct {
	secret string
	bearer bool // an API token in the Authorization header, not a session's cookie
}

func (a *App) credentialOf(c *fiber.Ctx) credential {
	if scheme, value, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " "); ok && strings.EqualFold(scheme, "bearer") {
		return credential{strings.TrimSpace(value), true}
	}
	return credential{secret: a.SessionToken(c)}
}

// principal returns whom the credential stands for; none at all is a guest.
func (a *App) principal(ctx context.Context, from credential) (accounts.Principal, error) {
	switch {
	case a.services.Accounts == nil, from == credential{}:
		return accounts.Principal{}, nil
	case from.bearer:
		return a.services.Accounts.AuthenticateToken(ctx, from.secret)
	}
	return a.services.Accounts.Authenticate(ctx, from.secret)
}

// authenticate finds out who calls, from the session cookie or a bearer token.
// A page read with a stale cookie is a page read by nobody; a bearer token
// that is not valid is always refused, so that no program works by accident.
func (a *App) authenticate(c *fiber.Ctx) error {
	from := a.credentialOf(c)
	p, err := a.principal(c.UserContext(), from)
	p.IP = ClientIP(c)
	switch {
	case err == nil:
		c.Locals(keyPrincipal, &p)
	case !errs.Is(err, errs.Unauthorized) || from.bearer:
		return err
	default:
		a.ClearSession(c)
	}
	return c.Next()
}

// authorize lets pass whom the route table allows.
func (a *App) authorize(r Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		p := Caller(c)
		switch {
		case !r.takesToken(p):
			return scopeMissing(r)
		case r.allows(p):
			return c.Next()
		case p.SignedIn():
			return errs.New(errs.Forbidden, "Your account may not do this.")
		case r.Kind == KindPage && c.Method() == fiber.MethodGet:
			return c.Redirect("/sign-in?next="+url.QueryEscape(c.OriginalURL()), fiber.StatusSeeOther)
		}
		return errs.New(errs.Unauthorized, "Sign in to do this.")
	}
}

func scopeMissing(r Route) error {
	if r.Scope == "" {
		return errs.New(errs.Forbidden, "This is not open to API tokens. Sign in with your password to do it.")
	}
	return errs.New(errs.Forbidden, "This API token lacks the scope %q.", string(r.Scope))
}

// SetSession stores the token of a new session in the browser until it expires.
func (a *App) SetSession(c *fiber.Ctx, token string, expires time.Time) {
	cookie := a.cookie(a.sessionName(), token)
	cookie.Expires = expires
	c.Cookie(cookie)
}

// ClearSession removes the session from the browser.
func (a *App) ClearSession(c *fiber.Ctx) {
	cookie := a.cookie(a.sessionName(), "")
	cookie.Expires = time.Unix(0, 0)
	c.Cookie(cookie)
}

// SessionToken returns the secret of the session that the browser shows, "" for none.
func (a *App) SessionToken(c *fiber.Ctx) string { return c.Cookies(a.sessionName()) }

// sessionName carries the __Host- prefix where cookies are secure: a browser
// then refuses the cookie from any other host or path.
func (a *App) sessionName() string {
	if a.secure() {
		return "__Host-session"
	}
	return "session"
}

func (a *App) secure() bool { return a.cfg.SecureCookies }

func (a *App) cookie(name, value string) *fiber.Cookie {
	return &fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: a.secure(), SameSite: fiber.CookieSameSiteLaxMode}
}

// LocalPath returns path when it leads to this host, "/" otherwise: an address
// from a form or a query must not send the reader elsewhere.
func LocalPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}
