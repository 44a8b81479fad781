package metrics_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/scoring/metrics"
)

// columnsCSV writes ids 1, 2, … beside the given columns, one string each.
func columnsCSV(columns map[string]string) string {
	names, fields, rows := []string{"id"}, [][]string{}, 0
	for name, values := range columns {
		names = append(names, name)
		fields = append(fields, strings.Fields(values))
		rows = len(strings.Fields(values))
	}
	lines := []string{strings.Join(names, ",")}
	for i := range rows {
		line := []string{fmt.Sprint(i + 1)}
		for _, field := range fields {
			line = append(line, field[i])
		}
		lines = append(lines, strings.Join(line, ","))
	}
	return strings.Join(lines, "\n") + "\n"
}

func evaluate(truth, prediction string, specs ...metrics.Spec) (metrics.Result, error) {
	return metrics.Evaluate(context.Background(), metrics.Request{
		Metrics:    specs,
		Truth:      metrics.BytesSource("truth", []byte(truth)),
		Prediction: metrics.BytesSource("prediction", []byte(prediction)),
	})
}

type params = map[string]string

// TestOracles holds worked examples with published or hand-computed answers.
func TestOracles(t *testing.T) {
	const (
		clusterTruth  = "0 0 0 1 1 1 2 2"
		clusterGuess  = "0 0 1 1 1 1 2 3"
		rateTruth     = "0 0 0 0 0 0 0 0 0 0 1 1 1 1 1"
		rateScores    = ".05 .1 .15 .2 .25 .3 .35 .4 .6 .9 .45 .55 .7 .8 .95"
		labelTruth    = "1 1 1 1 0 0 0 0 0 0"
		labelGuess    = "1 1 1 0 1 0 0 0 0 0"
		baggaBaldwin  = "B-cubed of Bagga and Baldwin 1998 on 00011122 against 00111123"
		rosenbergHirs = "V-measure of Rosenberg and Hirschberg 2007"
	)
	cases := []struct {
		source        string
		metric        string
		params        params
		truth, column string
		guess         string
		want          float64
	}{
		{"TP 3 FP 1 FN 1 TN 5", "f1", nil, labelTruth, "label", labelGuess, .75},
		{"TP 3 FP 1 FN 1 TN 5", "mcc", nil, labelTruth, "label", labelGuess, .5833},
		{"TP 3 FP 1 FN 1 TN 5", "precision", nil, labelTruth, "label", labelGuess, .75},
		{"TP 3 FP 1 FN 1 TN 5", "recall", nil, labelTruth, "label", labelGuess, .75},
		{"TP 3 FP 1 FN 1 TN 5", "accuracy", nil, labelTruth, "label", labelGuess, .8},
		{"scikit-learn's ROC example", "roc_auc", nil, "0 0 1 1", "score", ".1 .4 .35 .8", .75},
		{"ties by mid-rank", "roc_auc", nil, "0 0 1 1", "score", ".5 .5 .5 .9", .75},
		{"no interpolation", "tpr_at_fpr", params{"alpha": "0.1"}, rateTruth, "score", rateScores, .6},
		{"no interpolation", "tpr_at_fpr", params{"alpha": "0.001"}, rateTruth, "score", rateScores, .2},
		{"pairs TP 4 FP 3 FN 3", "pairwise_precision", nil, clusterTruth, "cluster", clusterGuess, 4. / 7},
		{"pairs TP 4 FP 3 FN 3", "pairwise_recall", nil, clusterTruth, "cluster", clusterGuess, 4. / 7},
		{"pairs TP 4 FP 3 FN 3", "pairwise_f1", nil, clusterTruth, "cluster", clusterGuess, .5714},
		{baggaBaldwin, "bcubed_precision", nil, clusterTruth, "cluster", clusterGuess, .8125},
		{baggaBaldwin, "bcubed_recall", nil, clusterTruth, "cluster", clusterGuess, .7083},
		{baggaBaldwin, "bcubed_f1", nil, clusterTruth, "cluster", clusterGuess, .7568},
		{rosenbergHirs, "homogeneity", nil, clusterTruth, "cluster", clusterGuess, .7402},
		{rosenbergHirs, "completeness", nil, clusterTruth, "cluster", clusterGuess, .6604},
		{rosenbergHirs, "v_measure", nil, clusterTruth, "cluster", clusterGuess, .6980},
		{rosenbergHirs, "v_measure", nil, "0 0 1 1", "cluster", "0 0 1 2", .8},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.metric, c.params, c.guess), func(t *testing.T) {
			kind := "label"
			if c.column == "cluster" {
				kind = "cluster"
			}
			result, err := evaluate(columnsCSV(params{kind: c.truth}), columnsCSV(params{c.column: c.guess}),
				metrics.Spec{Name: c.metric, Params: c.params})
			require.NoError(t, err, c.source)
			require.InDelta(t, c.want, result.Values[0].Value, 5e-5, c.source)
		})
	}
}

func TestTooFewNegativesAreWarnedOf(t *testing.T) {
	truth := columnsCSV(params{"label": "0 0 1"})
	result, err := evaluate(truth, columnsCSV(params{"score": ".1 .2 .3"}), metrics.Spec{Name: "tpr_at_fpr"})
	require.NoError(t, err)
	require.Equal(t, "few_negatives", result.Warnings[0].Code)
	result, err = evaluate(truth, columnsCSV(params{"score": ".1 .2 .3"}),
		metrics.Spec{Name: "tpr_at_fpr", Params: params{"alpha": "0.5"}})
	require.NoError(t, err)
	require.Empty(t, result.Warnings, "two negatives are enough for one in two")
}

func TestAUTOfTESSERACT(t *testing.T) {
	value, err := metrics.AUT([]float64{.9, .8, .5, .6, .4})
	require.NoError(t, err)
	require.InDelta(t, .6375, value, 1e-12)
	_, err = metrics.AUT([]float64{.9})
	require.ErrorContains(t, err, "at least two windows")
}

func TestNABSigmoid(t *testing.T) {
	for y, want := range map[float64]float64{-1: .98661, -.5: .84828, 0: 0, 1: -.98661} {
		require.InDelta(t, want, metrics.NABSigmoid(y), 5e-6)
	}
}

func TestTimeToDetectCountsMissesAtTheHorizon(t *testing.T) {
	require.InDelta(t, 6.5, metrics.MeanTimeToDetect([]float64{2, 5, 9}, 1, 10), 1e-12)
}

func TestAlertReductionOfValeur(t *testing.T) {
	require.InDelta(t, .96, metrics.AlertReduction(40, 1000), 1e-12)
	require.Zero(t, metrics.AlertReduction(2000, 1000))
}

func TestPPVUnderTheBaseRateOfAxelsson(t *testing.T) {
	value, defined := metrics.PPV(2e-5, .7, 1e-5)
	require.True(t, defined)
	require.InDelta(t, .5833, value, 5e-5)
	_, defined = metrics.PPV(.5, 0, 0)
	require.False(t, defined)
}
