package metrics

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"incubator/platform/errs"
)

// windowNumbers is the bound below which times are taken for numbers of windows:
// as epoch seconds they would all lie in the first days of 1970.
const windowNumbers = 100_000

var autMetrics = []string{"f1", "precision", "recall", "accuracy", "balanced_accuracy", "mcc", "roc_auc", "average_precision"}

func timeMetrics() []Metric {
	return []Metric{{
		Name: "aut", Title: "Area under time",
		Definition: "The area under a metric's course over consecutive time windows of the truth, by trapezoids, over the number of steps.",
		Source:     "Pendlebury et al. 2019, TESSERACT",
		Direction:  Higher, Range: Range{-1, 1}, Unit: "ratio",
		Truth: []Role{RoleLabel, RoleTime}, Prediction: []Role{RoleLabel}, ScoreInstead: true,
		Params: []Param{
			{Name: "metric", Kind: Choice, Default: "f1", Choices: autMetrics, Help: "the metric of each window"},
			{Name: "window", Kind: Choice, Default: "month", Choices: []string{"day", "week", "month", "quarter", "year", "number"},
				Help: "calendar windows in UTC, or the time column is itself the number of the window"},
			positiveParam, thresholdParam,
		},
		rows: autOfRows,
	}}
}

// AUT is the area under time of the values of consecutive windows, at least two:
// the mean of the trapezoids between neighbours (TESSERACT, equation 2).
func AUT(values []float64) (float64, error) {
	if len(values) < 2 {
		return 0, errs.New(errs.Invalid, "the area under time needs at least two windows, there is %d", len(values))
	}
	area := 0.0
	for i := 1; i < len(values); i++ {
		area += (values[i-1] + values[i]) / 2
	}
	return area / float64(len(values)-1), nil
}

// autOfRows computes the inner metric on the rows of each window alone. An error
// names the window, since the whole file may well have what one month lacks.
func autOfRows(r *rows, a args, n *notes) (float64, error) {
	inner, err := Lookup(a.text["metric"])
	if err != nil {
		return 0, err
	}
	if inner.Prediction[0] == RoleScore && r.prediction.score == nil {
		return 0, errs.New(errs.Invalid, "aut of %s needs the column score: give the parameter threshold or leave out the column label", inner.Name)
	}
	innerArgs, err := inner.parse(map[string]string{"positive": a.text["positive"]}, complete)
	if err != nil {
		return 0, err
	}
	if a.given("threshold") {
		innerArgs.text["threshold"], innerArgs.number["threshold"] = a.text["threshold"], a.number["threshold"]
	}
	windows := r.windows(a.text["window"], n)
	values := make([]float64, len(windows))
	for i, w := range windows {
		if values[i], err = inner.rows(r.subset(w.rows), innerArgs, n); err != nil {
			return 0, errs.Wrap(err, errs.CodeOf(err), "window %s: %s", w.name, errs.MessageOf(err))
		}
	}
	value, err := AUT(values)
	if err != nil {
		return 0, truthFault(err)
	}
	return value, nil
}

// window is a non-empty time window.
type window struct {
	number int64
	name   string
	rows   []uint32
}

// windows groups the rows in the order of time. Windows without rows between
// others are left out, with a warning.
func (r *rows) windows(unit string, n *notes) []window {
	if unit != "number" && r.numberedWindows() {
		unit = "number"
		n.add("window_numbers", fmt.Sprintf("all times are numbers below %d; they were taken for numbers of windows", windowNumbers))
	}
	byNumber := map[int64]*window{}
	var found []*window
	for i, micros := range r.truth.times {
		number, name := windowOf(micros, unit)
		w := byNumber[number]
		if w == nil {
			w = &window{number: number, name: name()}
			byNumber[number] = w
			found = append(found, w)
		}
		w.rows = append(w.rows, uint32(i))
	}
	sort.Slice(found, func(i, j int) bool { return found[i].number < found[j].number })
	result := make([]window, len(found))
	for i, w := range found {
		result[i] = *w
		if i > 0 && w.number != found[i-1].number+1 {
			n.add("empty_window", "there is no row between the windows "+found[i-1].name+" and "+w.name+"; the gap was left out")
		}
	}
	return result
}

// numberedWindows guesses that the times are numbers of windows: whole and small.
func (r *rows) numberedWindows() bool {
	return !slices.ContainsFunc(r.truth.times, func(micros int64) bool {
		return micros%1e6 != 0 || micros < -windowNumbers*1e6 || micros > windowNumbers*1e6
	})
}

// windowOf returns the consecutive number of the window that holds a time, and
// its name, made only when needed.
func windowOf(micros int64, unit string) (int64, func() string) {
	at := time.UnixMicro(micros).UTC()
	year, month := int64(at.Year()), int64(at.Month())-1
	name := func(layout string) func() string { return func() string { return at.Format(layout) } }
	switch unit {
	case "number":
		number := floorDiv(micros, 1e6)
		return number, func() string { return fmt.Sprint(number) }
	case "day":
		return floorDiv(micros, 86400e6), name(time.DateOnly)
	case "week": // weeks begin on Monday; the epoch was a Thursday
		return floorDiv(micros+3*86400e6, 7*86400e6), name(time.DateOnly)
	case "month":
		return year*12 + month, name("2006-01")
	case "quarter":
		return year*4 + month/3, func() string { return fmt.Sprintf("%d-Q%d", year, month/3+1) }
	default:
		return year, name("2006")
	}
}

// floorDiv rounds down, so that times before the epoch fall into the right window.
func floorDiv(a, b int64) int64 {
	if a%b < 0 {
		return a/b - 1
	}
	return a / b
}
