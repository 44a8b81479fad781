package pages

import (
	"math"
	"strconv"
)

// Score is a number that a run earned: how to write it, how sure it is and
// where it comes from.
type Score struct {
	Metric    string
	Value     float64
	Precision int    // decimals shown
	Unit      string // "", "%", "s", …
	// Text replaces the number where another form reads better ("4 min 12 s").
	Text string
	// Low and High bound the interval; equal bounds mean there is none.
	Low, High float64
	Level     string // of the interval: "95 %"
	Href      string // the submission it comes from
	Missing   bool   // no such score: shown as a dash, ranked last
}

// String returns the number as shown, without its unit.
func (s Score) String() string {
	switch {
	case s.Missing:
		return "–"
	case s.Text != "":
		return s.Text
	}
	return s.number(s.Value)
}

// Interval returns the bounds as text, "" when there is no interval.
func (s Score) Interval() string {
	if s.Missing || s.Low == s.High {
		return ""
	}
	return s.number(s.Low) + " to " + s.number(s.High)
}

func (s Score) number(v float64) string {
	return strconv.FormatFloat(v, 'f', s.Precision, 64)
}

// Whisker is an interval drawn on an axis that all rows of a table share. The
// numbers are per mille of the axis, ready for SVG attributes: an inline style
// would be refused by the content security policy.
type Whisker struct {
	Low, Value, High int
	Text             string // the same for screen readers
	Missing          bool   // nothing to draw
}

// Axis is the range that whiskers are drawn on.
type Axis struct {
	Min, Max float64
	Ticks    []Tick
}

// Tick is one labelled place of an axis.
type Tick struct {
	At   int // per mille
	Text string
}

// axisSteps are the distances between ticks that read well, as a factor of a
// power of ten.
var axisSteps = []float64{1, 2, 5, 10}

// axisParts is how many steps an axis has at least room for: its labels stand
// side by side in a table's column.
const axisParts = 3

// NewAxis returns the smallest axis with round ends that holds all intervals,
// with about three steps. Without any interval it runs from 0 to 1.
func NewAxis(scores []Score) Axis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range scores {
		if !s.Missing {
			low = min(low, s.Low, s.Value)
			high = max(high, s.High, s.Value)
		}
	}
	if low > high {
		low, high = 0, 1
	}
	step := axisStep((high - low) / axisParts)
	a := Axis{Min: math.Floor(low/step) * step, Max: math.Ceil(high/step) * step}
	if a.Max <= a.Min {
		a.Max = a.Min + step
	}
	decimals := max(0, -int(math.Floor(math.Log10(step))))
	for i := 0; ; i++ {
		v := a.Min + float64(i)*step
		if v > a.Max+step/2 {
			return a
		}
		a.Ticks = append(a.Ticks, Tick{At: a.place(v), Text: strconv.FormatFloat(v, 'f', decimals, 64)})
	}
}

// axisStep returns the smallest round step that is at least size.
func axisStep(size float64) float64 {
	if size <= 0 {
		return 0.1
	}
	power := math.Pow(10, math.Floor(math.Log10(size)))
	for _, f := range axisSteps {
		if f*power >= size {
			return f * power
		}
	}
	return 10 * power
}

// Whisker places the score's interval on the axis.
func (a Axis) Whisker(s Score) Whisker {
	if s.Missing {
		return Whisker{Text: "no score", Missing: true}
	}
	return Whisker{Low: a.place(s.Low), Value: a.place(s.Value), High: a.place(s.High), Text: s.Interval()}
}

func (a Axis) place(v float64) int {
	return int(math.Round(1000 * (v - a.Min) / (a.Max - a.Min)))
}

// Percent returns the place of the tick in percent of the axis.
func (t Tick) Percent() string { return perMille(t.At) }

// LowPercent returns the place of the lower bound in percent of the axis.
func (w Whisker) LowPercent() string { return perMille(w.Low) }

// ValuePercent returns the place of the score.
func (w Whisker) ValuePercent() string { return perMille(w.Value) }

// HighPercent returns the place of the upper bound.
func (w Whisker) HighPercent() string { return perMille(w.High) }

func perMille(n int) string { return strconv.FormatFloat(float64(n)/10, 'f', 1, 64) }
