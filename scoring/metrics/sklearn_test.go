package metrics_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/scoring/metrics"
)

// casesPerMetric times the number of metrics and parameters below gives some
// four thousand comparisons.
const casesPerMetric = 120

// family generates truth and guess of a kind.
type family struct {
	truthRole, guessRole string
	generate             func(*rand.Rand) (truth, guess []string)
}

var (
	binaryLabels = family{"label", "label", func(r *rand.Rand) ([]string, []string) { return names(r, 2), nil }}
	manyLabels   = family{"label", "label", func(r *rand.Rand) ([]string, []string) { return names(r, 1+r.IntN(6)), nil }}
	clusterNames = family{"cluster", "cluster", func(r *rand.Rand) ([]string, []string) { return names(r, 1+r.IntN(20)), nil }}
	scored       = family{"label", "score", func(r *rand.Rand) ([]string, []string) {
		truth := names(r, 2)
		return truth, scoresFor(r, truth)
	}}
)

// names draws labels 0 … kinds−1; some cases have one row, one kind, or all different.
func names(r *rand.Rand, kinds int) []string {
	list := make([]string, 1+r.IntN(60))
	only := r.IntN(10) == 0
	for i := range list {
		list[i] = strconv.Itoa(r.IntN(kinds))
		if only {
			list[i] = list[0]
		}
	}
	return list
}

// scoresFor draws probabilities: continuous, in few steps so that many tie,
// constant, extreme, or the truth itself.
func scoresFor(r *rand.Rand, truth []string) []string {
	steps := []float64{0, 1, 2, 5, 20}[r.IntN(5)]
	list := make([]string, len(truth))
	for i := range list {
		score := r.Float64()
		if steps > 0 {
			score = float64(int(score*(steps+1))) / (steps + 1)
		}
		if r.IntN(8) == 0 {
			score, _ = strconv.ParseFloat(truth[i], 64)
		}
		list[i] = strconv.FormatFloat(score, 'g', -1, 64)
	}
	return list
}

// guessLike changes some entries of truth to another name.
func guessLike(r *rand.Rand, truth []string) []string {
	guess, noise := make([]string, len(truth)), r.IntN(4)
	for i := range guess {
		guess[i] = truth[i]
		if r.IntN(4) < noise {
			guess[i] = truth[r.IntN(len(truth))]
		}
	}
	if r.IntN(12) == 0 {
		for i := range guess {
			guess[i] = guess[0]
		}
	}
	return guess
}

// TestAgainstScikitLearn compares with scikit-learn, and B-cubed and pairwise
// with a plain numpy implementation of the definitions, to 1e-9.
func TestAgainstScikitLearn(t *testing.T) {
	o := startOracle(t)
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("INCUBATOR_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("seed %d (repeat with INCUBATOR_SEED)", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	averages := []params{{"average": "micro"}, {"average": "macro"}, {"average": "weighted"}}
	for _, in := range []struct {
		metric string
		family family
		params []params
	}{
		{"accuracy", manyLabels, nil},
		{"balanced_accuracy", manyLabels, nil},
		{"mcc", manyLabels, nil},
		{"precision", manyLabels, averages},
		{"recall", manyLabels, averages},
		{"f1", manyLabels, averages},
		{"fbeta", manyLabels, []params{{"average": "macro", "beta": "0.5"}, {"average": "weighted"}}},
		{"precision", binaryLabels, nil},
		{"recall", binaryLabels, nil},
		{"f1", binaryLabels, nil},
		{"fbeta", binaryLabels, []params{{"beta": "3"}}},
		{"mcc", binaryLabels, nil},
		{"roc_auc", scored, []params{nil, {"positive": "0"}}},
		{"average_precision", scored, []params{nil, {"positive": "0"}}},
		{"tpr_at_fpr", scored, []params{{"alpha": "0.1"}, {"alpha": "0.3"}, {"alpha": "0"}, {"alpha": "1"}}},
		{"log_loss", scored, nil},
		{"brier", scored, nil},
		{"homogeneity", clusterNames, nil},
		{"completeness", clusterNames, nil},
		{"v_measure", clusterNames, []params{nil, {"beta": "0.3"}}},
		{"adjusted_rand", clusterNames, nil},
		{"bcubed_precision", clusterNames, nil},
		{"bcubed_recall", clusterNames, nil},
		{"bcubed_f1", clusterNames, nil},
		{"pairwise_precision", clusterNames, nil},
		{"pairwise_recall", clusterNames, nil},
		{"pairwise_f1", clusterNames, nil},
	} {
		if in.params == nil {
			in.params = []params{nil}
		}
		for _, p := range in.params {
			for range casesPerMetric {
				compare(t, o, r, in.metric, in.family, p)
			}
		}
	}
}

func compare(t *testing.T, o *oracle, r *rand.Rand, metric string, f family, p params) {
	truth, guess := f.generate(r)
	if guess == nil {
		guess = guessLike(r, truth)
	}
	want, refusal := o.ask(t, oracleCase{metric, p, truth, guess})
	result, err := evaluate(randomFile(r, f.truthRole, truth), randomFile(r, f.guessRole, guess),
		metrics.Spec{Name: metric, Params: p})
	about := fmt.Sprint(metric, p, "\n", truth, "\n", guess)
	if refusal != "" {
		require.Error(t, err, "scikit-learn refuses: %s\n%s", refusal, about)
		return
	}
	require.NoError(t, err, about)
	require.InDelta(t, want, result.Values[0].Value, 1e-9, about)
}

// randomFile writes the column as CSV or JSONL, with short or long ids, in the
// order of the ids or any other.
func randomFile(r *rand.Rand, role string, values []string) string {
	order := r.Perm(len(values))
	if r.IntN(2) == 0 {
		for i := range order {
			order[i] = i
		}
	}
	var b strings.Builder
	asJSON := r.IntN(2) == 0
	if !asJSON {
		b.WriteString("note,id," + role + "\r\n")
	}
	for _, i := range order {
		id := fmt.Sprintf("a rather long identifier %03d", i)
		if len(values)%2 == 0 {
			id = strconv.Itoa(i)
		}
		if asJSON {
			fmt.Fprintf(&b, `{"%s": %s, "note": [{"x": null}], "id": "%s"}`+"\n", role, values[i], id)
		} else {
			fmt.Fprintf(&b, "\"a, \"\"b\"\"\",%s,%s\r\n", id, values[i])
		}
	}
	return b.String()
}
