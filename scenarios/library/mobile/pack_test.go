package mobile_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"incubator/scenarios/library/generate"
	"incubator/scenarios/library/mobile"
)

type dataSet struct {
	Name, Visibility string
	Generator        struct {
		Name, Split string
		Seed        uint64
		TrainSeed   uint64 `yaml:"train_seed"`
		Scale       float64
	}
}

func (d dataSet) options() mobile.GenerateOptions {
	g := d.Generator
	return mobile.GenerateOptions{Seed: g.Seed, TrainSeed: g.TrainSeed, Scale: g.Scale, Split: g.Split}
}

// expectations is the part of challenge.yaml that these tests compare with.
type expectations struct {
	Format, Slug, Area, Rubric, Starter string
	Pages                               []struct{ Title, File string }
	DataSets                            []dataSet `yaml:"data_sets"`
	Phases                              []struct {
		DataSet string `yaml:"data_set"`
	}
	Reference []struct {
		Path   string
		Expect map[string]struct{ Value, Tolerance float64 }
	}
}

// expect returns the score that the pack promises for a program in its folder.
func (e expectations) expect(t *testing.T, path, key string) float64 {
	t.Helper()
	for _, reference := range e.Reference {
		if reference.Path == path {
			require.Contains(t, reference.Expect, key)
			return reference.Expect[key].Value
		}
	}
	t.Fatalf("the pack has no reference in %s", path)
	return 0
}

func challenge(t *testing.T) expectations {
	t.Helper()
	raw, err := fs.ReadFile(mobile.Files, "pack/challenge.yaml")
	require.NoError(t, err)
	var c expectations
	require.NoError(t, yaml.Unmarshal(raw, &c))
	return c
}

func TestPackIsComplete(t *testing.T) {
	c := challenge(t)
	require.Equal(t, "incubator/challenge/v1", c.Format)
	require.Equal(t, "mobile_security", c.Area)
	for _, page := range c.Pages {
		text, err := fs.ReadFile(mobile.Files, "pack/"+page.File)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), "# "), page.File)
		require.Greater(t, len(text), 1000, page.File)
		require.NotContains(t, string(text), "@", "an unfilled number in "+page.File)
	}
	for _, name := range []string{c.Rubric, c.Starter + "/README.md", c.Starter + "/check.py"} {
		_, err := fs.Stat(mobile.Files, "pack/"+name)
		require.NoError(t, err)
	}
	public := c.DataSets[0].Generator.Seed
	for _, set := range c.DataSets[1:] {
		require.NotEqual(t, "public", set.Visibility)
		require.Equal(t, generate.Test, set.Generator.Split)
		require.Equal(t, public, set.Generator.TrainSeed)
		require.NotEqual(t, public, set.Generator.Seed)
	}
}

// The command of each program names a file of its own folder.
func TestCommandsFollowTheRunContract(t *testing.T) {
	form := regexp.MustCompile(`^command: python3 /app/program/(\w+\.py) /app/input_data /app/output\n$`)
	for _, folder := range []string{"starter", "baseline"} {
		raw, err := fs.ReadFile(mobile.Files, "pack/"+folder+"/metadata.yaml")
		require.NoError(t, err)
		require.Regexp(t, form, string(raw))
		_, err = fs.Stat(mobile.Files, "pack/"+folder+"/"+form.FindStringSubmatch(string(raw))[1])
		require.NoError(t, err)
	}
}

// The scores that the pack promises are those of a real run, and the
// reference is clearly ahead on every set.
func TestBaselineAndReference(t *testing.T) {
	program := filepath.Join(t.TempDir(), "mobile-reference")
	run(t, "go", "build", "-o", program, "./reference")
	c := challenge(t)
	for _, set := range c.DataSets {
		dir := onDisk(t, set.options())
		base := measure(play(t, dir, "python3", "pack/baseline/baseline.py"))
		best := measure(play(t, dir, program))
		t.Logf("%s: baseline %v, reference %v", set.Name, base, best)
		require.True(t, base["auc"] > 0.85 && base["auc"] < 0.94, "baseline")
		require.True(t, best["auc"] > 0.955 && best["auc"] < 0.995, "reference")
		require.Greater(t, best["auc"], base["auc"]+0.04)
		require.Greater(t, best["tpr"], base["tpr"]+0.2)
		require.Greater(t, best["aut"], base["aut"]+0.15)
		if set.Name == c.Phases[0].DataSet {
			requireScores(t, c, "baseline", base)
			requireScores(t, c, "reference", best)
		}
	}
}

func measure(list []result) map[string]float64 {
	return map[string]float64{"auc": rocAUC(list), "tpr": tprAtFPR(list, 0.001), "aut": autF1(list)}
}

func requireScores(t *testing.T, c expectations, path string, got map[string]float64) {
	t.Helper()
	require.Len(t, got, 3)
	for name, value := range got {
		require.InDelta(t, c.expect(t, path, name), value, 5.01e-5, name)
	}
}

// The starter's local check prints the numbers that we compute here, and
// refuses what the platform would refuse.
func TestStarterKit(t *testing.T) {
	dir := onDisk(t, mobile.GenerateOptions{Seed: 11, Scale: 0.3, Split: generate.Train})
	truth := filepath.Join(dir, "truth", "truth.csv")
	for _, program := range []string{"pack/starter/solution.py", "pack/baseline/baseline.py"} {
		out := t.TempDir()
		run(t, "python3", program, dir, out)
		submission := filepath.Join(out, "scores.csv")
		text := run(t, "python3", "pack/starter/check.py", submission, truth)
		for name, value := range measure(results(t, truth, submission)) {
			require.InDelta(t, value, printed(t, text, map[string]string{"auc": "roc_auc", "tpr": "tpr_at_fpr", "aut": "aut"}[name]), 5.01e-5)
		}
		require.Contains(t, text, "warning: ", "486 negatives are too few for the rate")
	}
	id := table(t, truth, "id", "label", "time")[0][0]
	for name, text := range map[string]string{
		"header": "id,label\n", "empty": "", "missing": "id,score\n" + id + ",0.5\n",
		"twice": "id,score\n" + id + ",1\n" + id + ",1\n", "blank": "id,score\n" + id + ",\n",
	} {
		refuses(t, truth, name, text)
	}
	short := filepath.Join(t.TempDir(), "truth.csv")
	require.NoError(t, os.WriteFile(short, []byte("id,label,time\n"+id+",1,2024-10\n"), 0o600))
	refuses(t, short, "nan", "id,score\n"+id+",nan\n")
	refuses(t, short, "word", "id,score\n"+id+",high\n")
}

// refuses requires the check to end with exit code 1 and a reason.
func refuses(t *testing.T, truth, name, text string) {
	t.Helper()
	bad := filepath.Join(t.TempDir(), name+".csv")
	require.NoError(t, os.WriteFile(bad, []byte(text), 0o600))
	out, err := exec.Command("python3", "pack/starter/check.py", bad, truth).CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, name)
	require.Equal(t, 1, exit.ExitCode(), string(out))
	require.NotContains(t, string(out), "Traceback")
}

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
