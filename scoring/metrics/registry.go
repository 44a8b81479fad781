package metrics

import (
	"slices"
	"strings"

	"incubator/platform/errs"
)

// All lists every metric, grouped as the documentation shows them. The caller
// owns the list.
func All() []Metric {
	return slices.Concat(
		classificationMetrics(), rankingMetrics(), probabilityMetrics(), timeMetrics(),
		clusteringMetrics(), eventMetrics(),
	)
}

// Lookup finds a metric by its name or an alias. An unknown name is Invalid and
// the message proposes the names that are close.
func Lookup(name string) (Metric, error) {
	var close []string
	for _, metric := range All() {
		if metric.Name == name || slices.Contains(metric.Aliases, name) {
			return metric, nil
		}
		if resembles(name, metric.Name) {
			close = append(close, metric.Name)
		}
	}
	if len(close) > 0 {
		return Metric{}, errs.New(errs.Invalid, "there is no metric %q; did you mean %s?", cut(name), strings.Join(close, " or "))
	}
	return Metric{}, errs.New(errs.Invalid, "there is no metric %q", cut(name))
}

// resembles holds for names within two edits of each other, or where one holds the other.
func resembles(name, known string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	if len(name) > 40 || len(name) < 2 {
		return false
	}
	return strings.Contains(known, name) || strings.Contains(name, known) || edits(name, known) <= 2
}

// edits is Levenshtein's distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
