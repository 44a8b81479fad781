package metrics_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/scoring/metrics"
)

// benchRows is the size of the benchmark files: INCUBATOR_BENCH_ROWS, else a million.
func benchRows(b *testing.B) int {
	text := os.Getenv("INCUBATOR_BENCH_ROWS")
	if text == "" {
		return 1_000_000
	}
	rows, err := strconv.Atoi(text)
	require.NoError(b, err)
	return rows
}

// benchFile writes a CSV file with the header and one line for each row.
func benchFile(b *testing.B, name, header string, rows int, line func(w *bufio.Writer, row int)) string {
	path := filepath.Join(b.TempDir(), name)
	file, err := os.Create(path)
	require.NoError(b, err)
	w := bufio.NewWriterSize(file, 1<<20)
	fmt.Fprintln(w, header)
	for row := range rows {
		line(w, row)
	}
	require.NoError(b, w.Flush())
	require.NoError(b, file.Close())
	return path
}

type benchCase struct{ metric, truth, prediction string }

// benchCases are binary scores with one positive in ten, and clusters of about
// four items of which 15 % are misplaced. The order of the shuffled pair differs.
func benchCases(b *testing.B) map[string]benchCase {
	rows := benchRows(b)
	random := rand.New(rand.NewPCG(1, 2))
	positive := func(row int) bool { return row%10 == 3 }
	labels := benchFile(b, "labels.csv", "id,label", rows, func(w *bufio.Writer, row int) {
		label := 0
		if positive(row) {
			label = 1
		}
		fmt.Fprintf(w, "%d,%d\n", row, label)
	})
	score := func(w *bufio.Writer, row int) {
		value := random.Float64()
		if positive(row) {
			value = (value + random.Float64()) / 2 * 1.2
		}
		w.WriteString(strconv.Itoa(row) + "," + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
	}
	scores := benchFile(b, "scores.csv", "id,score", rows, score)
	order := random.Perm(rows)
	shuffled := benchFile(b, "shuffled.csv", "id,score", rows, func(w *bufio.Writer, row int) { score(w, order[row]) })
	truth := func(row int) int { return row * 7919 % rows / 4 }
	clusters := benchFile(b, "clusters.csv", "id,cluster", rows, func(w *bufio.Writer, row int) {
		fmt.Fprintf(w, "%d,c%d\n", row, truth(row))
	})
	groups := benchFile(b, "groups.csv", "id,cluster", rows, func(w *bufio.Writer, row int) {
		group := truth(row)
		if random.Float64() < 0.15 {
			group = random.IntN(rows / 4)
		}
		fmt.Fprintf(w, "%d,k%d\n", row, group)
	})
	return map[string]benchCase{
		"roc_auc":          {"roc_auc", labels, scores},
		"roc_auc_shuffled": {"roc_auc", labels, shuffled},
		"bcubed_f1":        {"bcubed_f1", clusters, groups},
		"v_measure":        {"v_measure", clusters, groups},
	}
}

// BenchmarkAgainstScikitLearn times reading and scoring of the same files by
// this package and by scikit-learn with numpy's reader, each in the same run.
// It reports x_faster (their seconds over ours), x_less_cpu (the same of
// processor time, which a busy machine disturbs less), and the peak memory of
// this process; run one case at a time for a peak of its own.
func BenchmarkAgainstScikitLearn(b *testing.B) {
	cases := benchCases(b)
	for _, name := range []string{"roc_auc", "roc_auc_shuffled", "bcubed_f1", "v_measure"} {
		b.Run(name, func(b *testing.B) { againstScikitLearn(b, cases[name]) })
	}
}

func againstScikitLearn(b *testing.B, c benchCase) {
	truth, err := metrics.FileSource(c.truth)
	require.NoError(b, err)
	prediction, err := metrics.FileSource(c.prediction)
	require.NoError(b, err)
	req := metrics.Request{Metrics: []metrics.Spec{{Name: c.metric}}, Truth: truth, Prediction: prediction}
	var result metrics.Result
	before := cpuSeconds(b)
	b.ResetTimer()
	for b.Loop() {
		result, err = metrics.Evaluate(context.Background(), req)
		require.NoError(b, err)
	}
	ours := b.Elapsed().Seconds() / float64(b.N)
	cpu := (cpuSeconds(b) - before) / float64(b.N)
	b.ReportMetric(cpu, "cpu_s")
	b.ReportMetric(peakMB(b), "peak_MB")
	python := findPython()
	if python == "" {
		b.Log("scikit-learn is not installed: no comparison")
		return
	}
	out, err := exec.Command(python, "testdata/sklearn_bench.py", c.metric, c.truth, c.prediction).Output()
	require.NoError(b, err)
	var theirs struct {
		Value   float64
		Seconds float64
		CPU     float64
		PeakMB  float64 `json:"peak_mb"`
	}
	require.NoError(b, json.Unmarshal(out, &theirs))
	require.InDelta(b, theirs.Value, result.Values[0].Value, 1e-9)
	b.ReportMetric(theirs.Seconds/ours, "x_faster")
	b.ReportMetric(theirs.CPU/cpu, "x_less_cpu")
	b.ReportMetric(theirs.Seconds, "sklearn_s")
	b.ReportMetric(theirs.PeakMB, "sklearn_peak_MB")
}

// cpuSeconds is the processor time of this process so far.
func cpuSeconds(b *testing.B) float64 {
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// peakMB is the greatest resident size of this process so far, 0 where unknown.
func peakMB(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.ParseFloat(fields[0], 64)
	require.NoError(b, err)
	return kib / 1024
}
