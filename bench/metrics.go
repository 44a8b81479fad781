package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"incubator/scoring/metrics"
)

const (
	metricRows      = 10_000_000
	metricRowsQuick = 300_000
	// Memory is bounded by the rows, whatever the lines hold.
	baseMB        = 50
	bytesPerRow   = 110
	sklearnScript = "scoring/metrics/testdata/sklearn_bench.py"
)

// metricCase names the files of one comparison.
type metricCase struct{ name, metric, truth, prediction string }

func metricCases() []metricCase {
	return []metricCase{
		{"ROC-AUC", "roc_auc", "labels.csv", "scores.csv"},
		{"ROC-AUC, rows in another order", "roc_auc", "labels.csv", "shuffled.csv"},
		{"B-cubed F1", "bcubed_f1", "clusters.csv", "groups.csv"},
		{"V-measure", "v_measure", "clusters.csv", "groups.csv"},
	}
}

// evaluation is what either side reports: both read the same files themselves.
type evaluation struct {
	Value   float64 `json:"value"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu"`
	PeakMB  float64 `json:"peak_mb"`
}

// measureMetrics compares each metric with scikit-learn on the same files, each
// in a process of its own.
func measureMetrics(ctx context.Context, o options) ([]figure, error) {
	python, err := findPython(ctx)
	if err != nil {
		return nil, err
	}
	rows := metricRows
	if o.quick {
		rows = metricRowsQuick
	}
	dir, err := os.MkdirTemp("", "incubator-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var written int
	if err := inChild(ctx, &written, "generate", dir, strconv.Itoa(rows)); err != nil {
		return nil, err
	}
	var figures []figure
	for _, c := range metricCases() {
		found, err := compareMetric(ctx, c, python, dir, rows)
		if err != nil {
			return nil, err
		}
		figures = append(figures, found...)
	}
	return figures, nil
}

func compareMetric(ctx context.Context, c metricCase, python, dir string, rows int) ([]figure, error) {
	args := []string{c.metric, filepath.Join(dir, c.truth), filepath.Join(dir, c.prediction)}
	var ours, theirs evaluation
	if err := inChild(ctx, &ours, append([]string{"evaluate"}, args...)...); err != nil {
		return nil, err
	}
	if err := command(ctx, &theirs, python, append([]string{sklearnScript}, args...)...); err != nil {
		return nil, err
	}
	if math.Abs(ours.Value-theirs.Value) > 1e-9 {
		return nil, fmt.Errorf("%s is %v here and %v in scikit-learn", c.metric, ours.Value, theirs.Value)
	}
	return []figure{{
		Name: fmt.Sprintf("%s, %d rows: speed over scikit-learn", c.name, rows), Value: theirs.Seconds / ours.Seconds, Unit: "×", AtLeast: 1,
		Note: fmt.Sprintf("%.1f s, scikit-learn %.1f s; processor %.1f s, %.1f s", ours.Seconds, theirs.Seconds, ours.CPU, theirs.CPU),
	}, {
		Name: c.name + ": peak memory", Value: ours.PeakMB, Unit: "MB", AtMost: baseMB + bytesPerRow*float64(rows)/1e6,
		Note: fmt.Sprintf("scikit-learn %.0f MB", theirs.PeakMB*1.048576),
	}}, nil
}

// findPython returns an interpreter with scikit-learn; INCUBATOR_PYTHON may name it.
func findPython(ctx context.Context) (string, error) {
	for _, candidate := range []string{os.Getenv("INCUBATOR_PYTHON"), "/usr/bin/python3", "python3"} {
		if candidate != "" && exec.CommandContext(ctx, candidate, "-c", "import sklearn, numpy").Run() == nil {
			return candidate, nil
		}
	}
	return "", errors.New("scikit-learn is not installed (python3-sklearn); INCUBATOR_PYTHON can name an interpreter that has it")
}

// evaluateTables is our side. Arguments: metric, truth, prediction.
func evaluateTables(ctx context.Context, args []string) (any, error) {
	truth, err := metrics.FileSource(args[1])
	if err != nil {
		return nil, err
	}
	prediction, err := metrics.FileSource(args[2])
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	result, err := metrics.Evaluate(ctx, metrics.Request{Metrics: []metrics.Spec{{Name: args[0]}}, Truth: truth, Prediction: prediction})
	if err != nil {
		return nil, err
	}
	e := evaluation{Value: result.Values[0].Value, Seconds: time.Since(begin).Seconds()}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return nil, err
	}
	e.CPU = float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
	peak, err := memoryMB("self", "VmHWM")
	e.PeakMB = peak
	return e, err
}
