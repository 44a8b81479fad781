package metrics_test

import (
	"context"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scoring/metrics"
)

// TestConventionsComeWithAWarning: the value is defined by convention, and says so.
func TestConventionsComeWithAWarning(t *testing.T) {
	for _, c := range []struct {
		name, metric              string
		params                    params
		truthRole, truth          string
		guessRole, guess, warning string
		want                      float64
	}{
		{"nothing labelled", "precision", nil, "label", "0 1", "label", "0 0", "zero_division", 0},
		{"nothing positive", "recall", nil, "label", "0 0", "label", "0 1", "zero_division", 0},
		{"nothing at all", "f1", nil, "label", "0 0", "label", "0 0", "zero_division", 0},
		{"class never guessed", "f1", params{"average": "macro"}, "label", "a b c", "label", "a b b", "", 5. / 9},
		{"constant guess", "mcc", nil, "label", "0 1", "label", "1 1", "zero_division", 0},
		{"one true class", "balanced_accuracy", nil, "label", "1 1", "label", "1 1", "single_class_truth", 1},
		{"class of the guess alone", "balanced_accuracy", nil, "label", "1 1 0", "label", "1 x 0", "unknown_class", .75},
		{"one class for AP", "average_precision", nil, "label", "1 1", "score", ".1 .2", "single_class_truth", 1},
		{"one class for log loss", "log_loss", nil, "label", "1 1", "score", ".5 .5", "single_class_truth", math.Ln2},
		{"probability 0 of the truth", "log_loss", params{"eps": "0.01"}, "label", "0 1", "score", "1 1", "clipped_probability",
			(-math.Log(.01) - math.Log(.99)) / 2},
		{"one class for Brier", "brier", nil, "label", "0 0", "score", ".5 .5", "single_class_truth", .25},
		{"no alarm", "ppv_at_base_rate", params{"prior": "0.1"}, "label", "0 1", "label", "0 0", "zero_division", 0},
		{"all alone, rightly", "pairwise_f1", nil, "cluster", "a b", "cluster", "x y", "no_pairs", 1},
		{"all alone, wrongly", "pairwise_precision", nil, "cluster", "a a", "cluster", "x y", "no_pairs", 0},
		{"none belongs together", "pairwise_recall", nil, "cluster", "a b", "cluster", "x x", "no_pairs", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			result, err := evaluate(columnsCSV(params{c.truthRole: c.truth}), columnsCSV(params{c.guessRole: c.guess}),
				metrics.Spec{Name: c.metric, Params: c.params})
			require.NoError(t, err)
			require.InDelta(t, c.want, result.Values[0].Value, 1e-12)
			if c.warning == "" {
				require.Empty(t, result.Warnings)
				return
			}
			require.Len(t, result.Warnings, 1)
			require.Equal(t, c.warning, result.Warnings[0].Code)
			require.Equal(t, c.metric, result.Warnings[0].Metric)
		})
	}
}

func TestSpellingsOfBinaryLabels(t *testing.T) {
	truth := `{"id":1,"label":true}` + "\n" + `{"id":2,"label":false}` + "\n" + `{"id":3,"label":1.0}` + "\n"
	result, err := evaluate(truth, "id,label\n1,1\n2,0\n3,TRUE\n", metrics.Spec{Name: "f1"})
	require.NoError(t, err)
	require.Equal(t, 1., result.Values[0].Value)
}

func TestScoresStandInForLabels(t *testing.T) {
	truth := columnsCSV(params{"label": "1 1 0 0"})
	scores := columnsCSV(params{"score": ".9 .5 .49 .2"})
	both := columnsCSV(params{"score": ".9 .5 .49 .2", "label": "0 0 0 1"})
	for _, c := range []struct {
		guess  string
		params params
		want   float64
	}{
		{scores, nil, 1},
		{scores, params{"threshold": "0.6"}, 2. / 3},
		{both, nil, 0},
		{both, params{"threshold": "0.5"}, 1},
		{scores, params{"positive": "0", "threshold": "0"}, 2. / 3},
	} {
		result, err := evaluate(truth, c.guess, metrics.Spec{Name: "f1", Params: c.params})
		require.NoError(t, err)
		require.InDelta(t, c.want, result.Values[0].Value, 1e-12, c.params)
	}
	result, err := evaluate(truth, both, metrics.Spec{Name: "f1"}, metrics.Spec{Name: "roc_auc"},
		metrics.Spec{Name: "accuracy", Params: params{"threshold": "0.5"}})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 1, 1}, values(result))
}

func values(result metrics.Result) []float64 {
	var list []float64
	for _, v := range result.Values {
		list = append(list, v.Value)
	}
	return list
}

func TestAPositiveLabelNobodyHasIsRefused(t *testing.T) {
	truth := columnsCSV(params{"label": "a b"})
	_, err := evaluate(truth, truth, metrics.Spec{Name: "f1", Params: params{"positive": "c"}})
	require.Equal(t, `neither truth nor prediction has the positive label "c"`, errs.MessageOf(err))
	_, err = evaluate(truth, truth, metrics.Spec{Name: "f1"})
	require.ErrorContains(t, err, "neither 0 nor 1")
}

