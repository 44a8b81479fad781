package metrics_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scoring/metrics"
)

const (
	goodTruth = "id,label\na,0\nb,1\nc,0\nd,1\n"
	goodGuess = "id,score\na,.1\nb,.9\nc,.3\nd,.2\n"
)

// TestBadInputIsRefusedWithItsPlace gives every fault an error that names the
// file, the line, the column and the value.
func TestBadInputIsRefusedWithItsPlace(t *testing.T) {
	deep := strings.Repeat("[", 1000) + strings.Repeat("]", 1000)
	long := strings.Repeat("x", 2<<20)
	cases := []struct {
		name, truth, guess, metric string
		want                       string
	}{
		{"not a number", goodTruth, "id,score\na,.1\nb,high\nc,1\nd,1\n", "roc_auc",
			`prediction, line 3, column score: "high" is not a finite number`},
		{"NaN", goodTruth, "id,score\na,nan\nb,1\nc,1\nd,1\n", "roc_auc",
			`prediction, line 2, column score: "nan" is not a finite number`},
		{"infinity", goodTruth, "id,score\na,1\nb,-Inf\nc,1\nd,1\n", "roc_auc",
			`prediction, line 3, column score: "-Inf" is not a finite number`},
		{"overflow", goodTruth, "id,score\na,1\nb,1e999\nc,1\nd,1\n", "roc_auc",
			`prediction, line 3, column score: "1e999" is not a finite number`},
		{"no value", goodTruth, "id,score\na,\nb,1\nc,1\nd,1\n", "roc_auc",
			`prediction, line 2, column score: the value is missing`},
		{"no id", goodTruth, "id,score\n,1\nb,1\nc,1\nd,1\n", "roc_auc",
			`prediction, line 2, column id: the value is missing`},
		{"missing id", goodTruth, "id,score\na,1\nb,1\nc,1\n", "roc_auc",
			`truth, line 5, column id: "d" has no row in prediction`},
		{"missing ids, other order", goodTruth, "id,score\nd,1\nb,1\n", "roc_auc",
			`truth, line 2, column id: "a" has no row in prediction (2 ids in all)`},
		{"unknown id", goodTruth, goodGuess + "z,1\n", "roc_auc",
			`prediction, line 6, column id: "z" is not in truth`},
		{"unknown ids, other order", goodTruth, "id,score\nz,1\na,1\nb,1\ny,1\nc,1\nd,1\n", "roc_auc",
			`prediction, line 2, column id: "z" is not in truth (2 ids in all)`},
		{"duplicate id", goodTruth, goodGuess + "b,1\n", "roc_auc",
			`prediction, line 6, column id: "b" occurs twice, first on line 3`},
		{"duplicate id beside each other", goodTruth, "id,score\na,1\na,1\nc,1\nd,1\n", "roc_auc",
			`prediction, line 3, column id: "a" occurs twice, first on line 2`},
		{"duplicate id in the truth", "id,label\na,0\nb,1\na,1\n", goodGuess, "roc_auc",
			`truth, line 4, column id: "a" occurs twice, first on line 2`},
		{"duplicate long id", "id,label\nan identifier of many bytes,0\nan identifier of many bytes,1\n", goodGuess, "roc_auc",
			`truth, line 3, column id: "an identifier of many bytes" occurs twice, first on line 2`},
		{"no column", goodTruth, "id,value\na,1\n", "roc_auc", `prediction has no column score; it has id, value`},
		{"neither column", goodTruth, "id,value\na,1\n", "f1",
			`prediction has neither the column label nor the column score; it has id, value`},
		{"column twice", goodTruth, "id,score,id\na,1,b\n", "roc_auc", `prediction, line 1: "id" occurs twice in the header`},
		{"many columns", goodTruth, strings.Repeat("x,", 10_000) + "id\n", "roc_auc", `prediction, line 1: the header has more than 10000 columns`},
		{"short row", goodTruth, "id,score\na\n", "roc_auc", `prediction, line 2: the row has 1 fields, the header has 2`},
		{"long row", goodTruth, "id,score\na,1,2,3\n", "roc_auc", `prediction, line 2: the row has 4 fields, the header has 2`},
		{"quoted long row", goodTruth, "id,score\n\"a\",1,2\n", "roc_auc", `prediction, line 2: the row has 3 fields, the header has 2`},
		{"open quote", goodTruth, "id,score\n\"a,1\n", "roc_auc", `prediction, line 2: a quoted field is not closed on its line`},
		{"stray quote", goodTruth, "id,score\na\"b,1\n", "roc_auc", `prediction, line 2: "a\"b" has a quote inside an unquoted field`},
		{"text behind a quote", goodTruth, "id,score\n\"a\"b,1\n", "roc_auc",
			`prediction, line 2: "b,1" follows a closing quote; a comma was expected`},
		{"empty line", goodTruth, "id,score\na,1\n\nb,1\n", "roc_auc", `prediction, line 3: the line is empty`},
		{"not UTF-8", goodTruth, "id,score\n\xff\xfe,1\n", "roc_auc", `prediction, line 2: the line is not valid UTF-8`},
		{"empty file", goodTruth, "", "roc_auc", `prediction is empty`},
		{"blank file", goodTruth, "\n\n", "roc_auc", `prediction is empty`},
		{"header only", goodTruth, "id,score\n", "roc_auc", `prediction has no data rows`},
		{"empty truth", "id,label\n", goodGuess, "roc_auc", `truth has no data rows`},
		{"long line", goodTruth, "id,score\n" + long + ",1\n", "roc_auc", `prediction, line 2: the line is longer than 1048576 bytes`},
		{"long line without an end", goodTruth, "id,score\n" + long, "roc_auc", `prediction, line 2: the line is longer than 1048576 bytes`},
		{"deep JSON", goodTruth, `{"id": "a", "score": 1, "x": ` + deep + "}", "roc_auc",
			`prediction, line 1, character 61: not valid JSON: values nest deeper than 32 levels`},
		{"JSON array", goodTruth, `[{"id": "a", "score": 1}]`, "roc_auc",
			`prediction, line 1: holds a JSON array; write one object per line (JSONL)`},
		{"JSON NaN", goodTruth, `{"id": "a", "score": NaN}`, "roc_auc",
			`prediction, line 1, character 22: not valid JSON: NaN and infinities are not allowed`},
		{"JSON null", goodTruth, `{"id": "a", "score": null}`, "roc_auc",
			`prediction, line 1, column score: the value is null, an array or an object`},
		{"JSON text for a number", goodTruth, `{"id": "a", "score": "1"}`, "roc_auc",
			`prediction, line 1, column score: "1" is not a finite number`},
		{"JSON without a member", goodTruth, `{"id": "a", "score": 1}` + "\n" + `{"id": "b"}`, "roc_auc",
			`prediction, line 2, column score: the member is missing`},
		{"JSON member twice", goodTruth, `{"id": "a", "id": "b", "score": 1}`, "roc_auc",
			`prediction, line 1: "id" occurs twice in the object`},
		{"JSON cut short", goodTruth, `{"id": "a", "score": 1`, "roc_auc",
			`prediction, line 1, character 23: not valid JSON: a comma or the end of the object was expected`},
		{"JSON with something behind", goodTruth, `{"id": "a", "score": 1} {}`, "roc_auc",
			`prediction, line 1, character 25: not valid JSON: nothing may follow the object on its line`},
		{"JSON bad escape", goodTruth, `{"id": "\q", "score": 1}`, "roc_auc",
			`prediction, line 1, character 12: not valid JSON: a string has a bad escape`},
		{"JSON leading zero", goodTruth, `{"id": "a", "score": 01}`, "roc_auc",
			`prediction, line 1, character 22: not valid JSON: a number is malformed`},
		{"single class", "id,label\na,1\nb,1\nc,1\nd,1\n", goodGuess, "roc_auc",
			`truth, line 2, column label: every row is positive; roc_auc needs both classes`},
		{"no positive", "id,label\na,0\nb,0\nc,0\nd,0\n", goodGuess, "average_precision",
			`truth, line 2, column label: every row is negative; average_precision needs a positive one`},
		{"other labels", "id,label\na,0\nb,evil\nc,0\nd,1\n", goodGuess, "roc_auc",
			`truth, line 3, column label: "evil" is neither 0 nor 1; name the positive label with the parameter positive`},
		{"no probability", goodTruth, "id,score\na,.5\nb,1.5\nc,.5\nd,.5\n", "brier",
			`prediction, line 3, column score: "1.5" is not a probability; from 0 to 1 is expected`},
		{"no probability, other order", goodTruth, "id,score\nd,.5\nc,.5\nb,.5\na,-1\n", "log_loss",
			`prediction, line 5, column score: "-1" is not a probability; from 0 to 1 is expected`},
		{"no time", "id,label,time\na,0,yesterday\n", "id,label\na,0\n", "aut",
			`truth, line 2, column time: "yesterday" is not a time; RFC 3339 or epoch seconds are expected`},
		{"milliseconds", "id,label,time\na,0,1700000000000\n", "id,label\na,0\n", "aut",
			`truth, line 2, column time: "1700000000000" lies beyond the year 9999; epoch times are in seconds`},
		{"unknown metric", goodTruth, goodGuess, "roc_acu", `there is no metric "roc_acu"; did you mean roc_auc?`},
		{"families mixed", goodTruth, goodGuess, "roc_auc,event_f1", `the metrics roc_auc and event_f1 read different kinds of files`},
		{"no metric", goodTruth, goodGuess, "", `no metric was asked for`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var specs []metrics.Spec
			for name := range strings.SplitSeq(c.metric, ",") {
				if name != "" {
					specs = append(specs, metrics.Spec{Name: name})
				}
			}
			_, err := evaluate(c.truth, c.guess, specs...)
			require.Error(t, err)
			require.Equal(t, errs.Invalid, errs.CodeOf(err))
			require.Equal(t, c.want, errs.MessageOf(err))
		})
	}
}

