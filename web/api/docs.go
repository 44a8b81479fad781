package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/markdown"
	"incubator/web"
	"incubator/web/pages"
)

// addDocs serves the document as a page. Nothing of it comes from another host.
func (a *API) addDocs() error {
	page := pages.DocsPage{Document: Prefix + "/openapi.json"}
	text, err := markdown.New(markdown.Options{HeadingOffset: 1}).Render([]byte(intro))
	if err != nil {
		return fmt.Errorf("the introduction of the API: %w", err)
	}
	page.Intro = text
	if page.Groups, err = a.docGroups(); err != nil {
		return err
	}
	a.routes = append(a.routes, web.Route{Method: "GET", Path: "/api/docs", Roles: anyone, Kind: web.KindPage,
		Operation: "docs.show", Template: "docs", Handler: func(c *fiber.Ctx) error {
			shown := page
			shown.Frame = a.app.Frame(c)
			shown.Title, shown.Heading, shown.Lede = "API", "API", "Everything the pages do, for programs."
			return a.app.Render(c, "docs", shown)
		}})
	return nil
}

func (a *API) docGroups() ([]pages.DocsGroup, error) {
	var groups []pages.DocsGroup
	for _, tag := range a.huma.OpenAPI().Tags {
		group := pages.DocsGroup{Name: tag.Name, Anchor: strings.ToLower(tag.Name), Text: tag.Description}
		for _, op := range a.operations() {
			if !slices.Contains(op.Tags, tag.Name) {
				continue
			}
			shown, err := a.docOperation(op)
			if err != nil {
				return nil, err
			}
			group.Operations = append(group.Operations, shown)
		}
		groups = append(groups, group)
	}
	return groups, nil
}

func (a *API) docOperation(op *huma.Operation) (pages.DocsOperation, error) {
	out := pages.DocsOperation{Method: op.Method, Path: op.Path, Anchor: strings.ReplaceAll(op.OperationID, ".", "-"),
		Summary: op.Summary, Roles: docRoles(op), Text: strings.TrimSuffix(op.Description, ".")}
	for _, p := range op.Parameters {
		out.Parameters = append(out.Parameters, pages.DocsParameter{Name: p.Name, In: p.In, Type: typeOf(p.Schema), Required: p.Required, Text: p.Description})
	}
	body, err := exampleOf(op.RequestBody)
	if err != nil {
		return out, err
	}
	out.Example = command(op, body)
	out.Answer, err = answerExample(op)
	return out, err
}

func docRoles(op *huma.Operation) []string {
	roles, _ := op.Extensions[extensionRoles].([]accounts.Role)
	out := texts(roles)
	if scope, _ := op.Extensions[extensionScope].(accounts.Scope); scope != "" {
		out = append(out, "token: "+string(scope))
	}
	return out
}

func typeOf(s *huma.Schema) string {
	if len(s.Enum) == 0 {
		return s.Type
	}
	values := make([]string, len(s.Enum))
	for i, v := range s.Enum {
		values[i] = fmt.Sprint(v)
	}
	return strings.Join(values, " | ")
}

func exampleOf(body *huma.RequestBody) (string, error) {
	if body == nil || body.Content[typeJSON] == nil {
		return "", nil
	}
	data, err := json.Marshal(body.Content[typeJSON].Example)
	return string(data), err
}

func answerExample(op *huma.Operation) (string, error) {
	for _, status := range []int{http.StatusOK, http.StatusCreated} {
		response := op.Responses[fmt.Sprint(status)]
		if response == nil || response.Content[typeJSON] == nil {
			continue
		}
		data, err := json.MarshalIndent(response.Content[typeJSON].Example, "", "  ")
		return fmt.Sprintf("%d %s\n\n%s", status, http.StatusText(status), data), err
	}
	return "", nil
}

// command is the request as one would type it.
func command(op *huma.Operation, body string) string {
	var out strings.Builder
	out.WriteString("curl")
	if op.Method != http.MethodGet {
		out.WriteString(" -X " + op.Method)
	}
	if len(op.Security) > 1 {
		out.WriteString(` -H "Authorization: Bearer $INCUBATOR_TOKEN"`)
	}
	if body != "" {
		out.WriteString(" \\\n  -H 'Content-Type: application/json' -d '" + strings.ReplaceAll(body, "'", `'\''`) + "'")
	} else if op.RequestBody != nil {
		out.WriteString(" \\\n  -H 'Content-Type: application/octet-stream' --data-binary @FILE")
	}
	out.WriteString(" \\\n  \"$INCUBATOR_SERVER" + op.Path + "\"")
	return out.String()
}
