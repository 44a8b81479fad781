package web

import (
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
)

// The two roles that no user has: they say "anyone at all" and "anyone signed in".
const (
	Anyone   accounts.Role = "anyone"
	SignedIn accounts.Role = "signed_in"
)

// AnyScope on a route accepts every valid API token.
const AnyScope accounts.Scope = "any"

// Kind says what a route answers with, which decides how it fails.
type Kind string

// The kinds.
const (
	KindPage   Kind = "page"   // HTML; nobody signed in is sent to the sign-in page
	KindAPI    Kind = "api"    // JSON; errors are problem details
	KindStream Kind = "stream" // server-sent events, without a timeout
	KindStatic Kind = "static" // assets and probes; no session is read
)

// Route is one line of the route table.
type Route struct {
	Method string
	Path   string
	Roles  []accounts.Role // any of them may call it
	// Scope is what an API token needs to call it. Empty means that no token may,
	// unless the route is for anyone: there a token needs no scope.
	Scope     accounts.Scope
	Kind      Kind
	Operation string // unique name, used in logs and metrics
	Template  string // page template that the handler renders, if any
	// BodyLimit in bytes; 0 means the configured limit.
	BodyLimit int64
	// Upload leaves the body unread for the handler and sets no deadline. On a
	// page the handler must check the form token itself, before it reads a file.
	Upload bool
	// NoToken accepts a form without a token, for actions that change nothing
	// but the reader's own view. Requests from other sites are still refused.
	NoToken bool
	Handler fiber.Handler
}

// routes is the one table of everything that the platform serves.
func (a *App) routes() []Route {
	all := []accounts.Role{Anyone}
	return []Route{
		{Method: "GET", Path: "/healthz", Roles: all, Kind: KindStatic, Operation: "health", Handler: a.health},
		{Method: "GET", Path: "/readyz", Roles: all, Kind: KindStatic, Operation: "ready", Handler: a.ready},
		{Method: "GET", Path: "/metrics", Roles: all, Kind: KindAPI, Operation: "metrics", Handler: a.serveMetrics},
		{Method: "GET", Path: "/static/:name", Roles: all, Kind: KindStatic, Operation: "asset", Handler: a.serveAsset},
		{Method: "POST", Path: "/theme", Roles: all, Kind: KindPage, Operation: "theme.set", NoToken: true, Handler: a.setTheme},
		{Method: "GET", Path: "/api/v1/events", Roles: all, Kind: KindStream, Operation: "events.stream", Handler: a.streamEvents},
	}
}

// register checks the table and adds each route with the guards of its kind.
func (a *App) register(table []Route) error {
	seen := map[string]bool{}
	for _, r := range table {
		key := r.Method + " " + r.Path
		switch {
		case r.Handler == nil || r.Operation == "":
			return fmt.Errorf("route %s has no handler or no operation", key)
		case len(r.Roles) == 0:
			return fmt.Errorf("route %s names no role", key)
		case seen[key] || seen[r.Operation]:
			return fmt.Errorf("route %s (%s) is declared twice", key, r.Operation)
		case r.Template != "" && !a.pages.Has(r.Template):
			return fmt.Errorf("route %s renders template %q, which does not exist", key, r.Template)
		}
		seen[key], seen[r.Operation] = true, true
		a.fiber.Add(r.Method, r.Path, a.guards(r)...)
		if r.Method == fiber.MethodGet && r.Kind != KindStream {
			a.fiber.Add(fiber.MethodHead, r.Path, a.guards(r)...) // RFC 9110, section 9.3.2
		}
	}
	return nil
}

// guards returns the handlers of a route, in the order in which they run.
func (a *App) guards(r Route) []fiber.Handler {
	chain := []fiber.Handler{a.name(r)}
	if r.Kind == KindStatic {
		return append(chain, r.Handler)
	}
	if r.Kind != KindStream && !r.Upload {
		chain = append(chain, a.deadline)
	}
	return append(chain, a.limitBody(r), a.authenticate, a.authorize(r), a.checkOrigin(r), r.Handler)
}

// name stores the route for logs, metrics and the error handler.
func (a *App) name(r Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(keyRoute, &r)
		return c.Next()
	}
}

// allows reports whether the roles of the principal open the route.
func (r Route) allows(p accounts.Principal) bool {
	if slices.Contains(r.Roles, Anyone) {
		return true
	}
	return p.SignedIn() && (slices.Contains(r.Roles, SignedIn) || p.HasRole(r.Roles...))
}

// takesToken reports whether the principal came without an API token, or with one
// whose scopes open the route.
func (r Route) takesToken(p accounts.Principal) bool {
	if p.TokenID == "" || slices.Contains(r.Roles, Anyone) || r.Scope == AnyScope {
		return true
	}
	return r.Scope != "" && p.Allows(r.Scope)
}
