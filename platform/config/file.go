package config

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// fileValues resolves flags from a YAML mapping of flag names to values.
type fileValues map[string]any

// readYAML is kong's loader of the --config file.
func readYAML(r io.Reader) (kong.Resolver, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	values := fileValues{}
	if err := yaml.Unmarshal(text, &values); err != nil {
		return nil, err
	}
	return values, nil
}

// Validate refuses a key that no setting has: a typo must not go unnoticed.
func (f fileValues) Validate(app *kong.Application) error {
	known := map[string]bool{}
	_ = kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			known[flag.Name] = true
		}
		return next(nil)
	})
	for _, key := range slices.Sorted(maps.Keys(f)) {
		if !known[key] {
			return fmt.Errorf("the configuration file has an unknown setting %q", key)
		}
	}
	return nil
}

// Resolve returns the value of one flag, unless the environment, which wins over
// the file, has it. A list becomes kong's comma-separated form.
func (f fileValues) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	value, ok := f[flag.Name]
	if !ok || value == nil {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return fmt.Sprint(value), nil
	}
	var items []string
	for _, item := range list {
		items = append(items, fmt.Sprint(item))
	}
	return strings.Join(items, ","), nil
}
