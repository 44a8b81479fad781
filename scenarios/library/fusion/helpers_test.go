package fusion_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/scenarios/library/fusion"
	"incubator/scenarios/library/generate"
)

// memory is an Out that keeps every file in memory.
type memory map[string]*bytes.Buffer

func (m memory) out(name string) (io.WriteCloser, error) {
	m[name] = &bytes.Buffer{}
	return generate.To(m[name])(name)
}

// data generates one data set in memory.
func data(t *testing.T, seed uint64, scale float64, split string) (memory, generate.Summary) {
	t.Helper()
	files := memory{}
	sum, err := fusion.Generate(context.Background(), fusion.GenerateOptions{Seed: seed, Scale: scale, Split: split, Out: files.out})
	require.NoError(t, err)
	return files, sum
}

// onDisk generates one data set in a folder.
func onDisk(t *testing.T, seed uint64, split string) string {
	t.Helper()
	dir := t.TempDir()
	_, err := fusion.Generate(context.Background(), fusion.GenerateOptions{Seed: seed, Scale: 1, Split: split, Out: generate.Dir(dir)})
	require.NoError(t, err)
	return dir
}

// clusters reads a file with the columns id,cluster.
func clusters(t *testing.T, in io.Reader) map[string]string {
	t.Helper()
	rows, err := csv.NewReader(in).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"id", "cluster"}, rows[0])
	found := map[string]string{}
	for _, row := range rows[1:] {
		_, twice := found[row[0]]
		require.False(t, twice, row[0])
		found[row[0]] = row[1]
	}
	return found
}

func clusterFile(t *testing.T, path string) map[string]string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	return clusters(t, file)
}

// play runs a program the way the run contract does, with INPUT and OUTPUT as
// its last arguments, and scores its clusters. The truth is out of its sight.
func play(t *testing.T, dir string, command ...string) (bcubed, pairwise float64) {
	t.Helper()
	truth := clusterFile(t, filepath.Join(dir, filepath.FromSlash(fusion.TruthFile)))
	input, output := t.TempDir(), t.TempDir()
	for _, name := range []string{"reports", "knowledge"} {
		require.NoError(t, os.Symlink(filepath.Join(dir, name), filepath.Join(input, name)))
	}
	run(t, append(command, input, output)...)
	predicted := clusterFile(t, filepath.Join(output, "clusters.csv"))
	require.Len(t, predicted, len(truth))
	return score(t, truth, predicted)
}

func run(t *testing.T, command ...string) string {
	t.Helper()
	out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	require.NoError(t, err, "%v: %s", command, out)
	return string(out)
}

// score returns B-cubed F1 (Bagga and Baldwin 1998) and pairwise F1.
func score(t *testing.T, truth, predicted map[string]string) (bcubed, pairwise float64) {
	t.Helper()
	type cell struct{ class, cluster string }
	both, classes, found := map[cell]float64{}, map[string]float64{}, map[string]float64{}
	for id, class := range truth {
		cluster, ok := predicted[id]
		require.True(t, ok, "no prediction for %s", id)
		both[cell{class, cluster}]++
		classes[class]++
		found[cluster]++
	}
	var precision, recall, pairsBoth, pairsTrue, pairsFound float64
	for c, n := range both {
		precision += n * n / found[c.cluster]
		recall += n * n / classes[c.class]
		pairsBoth += n * (n - 1) / 2
	}
	for _, n := range classes {
		pairsTrue += n * (n - 1) / 2
	}
	for _, n := range found {
		pairsFound += n * (n - 1) / 2
	}
	return 2 * precision * recall / (precision + recall) / float64(len(truth)), 2 * pairsBoth / (pairsTrue + pairsFound)
}

func TestScoreOracle(t *testing.T) {
	truth, predicted := map[string]string{}, map[string]string{}
	for i := range 8 {
		id := string(rune('a' + i))
		truth[id], predicted[id] = "00011122"[i:i+1], "00111123"[i:i+1]
	}
	bcubed, pairwise := score(t, truth, predicted)
	require.InDelta(t, 0.7568, bcubed, 5e-5)
	require.InDelta(t, 0.5714, pairwise, 5e-5)
}

// printed returns the number behind a metric's name in the check's output.
func printed(t *testing.T, text, name string) float64 {
	t.Helper()
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok {
			number, err := strconv.ParseFloat(value, 64)
			require.NoError(t, err)
			return number
		}
	}
	require.Failf(t, "not printed", "%s in %q", name, text)
	return 0
}

// refuses requires the program to end with exit code 1 and a reason.
func refuses(t *testing.T, command ...string) {
	t.Helper()
	out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, 1, exit.ExitCode(), string(out))
	require.NotContains(t, string(out), "Traceback")
}