func TestRowErrorIsTyped(t *testing.T) {
	_, err := evaluate(goodTruth, "id,score\na,1\nb,x\nc,1\nd,1\n", metrics.Spec{Name: "roc_auc"})
	var row *metrics.RowError
	require.ErrorAs(t, err, &row)
	require.Equal(t, metrics.RowError{
		File: "prediction", Line: 3, Column: "score", Value: "x", Reason: "is not a finite number",
	}, *row)
	require.Equal(t, "prediction:3", row.Error())
}

// TestFaultsOfTheTruthAreMarked: a run must not blame a participant for them.
func TestFaultsOfTheTruthAreMarked(t *testing.T) {
	for _, c := range []struct {
		name, metric, truth, guess string
		ofTruth                    bool
	}{
		{"empty truth", "roc_auc", "", goodGuess, true},
		{"truth repeats an id", "roc_auc", goodTruth + "a,1\n", goodGuess, true},
		{"truth of one class", "roc_auc", "id,label\na,1\n", "id,score\na,1\n", true},
		{"truth with other labels", "f1", "id,label\na,x\n", "id,label\na,1\n", true},
		{"bad step", "event_f1", "incident,host,technique,start,end\nA,h,x,1,2\n", alerts, true},
		{"prediction with other labels", "f1", "id,label\na,1\n", "id,label\na,x\n", false},
		{"prediction misses an id", "roc_auc", goodTruth, "id,score\na,1\n", false},
		{"prediction repeats an id", "roc_auc", goodTruth, goodGuess + "a,1\n", false},
		{"empty prediction", "roc_auc", goodTruth, "", false},
		{"bad alert", "event_f1", incidents, "time,host,technique,confidence\nx,h,T1059,1\n", false},
	} {
		_, err := evaluate(c.truth, c.guess, metrics.Spec{Name: c.metric})
		var fault *metrics.TruthError
		require.Equal(t, c.ofTruth, errors.As(err, &fault), c.name)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), c.name)
		require.NotEmpty(t, err.Error())
	}
}

