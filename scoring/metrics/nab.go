package metrics

import (
	"cmp"
	"math"
	"slices"
)

// nabReach is how many window widths after a window a false alarm still counts
// as close to it, as in the benchmark's own code.
const nabReach = 3

// NABSigmoid weighs a detection by its place relative to the end of its window,
// in window widths: .987 at the start (−1), 0 at the end, −.987 one width after
// it (Lavin and Ahmad 2015, equation 3, with A_TP = −A_FP = 1).
func NABSigmoid(y float64) float64 { return 2/(1+math.Exp(5*y)) - 1 }

// nabScore takes the span of each incident as its window. Only the detection
// of an incident counts; every false alarm costs, less so just after a window.
func nabScore(e *events, a args, _ *notes) (float64, error) {
	m := e.match(a)
	fn := a.number["fn_weight"]
	raw, count := 0.0, float64(len(m.incidents))
	for _, o := range m.incidents {
		if o.detected {
			raw += NABSigmoid(o.relative(o.at))
		} else {
			raw -= fn
		}
	}
	ends := slices.SortedFunc(slices.Values(m.incidents), func(x, y *outcome) int {
		return cmp.Compare(x.end, y.end)
	})
	for _, at := range m.unmatched {
		raw += a.number["fp_weight"] * falseAlarm(ends, at)
	}
	silence, perfect := -fn*count, NABSigmoid(-1)*count
	return 100 * (raw - silence) / (perfect - silence), nil
}

// relative is −1 at the start of the incident and 0 at its end.
func (o *outcome) relative(at int64) float64 {
	if o.end == o.start {
		return -1
	}
	return min(float64(at-o.end)/float64(o.end-o.start), 0)
}

// falseAlarm is the weight of an alert outside: that of its distance to the last
// window that ended before it, −1 where there is none near.
func falseAlarm(ends []*outcome, at int64) float64 {
	next, _ := slices.BinarySearchFunc(ends, at, func(o *outcome, at int64) int {
		if o.end < at {
			return -1
		}
		return 1
	})
	if next == 0 {
		return -1
	}
	last := ends[next-1]
	if last.end == last.start {
		return -1
	}
	y := float64(at-last.end) / float64(last.end-last.start)
	if y > nabReach {
		return -1
	}
	return NABSigmoid(y)
}
