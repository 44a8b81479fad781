package api

import (
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// addExamples gives every JSON body in the document an example that fits its schema.
func (a *API) addExamples() {
	for _, op := range a.operations() {
		if op.RequestBody != nil {
			a.exemplify(op.RequestBody.Content, false)
		}
		for _, response := range op.Responses {
			a.exemplify(response.Content, true)
		}
	}
}

// exemplify shows whole answers, and of requests what must be there.
func (a *API) exemplify(content map[string]*huma.MediaType, whole bool) {
	for kind, media := range content {
		if kind == typeJSON && media.Example == nil && media.Schema != nil {
			media.Example = a.example(media.Schema, whole, 0)
		}
	}
}

// operations lists every operation of the document, by path and then method.
func (a *API) operations() []*huma.Operation {
	var out []*huma.Operation
	paths := a.huma.OpenAPI().Paths
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				out = append(out, op)
			}
		}
	}
	return out
}

// maxDepth ends the example of a schema that holds itself.
const maxDepth = 8

// example makes a value of the schema: its own example where it has one, else a
// plain value of its type.
func (a *API) example(s *huma.Schema, whole bool, depth int) any {
	if s.Ref != "" {
		s = a.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case s == nil || depth > maxDepth:
		return nil
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeObject:
		return a.exampleObject(s, whole, depth)
	case huma.TypeArray:
		if s.Items == nil {
			return []any{}
		}
		return []any{a.example(s.Items, whole, depth+1)}
	case huma.TypeBoolean:
		return true
	case huma.TypeInteger:
		return 1
	case huma.TypeNumber:
		return 0.75
	case huma.TypeString:
		return exampleText(s.Format)
	}
	return nil
}

func (a *API) exampleObject(s *huma.Schema, whole bool, depth int) any {
	out := map[string]any{}
	for name, property := range s.Properties {
		if whole || slices.Contains(s.Required, name) {
			out[name] = a.example(property, whole, depth+1)
		}
	}
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		if value := a.example(values, whole, depth+1); value != nil {
			out["key"] = value
		}
	}
	return out
}

func exampleText(format string) string {
	if format == "date-time" {
		return "2026-03-02T09:30:00Z"
	}
	return "text"
}
