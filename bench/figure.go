package main

import "fmt"

// figure is one measured value with the target that it is held against.
type figure struct {
	Name  string
	Value float64
	Unit  string // "×" for a ratio, "MB" for memory
	// AtMost and AtLeast are the target; a zero one does not apply.
	AtMost, AtLeast float64
	Note            string // the two sides of the ratio, for the reader
}

// Met reports whether the value keeps the target. A figure without one is for
// information only.
func (f figure) Met() bool {
	return (f.AtMost == 0 || f.Value <= f.AtMost) && (f.AtLeast == 0 || f.Value >= f.AtLeast)
}

func (f figure) verdict(quick bool) string {
	switch {
	case f.AtMost == 0 && f.AtLeast == 0:
		return "info"
	case f.Met():
		return "met"
	case quick:
		return "(miss)"
	}
	return "MISSED"
}

func (f figure) target() string {
	switch {
	case f.AtMost != 0:
		return fmt.Sprintf("<= %g", f.AtMost)
	case f.AtLeast != 0:
		return fmt.Sprintf(">= %g", f.AtLeast)
	}
	return "none"
}

func (f figure) detail() string {
	if f.Note == "" {
		return ""
	}
	return "  (" + f.Note + ")"
}

// figureLine is the stable JSON form of a figure.
type figureLine struct {
	Measure string  `json:"measure"`
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	AtMost  float64 `json:"at_most,omitempty"`
	AtLeast float64 `json:"at_least,omitempty"`
	Met     bool    `json:"met"`
	Note    string  `json:"note,omitempty"`
	Load    string  `json:"load"`
}

func (f figure) line(measure string) figureLine {
	return figureLine{measure, f.Name, f.Value, f.Unit, f.AtMost, f.AtLeast, f.Met(), f.Note, load()}
}