// TestAUTOverWindows scores months whose F1 is known: 1, 2/3, 0.
func TestAUTOverWindows(t *testing.T) {
	dates := "2024-01-05 2024-01-31T23:59:59Z 2024-02-01 2024-02-10 2024-02-11 2024-03-01 2024-03-31"
	truth := "1 0 1 0 0 1 0"
	guess := columnsCSV(params{"label": "1 0 1 1 0 0 0"})
	want := (1 + 2*2./3 + 0) / 2 / 2
	for name, file := range map[string]string{
		"calendar months": columnsCSV(params{"label": truth, "time": dates}),
		"numbers":         columnsCSV(params{"label": truth, "time": "1 1 2 2 2 3 3"}),
		"with a gap":      columnsCSV(params{"label": truth, "time": "1 1 2 2 2 9 9"}),
	} {
		result, err := evaluate(file, guess, metrics.Spec{Name: "aut"})
		require.NoError(t, err, name)
		require.InDelta(t, want, result.Values[0].Value, 1e-12, name)
		codes := []string{}
		for _, warning := range result.Warnings {
			codes = append(codes, warning.Code)
		}
		require.Equal(t, name != "calendar months", slices.Contains(codes, "window_numbers"), name)
		require.Equal(t, name == "with a gap", slices.Contains(codes, "empty_window"), name)
	}
}

func TestAUTWindows(t *testing.T) {
	// Two windows of every unit; the value is the mean of the accuracies 1 and 0.5.
	for unit, times := range map[string]string{
		"day":     "2023-12-31T23:00:00Z 2023-12-31T23:59:59.9Z 2024-01-01T00:00:00Z 2024-01-01T01:00:00+01:00",
		"week":    "2024-01-01 2024-01-07T23:59:59Z 2024-01-08 2024-01-14",
		"month":   "2023-12 2023-12-31 2024-01-01 1704067200",
		"quarter": "2023-10-01 2023-12-31 2024-01-01 2024-03-31",
		"year":    "1969-01-01 1969-12-31T23:59:59Z 1970-01-01 1970-12-31",
		"number":  "-1 -0.5 0 0.5",
	} {
		truth := columnsCSV(params{"label": "1 0 1 0", "time": times})
		result, err := evaluate(truth, columnsCSV(params{"label": "1 0 1 1"}),
			metrics.Spec{Name: "aut", Params: params{"window": unit, "metric": "accuracy"}})
		require.NoError(t, err, unit)
		require.Equal(t, .75, result.Values[0].Value, unit)
		require.Empty(t, result.Warnings, unit)
	}
}

func TestAUTNamesTheWindowAtFault(t *testing.T) {
	truth := columnsCSV(params{"label": "1 0 1 1", "time": "2024-01 2024-01 2024-02 2024-02"})
	guess := columnsCSV(params{"score": ".9 .1 .9 .1"})
	_, err := evaluate(truth, guess, metrics.Spec{Name: "aut", Params: params{"metric": "roc_auc"}})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	require.Equal(t, "window 2024-02: truth, line 4, column label: every row is positive; roc_auc needs both classes", errs.MessageOf(err))
	_, err = evaluate(columnsCSV(params{"label": "1 0", "time": "2024-01 2024-01"}), columnsCSV(params{"label": "1 0"}),
		metrics.Spec{Name: "aut"})
	require.ErrorContains(t, err, "at least two windows")
}

func TestSeveralMetricsReadTheFilesOnce(t *testing.T) {
	var opened atomic.Int32
	count := func(src metrics.Source) metrics.Source {
		open := src.Open
		src.Open = countingOpen(&opened, open)
		return src
	}
	specs := []metrics.Spec{{Name: "roc_auc"}, {Name: "average_precision"}, {Name: "tpr_at_fpr"},
		{Name: "tpr_at_fpr", Params: params{"alpha": "0.5"}}, {Name: "brier"}, {Name: "f1"}}
	result, err := metrics.Evaluate(context.Background(), metrics.Request{
		Metrics: specs,
		Truth:   count(metrics.BytesSource("t", []byte(goodTruth))), Prediction: count(metrics.BytesSource("p", []byte(goodGuess))),
	})
	require.NoError(t, err)
	require.EqualValues(t, 2, opened.Load())
	require.Len(t, result.Values, len(specs))
	for i, spec := range specs {
		require.Equal(t, spec.Name, result.Values[i].Metric)
	}
	require.Equal(t, []float64{.5, 1}, values(result)[2:4])
}

func TestRegistryIsComplete(t *testing.T) {
	snake := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	names := map[string]bool{}
	for _, m := range metrics.All() {
		for _, name := range append([]string{m.Name}, m.Aliases...) {
			require.False(t, names[name], "%s is used twice", name)
			names[name] = true
			require.Regexp(t, snake, name)
			found, err := metrics.Lookup(name)
			require.NoError(t, err)
			require.Equal(t, m.Name, found.Name)
		}
		require.NotEmpty(t, m.Title, m.Name)
		require.Regexp(t, `^[A-Z][^.]*([.]\d[^.]*)*[.]$`, m.Definition, "one sentence")
		require.NotEmpty(t, m.Source, m.Name)
		require.Contains(t, []metrics.Direction{metrics.Higher, metrics.Lower}, m.Direction)
		require.Less(t, m.Range.Min, m.Range.Max, m.Name)
		require.NotEmpty(t, m.Unit, m.Name)
		require.NotEmpty(t, m.Truth, m.Name)
		require.NotEmpty(t, m.Prediction, m.Name)
		for _, p := range m.Params {
			require.NotEmpty(t, p.Help, m.Name)
			require.Regexp(t, snake, p.Name)
		}
	}
	for _, name := range []string{"roc_auc", "average_precision", "f1", "v_measure", "bcubed_f1", "pairwise_f1"} {
		require.True(t, names[name], "the command line promises %s", name)
	}
}

func TestRangesAreWrittenWithoutInfinities(t *testing.T) {
	text, err := json.Marshal(metrics.Range{Min: 0, Max: math.Inf(1)})
	require.NoError(t, err)
	require.JSONEq(t, `{"min": 0, "max": null}`, string(text))
	_, err = json.Marshal(metrics.All())
	require.NoError(t, err)
}
