package awareness_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The matching rules of the challenge, written down once more and as plainly as
// possible, so that the tests here do not depend on the implementation that scores.
const (
	tolerance = 300 * time.Second
	minSteps  = 3
)

type truthRow struct {
	incident, host, technique string
	start, end                time.Time
}

type outcome struct {
	alerts, matched          int
	incidents, detected, any int
	steps, stepsMatched      int
}

func (o outcome) precision() float64 {
	if o.alerts == 0 {
		return 0
	}
	return float64(o.stepsMatched) / float64(o.stepsMatched+o.alerts-o.matched)
}

func (o outcome) recall() float64 { return float64(o.detected) / float64(o.incidents) }

func (o outcome) f1() float64 {
	if o.matched == 0 || o.detected == 0 {
		return 0
	}
	return 2 * o.precision() * o.recall() / (o.precision() + o.recall())
}

func readTruth(t *testing.T, path string) []truthRow {
	t.Helper()
	var truth []truthRow
	for _, row := range table(t, path) {
		start, err := time.Parse(time.RFC3339, row[3])
		require.NoError(t, err)
		end, err := time.Parse(time.RFC3339, row[4])
		require.NoError(t, err)
		truth = append(truth, truthRow{row[0], strings.ToLower(row[1]), row[2], start, end})
	}
	return truth
}

// related tells whether one technique is the other or its parent.
func related(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

// score matches alerts.csv in a folder against the truth.
func score(t *testing.T, truthFile, outputFolder string) outcome {
	t.Helper()
	truth := readTruth(t, truthFile)
	matched := make([]bool, len(truth))
	o := outcome{steps: len(truth)}
	for _, row := range table(t, filepath.Join(outputFolder, "alerts.csv")) {
		at, err := time.Parse(time.RFC3339, row[0])
		require.NoError(t, err)
		o.alerts++
		hit := false
		for i, s := range truth {
			if s.host == strings.ToLower(row[1]) && related(s.technique, row[2]) && !at.Before(s.start) && !at.After(s.end.Add(tolerance)) {
				matched[i], hit = true, true
			}
		}
		if hit {
			o.matched++
		}
	}
	o.count(truth, matched)
	return o
}

func (o *outcome) count(truth []truthRow, matched []bool) {
	steps, found := map[string]int{}, map[string]int{}
	for i, s := range truth {
		steps[s.incident]++
		if matched[i] {
			found[s.incident]++
			o.stepsMatched++
		}
	}
	o.incidents, o.any = len(steps), len(found)
	for incident, n := range steps {
		if found[incident] >= min(minSteps, n) {
			o.detected++
		}
	}
}

func TestScoreMatchesByHostTechniqueAndTime(t *testing.T) {
	o := score(t, "testdata/score/incidents.csv", "testdata/score")
	require.Equal(t, outcome{alerts: 7, matched: 4, incidents: 2, detected: 1, any: 2, steps: 5, stepsMatched: 4}, o)
	require.InDelta(t, 2*(4.0/7)*0.5/(4.0/7+0.5), o.f1(), 1e-12)
}
