package fusion_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"incubator/scenarios/library/fusion"
	"incubator/scenarios/library/generate"
)

// expectations is the part of challenge.yaml that these tests compare with.
type expectations struct {
	Format, Slug, Area, Rubric, Starter string
	Pages                               []struct{ Title, File string }
	DataSets                            []struct {
		Name, Visibility string
		Generator        struct {
			Name, Split string
			Seed        uint64
			Scale       float64
		}
	} `yaml:"data_sets"`
	Grading struct {
		Metrics []struct{ Name, Key string }
	}
	Phases []struct {
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
	raw, err := fs.ReadFile(fusion.Files, "pack/challenge.yaml")
	require.NoError(t, err)
	var c expectations
	require.NoError(t, yaml.Unmarshal(raw, &c))
	return c
}

func TestPackIsComplete(t *testing.T) {
	c := challenge(t)
	require.Equal(t, "incubator/challenge/v1", c.Format)
	require.Equal(t, "data_fusion", c.Area)
	for _, page := range c.Pages {
		text, err := fs.ReadFile(fusion.Files, "pack/"+page.File)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), "# "), page.File)
		require.Greater(t, len(text), 1000, page.File)
	}
	for _, name := range []string{c.Rubric, c.Starter + "/README.md", c.Starter + "/check.py"} {
		_, err := fs.Stat(fusion.Files, "pack/"+name)
		require.NoError(t, err)
	}
	seeds := map[uint64]string{}
	for _, set := range c.DataSets {
		require.Empty(t, seeds[set.Generator.Seed], "two data sets share a seed")
		seeds[set.Generator.Seed] = set.Name
		require.Equal(t, set.Visibility != "public", set.Generator.Split == generate.Test)
	}
}

// The command of each program names a file of its own folder.
func TestCommandsFollowTheRunContract(t *testing.T) {
	form := regexp.MustCompile(`^command: python3 /app/program/(\w+\.py) /app/input_data /app/output\n$`)
	for _, folder := range []string{"starter", "baseline"} {
		raw, err := fs.ReadFile(fusion.Files, "pack/"+folder+"/metadata.yaml")
		require.NoError(t, err)
		require.Regexp(t, form, string(raw))
		_, err = fs.Stat(fusion.Files, "pack/"+folder+"/"+form.FindStringSubmatch(string(raw))[1])
		require.NoError(t, err)
	}
}

// The scores that the pack promises are those of a real run, on the hidden
// set and on the public one, and the reference is clearly ahead.
func TestBaselineAndReference(t *testing.T) {
	program := filepath.Join(t.TempDir(), "fusion-reference")
	run(t, "go", "build", "-o", program, "./reference")
	c := challenge(t)
	for _, set := range c.DataSets {
		dir := onDisk(t, set.Generator.Seed, set.Generator.Split)
		base, basePairs := play(t, dir, "python3", "pack/baseline/baseline.py")
		best, bestPairs := play(t, dir, program)
		t.Logf("%s: baseline %.4f %.4f, reference %.4f %.4f", set.Name, base, basePairs, best, bestPairs)
		require.True(t, base > 0.5 && base < 0.72, "baseline %.4f", base)
		require.True(t, best > 0.86 && best < 0.97, "reference %.4f", best)
		if set.Name != c.Phases[0].DataSet {
			continue
		}
		require.InDelta(t, c.expect(t, "baseline", "f1"), base, 5e-5)
		require.InDelta(t, c.expect(t, "baseline", "pairwise_f1"), basePairs, 5e-5)
		require.InDelta(t, c.expect(t, "reference", "f1"), best, 5e-5)
		require.InDelta(t, c.expect(t, "reference", "pairwise_f1"), bestPairs, 5e-5)
	}
}

// The starter's skeleton makes a valid submission, and its local check prints
// the numbers that we compute here.
func TestStarterKit(t *testing.T) {
	dir, out := onDisk(t, 7, generate.Train), t.TempDir()
	run(t, "python3", "pack/starter/solution.py", dir, out)
	truthPath := filepath.Join(dir, "truth", "truth.csv")
	submission := filepath.Join(out, "clusters.csv")
	text := run(t, "python3", "pack/starter/check.py", submission, truthPath)
	bcubed, pairwise := score(t, clusterFile(t, truthPath), clusterFile(t, submission))
	require.InDelta(t, bcubed, printed(t, text, "bcubed_f1"), 5e-5)
	require.InDelta(t, pairwise, printed(t, text, "pairwise_f1"), 5e-5)
	require.Positive(t, printed(t, text, "v_measure"))

	for name, text := range map[string]string{
		"header":  "id,label\na,1\n",
		"twice":   "id,cluster\na,1\na,2\n",
		"missing": "id,cluster\na,1\n",
		"empty":   "",
	} {
		bad := filepath.Join(t.TempDir(), name+".csv")
		require.NoError(t, os.WriteFile(bad, []byte(text), 0o600))
		refuses(t, "python3", "pack/starter/check.py", bad, truthPath)
	}
}
