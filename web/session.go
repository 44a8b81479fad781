package web

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
)

// Principal is who calls: what a session or an API token stands for.
type Principal struct {
	UserID       string
	Name         string
	Organization string
	Kind         string // of the organisation
	Roles        []Role
}

// Has reports whether the principal has the role; nobody has none.
func (p *Principal) Has(role Role) bool { return p != nil && slices.Contains(p.Roles, role) }

// Accounts turns a session or API token into who calls. A token that is not
// valid is an errs.Unauthorized error.
type Accounts interface {
	Authenticate(ctx context.Context, token string) (Principal, error)
}

// contextKey keeps our request values apart from those of libraries.
type contextKey string

const (
	keyRoute     contextKey = "route"
	keyPrincipal contextKey = "principal"
	keyRequestID contextKey = "request_id"
	keyBearer    contextKey = "bearer"
)

// Caller returns who is signed in, nil for nobody.
func Caller(c *fiber.Ctx) *Principal {
	p, _ := c.Locals(keyPrincipal).(*Principal)
	return p
}

// authenticate finds out who calls, from the session cookie or a bearer token.
// A page read with a stale cookie is a page read by nobody; a bearer token
// that is not valid is always refused, so that no program works by accident.
func (a *App) authenticate(c *fiber.Ctx) error {
	token, bearer := a.sessionToken(c), false
	if scheme, value, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " "); ok && strings.EqualFold(scheme, "bearer") {
		token, bearer = strings.TrimSpace(value), true
	}
	if token == "" || a.services.Accounts == nil {
		return c.Next()
	}
	p, err := a.services.Accounts.Authenticate(c.UserContext(), token)
	switch {
	case err == nil:
		c.Locals(keyPrincipal, &p)
		c.Locals(keyBearer, bearer)
	case !errs.Is(err, errs.Unauthorized) || bearer:
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
		case r.allows(p):
			return c.Next()
		case p != nil:
			return errs.New(errs.Forbidden, "Your account may not do this.")
		case r.Kind == KindPage && c.Method() == fiber.MethodGet:
			return c.Redirect("/sign-in?next="+url.QueryEscape(c.OriginalURL()), fiber.StatusSeeOther)
		}
		return errs.New(errs.Unauthorized, "Sign in to do this.")
	}
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

func (a *App) sessionToken(c *fiber.Ctx) string { return c.Cookies(a.sessionName()) }

// sessionName carries the __Host- prefix where cookies are secure: a browser
// then refuses the cookie from any other host or path.
func (a *App) sessionName() string {
	if a.secure() {
		return "__Host-session"
	}
	return "session"
}

func (a *App) secure() bool { return strings.HasPrefix(a.cfg.PublicURL, "https://") }

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