func TestParametersAreChecked(t *testing.T) {
	for _, c := range []struct {
		metric string
		params params
		want   string
	}{
		{"roc_auc", params{"alpha": "1"}, `metric roc_auc has no parameter "alpha"; it has positive`},
		{"bcubed_f1", params{"x": "1"}, `metric bcubed_f1 has no parameter "x"; it has none`},
		{"tpr_at_fpr", params{"alpha": "much"}, `metric tpr_at_fpr parameter alpha: "much" is not a finite number`},
		{"tpr_at_fpr", params{"alpha": "1.5"}, `metric tpr_at_fpr parameter alpha: 1.5 is not between 0 and 1`},
		{"f1", params{"average": "best"}, `metric f1 parameter average: "best" is none of binary, micro, macro, weighted`},
		{"fbeta", params{"beta": "0"}, `metric fbeta parameter beta: 0 is not between 0 and 1e+06`},
		{"incident_recall", params{"min_steps": "1.5"}, `metric incident_recall parameter min_steps: 1.5 is not a whole number`},
		{"ppv_at_base_rate", nil, `metric ppv_at_base_rate needs the parameter prior: the share of positives in operation`},
	} {
		_, err := evaluate(goodTruth, goodGuess, metrics.Spec{Name: c.metric, Params: c.params})
		require.Equal(t, errs.Invalid, errs.CodeOf(err))
		require.Equal(t, c.want, errs.MessageOf(err))
	}
}

