package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"incubator/web"
)

// The groups of operations.
const (
	tagAccount     = "Account"
	tagChallenges  = "Challenges"
	tagSubmissions = "Submissions"
	tagTeams       = "Teams"
	tagOrganising  = "Organising"
	tagAdmin       = "Administration"
	tagPlatform    = "Platform"
)

// document is the OpenAPI document, ready to send.
type document struct {
	json []byte
	etag string
}

const intro = `The programme's challenges, submissions and leaderboards for programs.

Sign in with an API token in the header ` + "`Authorization: Bearer …`" + `, made on the account page. Fields are in snake case, times in RFC 3339 and UTC, durations in seconds, sizes in bytes. Errors are problem details (RFC 9457): show ` + "`detail`" + ` to people and decide by ` + "`code`" + `. Lists come in pages: follow the Link header. GET answers carry an ETag for If-None-Match. A POST with an Idempotency-Key can be sent again for 24 hours without a second effect.`

func (a *API) humaConfig() huma.Config {
	c := huma.DefaultConfig("Incubator", a.cfg.Version)
	c.Info.Description = intro
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", "" // served by our own routes
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{transform}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "An API token; each operation names the scope that it needs as x-scope."},
		"session": {Type: "apiKey", In: "cookie", Name: "session", Description: "The cookie of a browser that is signed in. Requests that change something carry X-CSRF-Token too."},
	}
	c.Tags = []*huma.Tag{
		{Name: tagAccount, Description: "Who calls, and API tokens."},
		{Name: tagChallenges, Description: "Challenges, their phases, downloads and leaderboards."},
		{Name: tagSubmissions, Description: "What teams hand in, and what becomes of it."},
		{Name: tagTeams, Description: "Teams, their members and invitations, and organisations."},
		{Name: tagOrganising, Description: "Runs, rescores and revisions, for organisers."},
		{Name: tagAdmin, Description: "Accounts and the audit record, for administrators."},
		{Name: tagPlatform, Description: "Metrics, live events and this document."},
	}
	return c
}

// addDocument serves the document, which describes itself as well.
func (a *API) addDocument() error {
	op := operation{method: "GET", path: "/openapi.json", id: "openapi.get", roles: anyone, tag: tagPlatform,
		summary: "Get this document", text: "OpenAPI 3.1."}
	a.addRaw(op, func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/vnd.oai.openapi+json;version=3.1")
		c.Response().SetBodyRaw(a.document.json)
		return tagged(c, a.document.etag)
	}, func(o *huma.Operation) {
		o.Responses["200"] = &huma.Response{Description: "The document", Content: map[string]*huma.MediaType{
			"application/vnd.oai.openapi+json": {Schema: &huma.Schema{Type: huma.TypeObject}}}}
	})
	a.describeEvents()
	a.describeErrors()
	a.forbidNull()
	a.addExamples()
	data, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("the OpenAPI document: %w", err)
	}
	sum := sha256.Sum256(data)
	a.document.json, a.document.etag = data, `"`+hex.EncodeToString(sum[:12])+`"`
	return a.addDocs()
}

// describeErrors puts our problem details where huma describes its own: they go
// through the application's error handler, which adds code, fields and request.
func (a *API) describeErrors() {
	schemas := a.huma.OpenAPI().Components.Schemas
	schemas.Schema(typeFor[web.Problem](), true, "Problem")
	all := schemas.Map()
	*all["ErrorModel"] = *all["Problem"]
	delete(all, "Problem")
	delete(all, "ErrorDetail")
}

// forbidNull says that lists are never null, which huma takes for possible.
func (a *API) forbidNull() {
	for _, schema := range a.huma.OpenAPI().Components.Schemas.Map() {
		for _, property := range schema.Properties {
			if property.Type == huma.TypeArray {
				property.Nullable = false
			}
		}
	}
}

// describeEvents describes the stream, which the web package serves.
func (a *API) describeEvents() {
	op := operation{method: "GET", path: "/events", id: "events.stream", roles: anyone, tag: tagPlatform, refusals: []int{401, 404, 422},
		summary: "Follow what happens", text: "Server-sent events. Topics: `challenge/<id>` for anyone, `submission/<id>` and `team/<id>` for the team, `runs` for organisers; a token needs the scope submissions:read. An event `reload` says that some were missed: load again. The stream ends with the session."}
	described := op.describe()
	described.Parameters = []*huma.Param{queryParameter("topics", "Up to 16 topics, separated by commas"),
		{Name: "Last-Event-ID", In: "header", Description: "Go on after this event", Schema: &huma.Schema{Type: huma.TypeString}}}
	described.Parameters[0].Required = true
	described.Responses = map[string]*huma.Response{"200": {Description: "Events until either side ends it",
		Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	describeProblems(&described)
	a.huma.OpenAPI().AddOperation(&described)
}

func typeFor[T any]() reflect.Type { return reflect.TypeFor[T]() }

func pathParameters(names ...string) []*huma.Param {
	out := make([]*huma.Param, len(names))
	for i, name := range names {
		out[i] = &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return out
}

// queryParameter describes a text, or one of the values.
func queryParameter(name, text string, values ...string) *huma.Param {
	schema := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		schema.Enum = append(schema.Enum, v)
	}
	return &huma.Param{Name: name, In: "query", Description: text, Schema: schema}
}

func idempotencyParameter() *huma.Param {
	return &huma.Param{Name: headerKey, In: "header", Schema: &huma.Schema{Type: huma.TypeString},
		Description: "Any text that is new for each request and the same when it is repeated"}
}

func tagHeader() map[string]*huma.Param {
	return map[string]*huma.Param{"ETag": {Description: "Tag for If-None-Match", Schema: &huma.Schema{Type: huma.TypeString}}}
}

func describeDownload(o *huma.Operation, kind string) {
	content := map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	o.Responses["200"] = &huma.Response{Description: "The file; its tag is its SHA-256", Headers: tagHeader(), Content: content}
	o.Responses["206"] = &huma.Response{Description: "The range that was asked for", Content: content}
	o.Responses["304"] = &huma.Response{Description: "The client has it"}
	o.Responses["416"] = &huma.Response{Description: "The range lies outside of the file"}
}

// describeProblems adds the refusals of an operation that huma does not serve.
func describeProblems(o *huma.Operation) {
	expected := map[int]bool{http.StatusInternalServerError: true}
	for _, status := range o.Errors {
		expected[status] = true
	}
	for _, status := range slices.Sorted(maps.Keys(expected)) {
		o.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status),
			Content: map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/ErrorModel"}}}}
	}
}
