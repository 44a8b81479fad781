package awareness_test

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/scenarios"
	"incubator/scenarios/library/awareness"
	"incubator/scenarios/pack"
)

// staticPack loads the embedded pack. The folder of the reference solution is made
// when the pack is written out, so it is added here.
func staticPack(t *testing.T) scenarios.Spec {
	t.Helper()
	files, err := fs.Sub(awareness.Files, "pack")
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, files))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "reference"), 0o755))
	loaded, err := pack.Open(context.Background(), folder)
	require.NoError(t, err)
	return loaded.Spec
}

func TestPackIsValidAndItsDataSetsDiffer(t *testing.T) {
	spec := staticPack(t)
	require.Equal(t, scenarios.SituationalAwareness, spec.Area)
	seeds := map[uint64]bool{}
	for _, set := range spec.DataSets {
		require.False(t, seeds[set.Generator.Seed], "two data sets share a seed")
		seeds[set.Generator.Seed] = true
		require.Equal(t, set.Visibility == scenarios.Hidden, set.Generator.Split == string(awareness.Test), set.Name)
	}
	for _, phase := range spec.Phases {
		for _, kind := range phase.Kinds {
			require.False(t, kind == scenarios.Results && phase.DataSet != "train", "results for a hidden day cannot be made")
		}
	}
}

func TestCommandsNameFilesOfTheirFolder(t *testing.T) {
	form := regexp.MustCompile(`^command: python3 /app/program/(\w+\.py) /app/input_data /app/output\n$`)
	for _, folder := range []string{"starter", "baseline"} {
		text, err := fs.ReadFile(awareness.Files, "pack/"+folder+"/metadata.yaml")
		require.NoError(t, err)
		require.Regexp(t, form, string(text))
		_, err = fs.Stat(awareness.Files, "pack/"+folder+"/"+form.FindStringSubmatch(string(text))[1])
		require.NoError(t, err)
	}
}

// run executes a program and returns what it prints.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOMEMLIMIT=256MiB")
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", text)
	return string(text)
}

// TestBaselineAndReference proves, on every data set of the pack, that the reference is
// clearly stronger than the baseline, that neither is perfect, and that the scores are
// those that the pack promises.
func TestBaselineAndReference(t *testing.T) {
	spec := staticPack(t)
	program := filepath.Join(t.TempDir(), "awareness-reference")
	run(t, "go", "build", "-o", program, "./reference")
	for _, set := range spec.DataSets {
		root, sum := generated(t, set.Generator.Seed, set.Generator.Scale, awareness.Split(set.Generator.Split))
		input, truth := filepath.Join(root, awareness.InputFolder), filepath.Join(root, awareness.IncidentsFile)
		low, high := t.TempDir(), t.TempDir()
		run(t, "python3", "pack/baseline/main.py", input, low)
		run(t, program, "-input", input, "-output", high)
		baseline, reference := score(t, truth, low), score(t, truth, high)
		t.Logf("%s, %d records: baseline %.4f %+v, reference %.4f %+v", set.Name, sum.Records, baseline.f1(), baseline, reference.f1(), reference)
		require.True(t, baseline.f1() > 0.2 && baseline.f1() < 0.5, "baseline %.4f", baseline.f1())
		require.True(t, reference.f1() > 0.72 && reference.f1() < 0.95, "reference %.4f", reference.f1())
		if set.Name != "test" {
			continue
		}
		require.InDelta(t, spec.Reference[0].Expect["f1"].Value, baseline.f1(), 1e-4)
		require.InDelta(t, spec.Reference[1].Expect["f1"].Value, reference.f1(), 1e-4)
		reduction, ok := spec.Grading.Metric("alert_reduction")
		require.True(t, ok)
		// Scoring takes the number from truth.json of the data set in use.
		require.Equal(t, "$raw_events", reduction.Params["raw_events"])
		require.Equal(t, sum.Records, readTruthFile(t, root).RawEvents)
	}
}

func TestStarterKitMakesAValidFileAndPrintsTheSameScores(t *testing.T) {
	root, _ := generated(t, 7, 0.2, awareness.Train)
	truth, out := filepath.Join(root, awareness.IncidentsFile), t.TempDir()
	run(t, "python3", "pack/starter/solution.py", filepath.Join(root, awareness.InputFolder), out)
	require.Positive(t, score(t, truth, out).any)

	run(t, "python3", "pack/baseline/main.py", filepath.Join(root, awareness.InputFolder), out)
	ours, printed := score(t, truth, out), run(t, "python3", "pack/starter/check.py", filepath.Join(out, "alerts.csv"), truth)
	for name, value := range map[string]float64{"event_f1": ours.f1(), "incident_recall": ours.recall(), "alert_precision": ours.precision()} {
		require.Contains(t, printed, name+" "+strconv.FormatFloat(value, 'f', 4, 64)+"\n")
	}
}

func TestStarterKitRefusesAMalformedFile(t *testing.T) {
	const header = "time,host,technique,confidence\n"
	for name, text := range map[string]string{
		"empty": "", "header": "time,host,technique\n", "technique": header + "2026-03-10T08:00:00.000Z,a,PowerShell,0.5\n",
		"time": header + "yesterday,a,T1003,0.5\n", "confidence": header + "2026-03-10T08:00:00.000Z,a,T1003,NaN\n",
	} {
		file := filepath.Join(t.TempDir(), "alerts.csv")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		printed, err := exec.Command("python3", "pack/starter/check.py", file, "testdata/score/incidents.csv").CombinedOutput()
		require.Error(t, err, name)
		require.Contains(t, string(printed), "alerts.csv:", name)
	}
}
