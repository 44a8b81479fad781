package metrics

import (
	"slices"
	"strings"

	"incubator/platform/errs"
)

// ParamKind is the type of a parameter.
type ParamKind string

// The kinds.
const (
	Number ParamKind = "number"
	Text   ParamKind = "text"
	Choice ParamKind = "choice"
)

// Param is one parameter of a metric. Values are written as text everywhere, so
// that the command line, packs and the API share them.
type Param struct {
	Name    string    `json:"name"`
	Kind    ParamKind `json:"kind"`
	Default string    `json:"default,omitempty"` // empty: not set, or required
	Choices []string  `json:"choices,omitempty"`
	// Min and Max bound a number when Max > Min; OpenMin excludes Min itself.
	Min      float64 `json:"-"`
	Max      float64 `json:"-"`
	OpenMin  bool    `json:"-"`
	Whole    bool    `json:"whole,omitempty"`
	Required bool    `json:"required,omitempty"`
	Help     string  `json:"help"`
}

// args are the parsed parameters of one metric.
type args struct {
	text   map[string]string
	number map[string]float64
}

// given reports whether a parameter without a default was set.
func (a args) given(name string) bool { return a.text[name] != "" }

// parse checks the given parameters of a metric and fills in the defaults.
// Required ones may be left out unless complete.
func (m *Metric) parse(given map[string]string, complete bool) (args, error) {
	a := args{text: map[string]string{}, number: map[string]float64{}}
	for name := range given {
		if !slices.ContainsFunc(m.Params, func(p Param) bool { return p.Name == name }) {
			return a, m.invalid("has no parameter %q; it has %s", name, m.paramNames())
		}
	}
	for _, p := range m.Params {
		value, set := given[p.Name]
		if !set || value == "" {
			value = p.Default
		}
		if value == "" && p.Required && complete {
			return a, m.invalid("needs the parameter %s: %s", p.Name, p.Help)
		}
		a.text[p.Name] = value
		if value == "" {
			continue
		}
		if err := m.parseOne(p, value, a); err != nil {
			return a, err
		}
	}
	return a, nil
}

// parseOne checks a value that is set.
func (m *Metric) parseOne(p Param, value string, a args) error {
	switch p.Kind {
	case Choice:
		if !slices.Contains(p.Choices, value) {
			return m.invalid("parameter %s: %q is none of %s", p.Name, cut(value), strings.Join(p.Choices, ", "))
		}
	case Number:
		number, ok := parseFloat([]byte(value))
		if !ok {
			return m.invalid("parameter %s: %q is not a finite number", p.Name, cut(value))
		}
		outside := p.Max > p.Min && (number < p.Min || number > p.Max || p.OpenMin && number == p.Min)
		if outside {
			return m.invalid("parameter %s: %s is not between %g and %g", p.Name, value, p.Min, p.Max)
		}
		if p.Whole && number != float64(int64(number)) {
			return m.invalid("parameter %s: %s is not a whole number", p.Name, value)
		}
		a.number[p.Name] = number
	}
	return nil
}

func (m *Metric) paramNames() string {
	if len(m.Params) == 0 {
		return "none"
	}
	names := make([]string, len(m.Params))
	for i, p := range m.Params {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

func (m *Metric) invalid(format string, values ...any) error {
	return errs.New(errs.Invalid, "metric "+m.Name+" "+format, values...)
}
