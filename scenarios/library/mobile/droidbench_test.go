package mobile_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/internal/realdata"
	"incubator/platform/errs"
	"incubator/scenarios/library/generate"
	"incubator/scenarios/library/mobile"
)

func TestImportRealDroidBench(t *testing.T) {
	out := t.TempDir()
	report, err := mobile.ImportDroidBench(context.Background(), filepath.Join(realdata.Dir(t), "droidbench"), generate.Dir(out))
	require.NoError(t, err)
	require.Equal(t, map[string]int{"apps": 89, "leaking": 74, "train": 44, "test": 45}, report.Groups)
	require.Equal(t, 45, report.Records)
	require.Empty(t, report.Skipped)
	require.ElementsMatch(t, []string{mobile.TrainFile, mobile.TestFile, mobile.TruthFile}, report.Files)
	notes := strings.Join(report.Notes, "\n")
	for _, rule := range []mobile.Rule{mobile.TimeKnown, mobile.RealisticRatio, mobile.EnoughNegatives} {
		require.Contains(t, notes, "TESSERACT "+string(rule))
	}
	require.Contains(t, notes, "89 apps have no time")
	test, err := os.ReadFile(filepath.Join(out, mobile.TestFile))
	require.NoError(t, err)
	require.NotContains(t, string(test), `"label"`)
	require.NotContains(t, string(test), ".apk")

	list := play(t, out, "python3", "pack/baseline/baseline.py")
	require.Len(t, list, 45)
	auc := rocAUC(list)
	t.Logf("baseline ROC-AUC on 45 apps of which 8 do not leak: %.4f", auc)
	require.Greater(t, auc, 0.5)
}

const droidBenchTruth = "apk,category,leaks\n"

// source writes the two files of a DroidBench folder.
func source(t *testing.T, truth, features string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "truth.csv"), []byte(truth), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "features.jsonl"), []byte(features), 0o600))
	return dir
}

func TestImportDroidBenchReportsWhatItSkips(t *testing.T) {
	src := source(t, droidBenchTruth+"a.apk,X,2\nb.apk,X,0\nb.apk,X,0\nc.apk,X,many\nd.apk,X\ne.apk,X,1\n",
		`{"apk":"a.apk","package":"p.a","permissions":["android.permission.SEND_SMS"],"services":["p.a.S"],"min_sdk":"8","target_sdk":"x","size_bytes":9,"calls":{"a.b":2}}
{"apk":"b.apk","package":"p.b"}
{"apk":"a.apk"}
[1]
{"apk":"unknown.apk"}
`)
	out := t.TempDir()
	report, err := mobile.ImportDroidBench(context.Background(), src, generate.Dir(out))
	require.NoError(t, err)
	require.Equal(t, 2, report.Groups["apps"])
	where := map[string][]int{}
	for _, skipped := range report.Skipped {
		where[skipped.File] = append(where[skipped.File], skipped.Line)
		require.NotEmpty(t, skipped.Reason)
	}
	require.Equal(t, map[string][]int{"truth.csv": {4, 5, 6}, "features.jsonl": {3, 4, 5}}, where)
	test, err := os.ReadFile(filepath.Join(out, mobile.TestFile))
	require.NoError(t, err)
	require.Contains(t, string(test), `"package":"p.a","first_seen":"","certificate":"","min_sdk":8,"target_sdk":0,"size_bytes":9,`+
		`"permissions":["android.permission.SEND_SMS"],"activities":[],"services":[{"name":"p.a.S","exported":false}],"receivers":[],"providers":[],"calls":{"a.b":2}}`)
}

func TestImportDroidBenchRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		src, says string
		code      errs.Code
	}{
		"missing":   {filepath.Join(t.TempDir(), "none"), "does not exist", errs.NotFound},
		"columns":   {source(t, "apk,leaks\n", ""), "truth.csv: line 1", errs.Invalid},
		"nothing":   {source(t, droidBenchTruth, `{"apk":"a.apk"}`), "holds no app that truth.csv lists", errs.Invalid},
		"long line": {source(t, droidBenchTruth+"a.apk,X,1\n", strings.Repeat("x", 17<<20)), "longer than 16 MiB", errs.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mobile.ImportDroidBench(context.Background(), c.src, generate.Dir(t.TempDir()))
			require.Equal(t, c.code, errs.CodeOf(err))
			require.Contains(t, errs.MessageOf(err), c.says)
		})
	}
}
