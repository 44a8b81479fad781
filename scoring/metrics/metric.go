package metrics

import (
	"encoding/json"
	"math"
)

// Direction says which values are better.
type Direction string

// The directions.
const (
	Higher Direction = "higher"
	Lower  Direction = "lower"
)

// Range holds the least and the greatest value of a metric; an infinite bound
// is written as null.
type Range struct{ Min, Max float64 }

// MarshalJSON writes {"min": …, "max": …}.
func (r Range) MarshalJSON() ([]byte, error) {
	bound := func(value float64) *float64 {
		if math.IsInf(value, 0) {
			return nil
		}
		return &value
	}
	return json.Marshal(struct {
		Min *float64 `json:"min"`
		Max *float64 `json:"max"`
	}{bound(r.Min), bound(r.Max)})
}

// Metric describes one entry of the registry.
type Metric struct {
	Name       string    `json:"name"` // snake case, stable
	Aliases    []string  `json:"aliases,omitempty"`
	Title      string    `json:"title"`
	Definition string    `json:"definition"` // one sentence
	Source     string    `json:"source"`     // paper, book or library of the formula
	Direction  Direction `json:"direction"`
	Range      Range     `json:"range"`
	Unit       string    `json:"unit"` // "ratio", "seconds", "nats", "points"
	// Truth and Prediction are the roles of the columns that are read. Where
	// the prediction's label is missing, its score against a threshold is used
	// if ScoreInstead is set.
	Truth        []Role  `json:"truth"`
	Prediction   []Role  `json:"prediction"`
	ScoreInstead bool    `json:"score_instead,omitempty"`
	Params       []Param `json:"params,omitempty"`

	// Exactly one of these is set; it decides the family.
	rows   func(*rows, args, *notes) (float64, error)
	events func(*events, args, *notes) (float64, error)
}

// Warning says that a value is defined by a convention, or rests on little.
type Warning struct {
	Code    string `json:"code"` // snake case, stable
	Metric  string `json:"metric,omitempty"`
	Message string `json:"message"`
}

// notes collects the warnings of one metric, each code once.
type notes struct {
	metric string
	list   []Warning
}

// add keeps the first message of a code.
func (n *notes) add(code, message string) {
	for _, warning := range n.list {
		if warning.Code == code {
			return
		}
	}
	n.list = append(n.list, Warning{Code: code, Metric: n.metric, Message: message})
}

func (n *notes) singleClass() { n.add("single_class_truth", "the truth has one class only") }
