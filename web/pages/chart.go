package pages

import (
	"encoding/json"
	"time"
)

// Chart is a chart with its table equivalent. Without JavaScript the table is
// all there is; with it, the table folds away under the drawing.
type Chart struct {
	Kind      string // "steps", "bars" or "line"
	Title     string
	Summary   string // what the chart shows, in a sentence
	Unit      string
	Precision int
	Series    []Series
	Source    string // address of fresh JSON of the same form, "" when fixed
}

// Series is one line of a chart.
type Series struct {
	Name   string  `json:"name"`
	Mine   bool    `json:"mine,omitempty"`
	Points []Point `json:"points"`
}

// Point is one value at a time, or at a labelled place.
type Point struct {
	At    time.Time `json:"at,omitzero"`
	Label string    `json:"label,omitempty"`
	Value float64   `json:"value"`
}

// MarshalJSON writes the form that charts.js reads.
func (c Chart) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Kind      string   `json:"kind"`
		Unit      string   `json:"unit"`
		Precision int      `json:"precision"`
		Series    []Series `json:"series"`
	}{c.Kind, c.Unit, c.Precision, c.Series})
}

// JSON returns the chart for its data attribute.
func (c Chart) JSON() (string, error) {
	raw, err := json.Marshal(c)
	return string(raw), err
}

// Write writes a value as the chart's table shows it.
func (c Chart) Write(v float64) string {
	return Score{Value: v, Precision: c.Precision}.String()
}

// Day writes the moment of a point, or its label.
func (p Point) Day() string {
	if p.Label != "" {
		return p.Label
	}
	return p.At.UTC().Format("2 Jan, 15:04")
}
