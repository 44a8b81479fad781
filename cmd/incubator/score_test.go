package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

// score runs the command with arguments as kong parses them, in a folder of its own.
func score(t *testing.T, files map[string]string, args ...string) (out, problems string, err error) {
	folder := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	for i, arg := range args {
		if _, isFile := files[arg]; isFile || strings.HasPrefix(arg, "absent") {
			args[i] = filepath.Join(folder, arg)
		}
	}
	var cmd ScoreCmd
	parser, err := kong.New(&cmd, kong.Name("score"))
	require.NoError(t, err)
	_, err = parser.Parse(args)
	require.NoError(t, err)
	var stdout, stderr bytes.Buffer
	err = cmd.Run(context.Background(), &Streams{Out: &stdout, Err: &stderr})
	return stdout.String(), stderr.String(), err
}

var scoreFiles = map[string]string{
	"truth.csv":  "id,label\na,0\nb,0\nc,1\nd,1\n",
	"scores.csv": "id,score\na,.1\nb,.4\nc,.35\nd,.8\n",
	"other.csv":  "app,verdict,when\na,good,2024-01\nb,good,2024-01\nc,evil,2024-01\nd,evil,2024-02\n",
	"guess.csv":  "app,guess\na,good\nb,good\nc,evil\nd,evil\n",
}

func TestScorePrintsNameAndValue(t *testing.T) {
	out, problems, err := score(t, scoreFiles, "roc_auc", "--truth", "truth.csv", "--prediction", "scores.csv")
	require.NoError(t, err)
	require.Equal(t, "roc_auc 0.75\n", out)
	require.Empty(t, problems)
}

func TestScoreWarnsOnStandardError(t *testing.T) {
	out, problems, err := score(t, scoreFiles, "tpr_at_fpr", "--truth", "truth.csv", "--prediction", "scores.csv")
	require.NoError(t, err)
	require.Equal(t, "tpr_at_fpr 0.5\n", out)
	require.Contains(t, problems, "warning: few_negatives: 2 negatives")
}

func TestScoreJSONIsStable(t *testing.T) {
	out, problems, err := score(t, scoreFiles, "tpr_at_fpr", "--json", "--param", "alpha=0.1",
		"--truth", "truth.csv", "--prediction", "scores.csv")
	require.NoError(t, err)
	require.Empty(t, problems, "warnings are in the object")
	require.JSONEq(t, `{
		"metric": "tpr_at_fpr", "value": 0.5, "params": {"alpha": "0.1"},
		"warnings": [{"code": "few_negatives", "metric": "tpr_at_fpr",
			"message": "2 negatives cannot resolve a false positive rate of 0.1: no false alarm at all is allowed"}],
		"counts": {"truth": 4, "prediction": 4, "ignored": 0}
	}`, out)
	out, _, err = score(t, scoreFiles, "roc_auc_score", "--json", "--truth", "truth.csv", "--prediction", "scores.csv")
	require.NoError(t, err)
	require.Contains(t, out, `"metric":"roc_auc"`)
	require.Contains(t, out, `"warnings":[]`)
}

func TestScoreTakesOtherColumns(t *testing.T) {
	out, _, err := score(t, scoreFiles, "f1", "--truth", "other.csv", "--prediction", "guess.csv", "--id-column", "app",
		"--truth-column", "verdict", "--prediction-column", "guess", "--param", "positive=evil")
	require.NoError(t, err)
	require.Equal(t, "f1 1\n", out)
	out, _, err = score(t, scoreFiles, "aut", "--truth", "other.csv", "--prediction", "guess.csv", "--id-column", "app",
		"--truth-column", "verdict", "--truth-column", "time=when", "--prediction-column", "label=guess", "--param", "positive=evil")
	require.NoError(t, err)
	require.Equal(t, "aut 1\n", out)
	out, _, err = score(t, map[string]string{"t.csv": "id,label\na,1\n", "p.csv": "id,p\na,.9\n"}, "accuracy", "--param", "threshold=0.5",
		"--truth", "t.csv", "--prediction", "p.csv", "--prediction-column", "p")
	require.NoError(t, err)
	require.Equal(t, "accuracy 1\n", out)
}

func TestScoreErrorsAreClear(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "name a metric; --list shows them"},
		{[]string{"f11"}, `there is no metric "f11"; did you mean`},
		{[]string{"f1"}, "--truth FILE is missing"},
		{[]string{"f1", "--truth", "truth.csv"}, "--prediction FILE is missing"},
		{[]string{"f2", "--truth", "truth.csv", "--prediction", "scores.csv"}, `there is no metric "f2"; did you mean f1?`},
		{[]string{"f1", "--truth", "absent.csv", "--prediction", "scores.csv"}, "absent.csv does not exist"},
		{[]string{"f1", "--truth", "truth.csv", "--prediction", "scores.csv", "--truth-column", "time=x"},
			`--truth-column "time=x": f1 reads no time`},
		{[]string{"f1", "--truth", "truth.csv", "--prediction", "scores.csv", "--truth-column", "label="},
			`--truth-column "label=": NAME or ROLE=NAME is expected`},
		{[]string{"v_measure", "--truth", "truth.csv", "--prediction", "scores.csv"}, "truth.csv has no column cluster; it has id, label"},
		{[]string{"roc_auc", "--truth", "truth.csv", "--prediction", "scores.csv", "--max-rows", "3"}, "truth.csv has more than 3 data rows"},
	} {
		out, _, err := score(t, scoreFiles, c.args...)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), c.args)
		require.Contains(t, errs.MessageOf(err), c.want)
		require.Empty(t, out)
	}
}

func TestScoreAllowsExtraPredictions(t *testing.T) {
	files := map[string]string{"t.csv": "id,label\na,0\nb,1\n", "p.csv": "id,score\na,0\nb,1\nc,1\n"}
	_, _, err := score(t, files, "roc_auc", "--truth", "t.csv", "--prediction", "p.csv")
	require.ErrorContains(t, err, `"c" is not in t.csv`)
	out, problems, err := score(t, files, "roc_auc", "--truth", "t.csv", "--prediction", "p.csv", "--allow-extra")
	require.NoError(t, err)
	require.Equal(t, "roc_auc 1\n", out)
	require.Contains(t, problems, "unknown_ids")
}

func TestScoreLists(t *testing.T) {
	out, _, err := score(t, nil, "--list")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^tpr_at_fpr +higher +label +score +positive alpha=0.001 +True positive rate`, out)
	require.Regexp(t, `(?m)^f1 +higher +label +label or score `, out)
	out, _, err = score(t, nil, "--list", "--json")
	require.NoError(t, err)
	var list []struct{ Name, Title, Definition, Direction string }
	require.NoError(t, json.Unmarshal([]byte(out), &list))
	require.Greater(t, len(list), 25)
}
