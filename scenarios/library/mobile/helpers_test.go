package mobile_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/scenarios/library/generate"
	"incubator/scenarios/library/mobile"
)

// memory is an Out that keeps every file in memory.
type memory map[string]*bytes.Buffer

func (m memory) out(name string) (io.WriteCloser, error) {
	m[name] = &bytes.Buffer{}
	return generate.To(m[name])(name)
}

func data(t *testing.T, opts mobile.GenerateOptions) (memory, generate.Summary) {
	t.Helper()
	files := memory{}
	opts.Out = files.out
	sum, err := mobile.Generate(context.Background(), opts)
	require.NoError(t, err)
	return files, sum
}

func onDisk(t *testing.T, opts mobile.GenerateOptions) string {
	t.Helper()
	dir := t.TempDir()
	opts.Out = generate.Dir(dir)
	_, err := mobile.Generate(context.Background(), opts)
	require.NoError(t, err)
	return dir
}

// result is a scored app.
type result struct {
	score float64
	label int
	month string
}

// results joins truth and scores on id; each must have every id once.
func results(t *testing.T, truthPath, scorePath string) []result {
	t.Helper()
	scores := map[string]float64{}
	rows := table(t, scorePath, "id", "score")
	for _, row := range rows {
		value, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		scores[row[0]] = value
	}
	require.Len(t, scores, len(rows))
	var list []result
	for _, row := range table(t, truthPath, "id", "label", "time") {
		value, ok := scores[row[0]]
		require.True(t, ok, "no score for %s", row[0])
		label, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		list = append(list, result{value, label, row[2]})
	}
	require.Len(t, list, len(scores))
	return list
}

func table(t *testing.T, path string, columns ...string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Equal(t, columns, rows[0])
	return rows[1:]
}

// play runs a program the way the run contract does. The truth is out of its
// sight.
func play(t *testing.T, dir string, command ...string) []result {
	t.Helper()
	input, output := t.TempDir(), t.TempDir()
	for _, name := range []string{"train", "test"} {
		require.NoError(t, os.Symlink(filepath.Join(dir, name), filepath.Join(input, name)))
	}
	run(t, append(command, input, output)...)
	return results(t, filepath.Join(dir, "truth", "truth.csv"), filepath.Join(output, "scores.csv"))
}

func run(t *testing.T, command ...string) string {
	t.Helper()
	out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	require.NoError(t, err, "%v: %s", command, out)
	return string(out)
}

// rocAUC is the Mann-Whitney statistic, with ties as one half.
func rocAUC(list []result) float64 {
	sorted := slices.SortedFunc(slices.Values(list), func(a, b result) int { return compare(a.score, b.score) })
	var wins, below, positives float64
	for at := 0; at < len(sorted); {
		var pos, neg float64
		end := at
		for ; end < len(sorted) && sorted[end].score == sorted[at].score; end++ {
			pos += float64(sorted[end].label)
			neg += float64(1 - sorted[end].label)
		}
		wins += pos * (below + neg/2)
		below, positives, at = below+neg, positives+pos, end
	}
	return wins / positives / below
}

// tprAtFPR is the best true positive rate with a false positive rate of at
// most alpha, without interpolation.
func tprAtFPR(list []result, alpha float64) float64 {
	negatives := slices.DeleteFunc(slices.Clone(list), func(r result) bool { return r.label == 1 })
	slices.SortFunc(negatives, func(a, b result) int { return compare(b.score, a.score) })
	allowed := int(alpha * float64(len(negatives)))
	found, positives := 0.0, 0.0
	for _, r := range list {
		if r.label == 1 {
			positives++
			if r.score > negatives[allowed].score {
				found++
			}
		}
	}
	return found / positives
}

// autF1 is the area under time of F1 by month, at the threshold 0.5.
func autF1(list []result) float64 {
	type count struct{ tp, flagged, positives float64 }
	windows := map[string]count{}
	for _, r := range list {
		c := windows[r.month]
		c.positives += float64(r.label)
		if r.score >= 0.5 {
			c.flagged++
			c.tp += float64(r.label)
		}
		windows[r.month] = c
	}
	var course []float64
	for _, month := range slices.Sorted(maps.Keys(windows)) {
		c := windows[month]
		course = append(course, 2*c.tp/(c.flagged+c.positives))
	}
	area := 0.0
	for i := 1; i < len(course); i++ {
		area += (course[i-1] + course[i]) / 2
	}
	return area / float64(len(course)-1)
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestScoreOracles(t *testing.T) {
	auc := func(scores []float64, labels ...int) float64 {
		var list []result
		for i, s := range scores {
			list = append(list, result{score: s, label: labels[i]})
		}
		return rocAUC(list)
	}
	require.InDelta(t, 0.75, auc([]float64{.1, .4, .35, .8}, 0, 0, 1, 1), 1e-12)
	require.InDelta(t, 0.75, auc([]float64{.5, .5, .5, .9}, 0, 0, 1, 1), 1e-12)
	var list []result
	for _, s := range []float64{.05, .1, .15, .2, .25, .3, .35, .4, .6, .9} {
		list = append(list, result{score: s})
	}
	for _, s := range []float64{.45, .55, .7, .8, .95} {
		list = append(list, result{score: s, label: 1})
	}
	require.InDelta(t, 0.6, tprAtFPR(list, 0.1), 1e-12)
	require.InDelta(t, 0.2, tprAtFPR(list, 0.001), 1e-12)
}
