package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/web/api"
)

// TestTheDocumentDescribesEveryRoute compares the document with the route table,
// both ways.
func TestTheDocumentDescribesEveryRoute(t *testing.T) {
	f := newFixture(t)
	res := f.call("GET", "/api/v1/openapi.json", "").status(200)
	var doc struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	require.NoError(t, json.Unmarshal([]byte(res.body), &doc))
	require.Equal(t, "3.1.0", doc.OpenAPI)
	described := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			described[strings.ToUpper(method)+" "+path] = true
			require.NotEmpty(t, op["summary"], path)
			require.NotEmpty(t, op["x-roles"], path)
			require.NotEmpty(t, op["responses"], path)
		}
	}
	parameter := regexp.MustCompile(`:([a-z]+)`)
	for _, r := range f.app.Table() {
		if key := r.Method + " " + parameter.ReplaceAllString(r.Path, "{$1}"); strings.HasPrefix(r.Path, api.Prefix) {
			require.True(t, described[key], key)
			delete(described, key)
		}
	}
	require.Empty(t, described, "described, but not served")
	again := f.call("GET", "/api/v1/openapi.json", "", "If-None-Match", res.Header.Get("ETag")).status(http.StatusNotModified)
	require.Empty(t, again.body)
}

// TestReferencesInTheDocumentExist follows every $ref.
func TestReferencesInTheDocumentExist(t *testing.T) {
	f := newFixture(t)
	body := f.call("GET", "/api/v1/openapi.json", "").body
	var doc struct {
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &doc))
	refs := regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(body, -1)
	require.NotEmpty(t, refs)
	for _, ref := range refs {
		require.Contains(t, doc.Components.Schemas, ref[1])
	}
	require.Contains(t, string(doc.Components.Schemas["ErrorModel"]), "request_id", "the problem details are ours")
}

func TestTheDocumentHasExamples(t *testing.T) {
	f := newFixture(t)
	body := f.call("GET", "/api/v1/openapi.json", "").body
	require.True(t, strings.Contains(body, `"example":{"name":"Kestrel Labs"}`), "requests show what must be there")
	require.False(t, strings.Contains(body, `"example":null`))
	require.False(t, strings.Contains(body, `["array","null"]`), "lists are never null")
}

func TestTheDocsAreAPageOfOurOwn(t *testing.T) {
	f := newFixture(t)
	res := f.call("GET", "/api/docs", "").status(200)
	require.Contains(t, res.Header.Get("Content-Type"), "text/html")
	for _, r := range f.app.Table() {
		if strings.HasPrefix(r.Path, api.Prefix) {
			require.True(t, strings.Contains(res.body, `id="`+strings.ReplaceAll(r.Operation, ".", "-")+`"`), r.Operation)
		}
	}
	for _, address := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(res.body, -1) {
		require.NotContains(t, address[1], "://", "no other host")
	}
	require.True(t, strings.Contains(res.body, "curl -X POST"))
}
