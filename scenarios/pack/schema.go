package pack

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed challenge.schema.json
var challengeSchema []byte

//go:embed rubric.schema.json
var rubricSchema []byte

// ChallengeSchema returns the published JSON Schema of challenge.yaml.
func ChallengeSchema() []byte { return bytes.Clone(challengeSchema) }

// RubricSchema returns the published JSON Schema of rubric.yaml.
func RubricSchema() []byte { return bytes.Clone(rubricSchema) }

var (
	compiledChallenge = sync.OnceValue(func() *jsonschema.Schema { return compile("challenge.json", challengeSchema) })
	compiledRubric    = sync.OnceValue(func() *jsonschema.Schema { return compile("rubric.json", rubricSchema) })
)

// compile panics on a broken schema: it is part of the program.
func compile(name string, text []byte) *jsonschema.Schema {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(name, parsed); err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return compiler.MustCompile(name)
}

// leaves returns the failures that name the cause itself. Of a choice of forms
// (oneOf) the choice is reported, not each form that did not fit.
func leaves(failed *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if _, choice := failed.ErrorKind.(*kind.OneOf); choice || len(failed.Causes) == 0 {
		return []*jsonschema.ValidationError{failed}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range failed.Causes {
		all = append(all, leaves(cause)...)
	}
	return all
}

// forms says in words what the schema's patterns and choices expect.
var forms = map[string]string{
	"slug":     "lower-case letters, digits and single hyphens, such as find-the-intrusion",
	"key":      "lower-case letters, digits and underscores, beginning with a letter, such as event_f1",
	"path":     "a path inside the pack, such as pages/problem.md",
	"size":     "a size such as 512 MiB",
	"duration": "a duration such as 90s",
}

var printer = message.NewPrinter(language.English)

func explain(leaf *jsonschema.ValidationError) string {
	switch failure := leaf.ErrorKind.(type) {
	case *kind.Required:
		return fmt.Sprintf("missing field %s", strings.Join(failure.Missing, ", "))
	case *kind.Pattern, *kind.OneOf:
		if form, ok := forms[definition(leaf.SchemaURL)]; ok {
			return "expected " + form
		}
	}
	return leaf.ErrorKind.LocalizedString(printer)
}

// definition returns the name under $defs that a schema location belongs to.
func definition(location string) string {
	_, after, found := strings.Cut(location, "/$defs/")
	if !found {
		return ""
	}
	name, _, _ := strings.Cut(after, "/")
	return name
}
