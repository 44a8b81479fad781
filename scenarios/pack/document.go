package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// document is one YAML file of a pack that remembers where each value stands.
type document struct {
	name     string
	root     *ast.File
	value    any // as encoding/json would decode it, with json.Number
	problems Problems
}

// parseDocument reads YAML with a single document. Anchors are resolved, and
// duplicate keys refused, by the parser.
func parseDocument(name string, data []byte) *document {
	d := &document{name: name}
	root, err := parser.ParseBytes(data, 0)
	if err != nil {
		d.syntax(err)
		return d
	}
	if len(root.Docs) != 1 || root.Docs[0].Body == nil {
		d.problems = append(d.problems, Problem{File: name, Message: "one YAML document is expected"})
		return d
	}
	d.root = root
	asJSON, err := yaml.YAMLToJSON(data)
	if err != nil {
		d.syntax(err)
		return d
	}
	if d.value, err = jsonschema.UnmarshalJSON(bytes.NewReader(asJSON)); err != nil {
		d.problems = append(d.problems, Problem{File: name, Message: "a value has no counterpart in JSON: " + err.Error()})
	}
	return d
}

func (d *document) syntax(err error) {
	problem := Problem{File: d.name, Message: err.Error()}
	var positioned yaml.Error
	if errors.As(err, &positioned) {
		problem.Message = positioned.GetMessage()
		if token := positioned.GetToken(); token != nil {
			problem.Line, problem.Column = token.Position.Line, token.Position.Column
		}
	}
	d.problems = append(d.problems, problem)
}

// validate adds a problem for each place that the schema refuses.
func (d *document) validate(schema *jsonschema.Schema) {
	var failed *jsonschema.ValidationError
	if err := schema.Validate(d.value); errors.As(err, &failed) {
		for _, leaf := range leaves(failed) {
			d.reportLeaf(leaf)
		}
	}
}

// reportLeaf adds a problem, or one for each field that is unknown, at its own place.
func (d *document) reportLeaf(leaf *jsonschema.ValidationError) {
	unknown, ok := leaf.ErrorKind.(*kind.AdditionalProperties)
	if !ok {
		d.report(leaf.InstanceLocation, "%s", explain(leaf))
		return
	}
	for _, field := range unknown.Properties {
		d.report(append(slices.Clone(leaf.InstanceLocation), field), "unknown field")
	}
}

// decode fills into, which has JSON tags, and reports a value of the wrong form.
func (d *document) decode(into any) {
	data, err := json.Marshal(d.value)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		d.report(nil, "%s", err)
	}
}

// report adds a problem at the place that path leads to, or at the closest
// ancestor that the file has.
func (d *document) report(path []string, format string, args ...any) {
	problem := Problem{File: d.name, Message: fmt.Sprintf(format, args...)}
	if len(path) > 0 {
		problem.Message = strings.Join(path, ".") + ": " + problem.Message
	}
	problem.Line, problem.Column = d.position(path)
	d.problems = append(d.problems, problem)
}

func (d *document) position(path []string) (line, column int) {
	if d.root == nil {
		return 0, 0
	}
	node := d.root.Docs[0].Body
	line, column = 1, 1
	for _, step := range path {
		next, key := child(node, step)
		if next == nil {
			break
		}
		at := key.GetToken().Position
		line, column = at.Line, at.Column
		node = next
	}
	return line, column
}

// child returns the node below parent under a key or index, and the node whose
// position a person would point at: the key of a mapping, the item of a list.
func child(parent ast.Node, step string) (value, at ast.Node) {
	switch node := parent.(type) {
	case *ast.MappingNode:
		for _, pair := range node.Values {
			if pair.Key.GetToken().Value == step {
				return pair.Value, pair.Key
			}
		}
	case *ast.MappingValueNode:
		if node.Key.GetToken().Value == step {
			return node.Value, node.Key
		}
	case *ast.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(node.Values) {
			return node.Values[i], node.Values[i]
		}
	case *ast.AnchorNode:
		return child(node.Value, step)
	}
	return nil, nil
}