func TestGoodVariantsAreRead(t *testing.T) {
	const want = .75
	for name, guess := range map[string]string{
		"plain":              goodGuess,
		"no last line end":   strings.TrimSuffix(goodGuess, "\n"),
		"empty lines behind": goodGuess + "\n\r\n\n",
		"CRLF and BOM":       "\xef\xbb\xbf" + strings.ReplaceAll(goodGuess, "\n", "\r\n"),
		"quoted":             "\"id\",\"score\"\n\"a\",.1\nb,\".9\"\nc,.3\n\"d\",.2\n",
		"other columns":      "x,score,é,id\n1,.1,,a\n2,.9,,b\n,.3,ü,c\n\"x,\"\"y\",.2,,d\n",
		"other order":        "id,score\nd,.2\nb,.9\na,.1\nc,.3\n",
		"JSONL":              `{"id":"a","score":1e-1}` + "\n" + `{"score":0.9,"x":[{"y":"}"},[]],"id":"b"}` + "\n" + ` { "id" : "\u0063" , "score" : 3E-1 } ` + "\n" + `{"id":"d","score":2e-1,"z":null}` + "\n",
	} {
		result, err := evaluate(goodTruth, guess, metrics.Spec{Name: "roc_auc"})
		require.NoError(t, err, name)
		require.InDelta(t, want, result.Values[0].Value, 1e-12, name)
		require.Equal(t, metrics.Counts{Truth: 4, Prediction: 4}, result.Counts, name)
	}
}

func TestBothZerosTie(t *testing.T) {
	result, err := evaluate("id,label\na,0\nb,1\n", "id,score\na,0\nb,-0\n", metrics.Spec{Name: "roc_auc"})
	require.NoError(t, err)
	require.Equal(t, .5, result.Values[0].Value)
}

func TestExtraPredictionsCanBeAllowed(t *testing.T) {
	for name, guess := range map[string]string{
		"rising":  goodGuess + "e,1\nf,1\n",
		"falling": "id,score\nf,1\nd,.2\nb,.9\na,.1\nc,.3\ne,1\n",
	} {
		req := metrics.Request{
			Metrics:    []metrics.Spec{{Name: "roc_auc"}, {Name: "brier"}},
			Truth:      metrics.BytesSource("truth", []byte(goodTruth)),
			Prediction: metrics.BytesSource("prediction", []byte(guess)),
			AllowExtra: true,
		}
		result, err := metrics.Evaluate(context.Background(), req)
		require.NoError(t, err, name)
		require.Equal(t, .75, result.Values[0].Value, name)
		require.Equal(t, metrics.Counts{Truth: 4, Prediction: 6, Ignored: 2}, result.Counts, name)
		require.Equal(t, "unknown_ids", result.Warnings[0].Code, name)
	}
	_, err := metrics.Evaluate(context.Background(), metrics.Request{
		Metrics:    []metrics.Spec{{Name: "roc_auc"}},
		Truth:      metrics.BytesSource("truth", []byte(goodTruth)),
		Prediction: metrics.BytesSource("prediction", []byte(goodGuess+"e,1\ne,1\n")),
		AllowExtra: true,
	})
	require.Equal(t, `prediction, line 7, column id: "e" occurs twice, first on line 6`, errs.MessageOf(err))
}
