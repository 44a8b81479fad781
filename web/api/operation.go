package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
)

// operation is one line of the API: what the route table needs of it and what
// the OpenAPI document says about it.
type operation struct {
	method, path string // below Prefix, with {parameters}
	id           string // unique, also in logs and metrics
	roles        []accounts.Role
	scope        accounts.Scope // as in web.Route
	tag, summary string
	text         string // more than the summary says; may be empty
	status       int    // of success; zero is 200
	refusals     []int  // statuses that a caller must expect besides those of every operation
}

// What the document says beside the standard's own fields.
const (
	extensionRoles = "x-roles"
	extensionScope = "x-scope"
)

var (
	anyone     = []accounts.Role{web.Anyone}
	signedIn   = []accounts.Role{web.SignedIn}
	organisers = []accounts.Role{accounts.Administrator, accounts.Organiser}
	admins     = []accounts.Role{accounts.Administrator}
)

// recorder takes the handlers that huma's adapter would add to a router: they
// become lines of the route table, so that every guard stands before them.
type recorder struct {
	fiber.Router
	last fiber.Handler
}

// Add keeps the handler of the operation that is being registered.
func (r *recorder) Add(_, _ string, handlers ...fiber.Handler) fiber.Router {
	r.last = handlers[0]
	return r
}

type output[T any] struct{ Body T }

// add registers an operation whose answer is a T.
func add[I, T any](a *API, op operation, handler func(ctx context.Context, by accounts.Principal, in *I) (T, error)) {
	huma.Register(a.huma, op.describe(), func(ctx context.Context, in *I) (*output[T], error) {
		call := callOf(ctx)
		body, err := handler(ctx, call.by, in)
		if err != nil {
			return nil, call.fail(err)
		}
		call.annotate(body)
		return &output[T]{Body: body}, nil
	})
	a.route(op, a.guarded(op))
}

// addEmpty registers an operation whose answer is 204 without a body.
func addEmpty[I any](a *API, op operation, handler func(ctx context.Context, by accounts.Principal, in *I) error) {
	op.status = http.StatusNoContent
	huma.Register(a.huma, op.describe(), func(ctx context.Context, in *I) (*struct{}, error) {
		call := callOf(ctx)
		if err := handler(ctx, call.by, in); err != nil {
			return nil, call.fail(err)
		}
		return nil, nil
	})
	a.route(op, a.guarded(op))
}

// guarded returns the handler that huma made for the operation, with what
// surrounds it.
func (a *API) guarded(op operation) fiber.Handler {
	handler := a.serve(a.recorder.last)
	if op.method == http.MethodPost {
		handler = a.idempotent(op.id, handler)
	}
	return handler
}

// addRaw registers a handler that huma does not serve, with a description made by
// hand: streams and bytes that are ready.
func (a *API) addRaw(op operation, handler fiber.Handler, describe func(*huma.Operation)) *web.Route {
	described := op.describe()
	described.Responses = map[string]*huma.Response{}
	describe(&described)
	describeProblems(&described)
	a.huma.OpenAPI().AddOperation(&described)
	return a.route(op, handler)
}

func (a *API) route(op operation, handler fiber.Handler) *web.Route {
	path := strings.NewReplacer("{", ":", "}", "").Replace(op.path)
	a.routes = append(a.routes, web.Route{
		Method: op.method, Path: Prefix + path, Roles: op.roles, Scope: op.scope,
		Kind: web.KindAPI, Operation: op.id, Handler: handler,
	})
	return &a.routes[len(a.routes)-1]
}

func (op operation) describe() huma.Operation {
	status := op.status
	if status == 0 {
		status = http.StatusOK
	}
	var parameters []*huma.Param
	if op.method == http.MethodPost {
		parameters = append(parameters, idempotencyParameter())
	}
	return huma.Operation{
		Parameters: parameters,
		Method:     op.method, Path: Prefix + op.path, OperationID: op.id, Tags: []string{op.tag},
		Summary: op.summary, Description: op.text, DefaultStatus: status,
		Errors: op.expected(), Security: op.security(),
		Extensions: map[string]any{extensionRoles: op.roles, extensionScope: op.scope},
	}
}

// expected lists the refusals of the operation: its own, and those that follow
// from its guards.
func (op operation) expected() []int {
	out := append([]int{}, op.refusals...)
	if op.roles[0] != web.Anyone {
		out = append(out, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(op.path, "{") {
		out = append(out, http.StatusNotFound)
	}
	return out
}

func (op operation) security() []map[string][]string {
	session, token := map[string][]string{"session": {}}, map[string][]string{"token": {}}
	switch {
	case op.roles[0] == web.Anyone:
		return []map[string][]string{{}, session, token}
	case op.scope == "":
		return []map[string][]string{session}
	}
	return []map[string][]string{session, token}
}
