package pack_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scenarios/pack"
)

// goodPack returns the files of a valid pack, to be spoilt by a test.
func goodPack(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS("testdata/good")
	require.NoError(t, fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		files[name] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	}))
	return files
}

func TestAValidPackLoads(t *testing.T) {
	p, err := pack.Open(context.Background(), "testdata/good")
	require.NoError(t, err)
	require.Equal(t, "small-challenge", p.Spec.Slug)
	require.Equal(t, scenarios.Bytes(256<<20), p.Spec.Run.Memory)
	require.Equal(t, 30*time.Second, p.Spec.Run.Time.Std())
	require.Equal(t, "# The problem\n", p.Spec.Pages[0].Body)
	require.Equal(t, "f1", p.Spec.Grading.PrimaryMetric().Key)
	require.Len(t, p.Spec.Rubric.Criteria, 1)
}

func TestProblemsNameFileLineColumnAndWhatIsExpected(t *testing.T) {
	cases := []struct {
		name, file, old, new string
		want                 string // file:line:column: message
	}{
		{"unknown field", "challenge.yaml", "title: A small", "titel: A small", "challenge.yaml:1:1: missing field title"},
		{"unknown field at its own place", "challenge.yaml", "title: A small", "titel: A small", "challenge.yaml:3:1: titel: unknown field"},
		{"unknown field deep down", "challenge.yaml", "time: 30s", "time: 30s, tmie: 3s, cpu: 2", "challenge.yaml:19:44: run.tmie: unknown field\nchallenge.yaml:19:54: run.cpu: unknown field"},
		{"unknown field of a list's item", "rubric.yaml", "weight: 2", "weight: 2\n    wieght: 3", "rubric.yaml:8:5: criteria.0.wieght: unknown field"},
		{"bad area", "challenge.yaml", "data_fusion", "fusion", "challenge.yaml:4:1: area: value must be one of"},
		{"bad slug", "challenge.yaml", "small-challenge", "Small Challenge", "challenge.yaml:2:1: slug: expected lower-case letters"},
		{"bad size", "challenge.yaml", "256 MiB", "lots", "challenge.yaml:19:16: run.memory: expected a size such as 512 MiB"},
		{"bad duration", "challenge.yaml", "time: 30s", "time: soon", "challenge.yaml:19:33: run.time: expected a duration such as 90s"},
		{"no such page", "challenge.yaml", "pages/problem.md", "pages/none.md", "challenge.yaml:8:22: pages.0.file: pages/none.md: there is no such file"},
		{"page outside", "challenge.yaml", "pages/problem.md", "pages/../../x.md", "leads out of the pack"},
		{"no such data set", "challenge.yaml", "data_set: test", "data_set: tset", `phases.0.data_set: there is no data set "tset"`},
		{"no such tie-break", "challenge.yaml", "tie_breaks: [v]", "tie_breaks: [w]", `challenge.yaml:26:16: grading.tie_breaks.0: there is no metric with the key "w"`},
		{"two primaries", "challenge.yaml", "title: V-measure", "primary: true, title: V-measure", "exactly one metric is primary, not 2"},
		{"closes before it opens", "challenge.yaml", "closes: +14d", "closes: -1h", "is not after it opens"},
		{"freezes outside", "challenge.yaml", "freezes: -24h", "freezes: +1h", "outside of the time it is open"},
		{"no moment", "challenge.yaml", "closes: +14d", "closes: someday", `"someday" is no moment`},
		{"broken YAML", "challenge.yaml", "summary: Say", "summary: [Say", "challenge.yaml:"},
		{"duplicate key", "challenge.yaml", "slug: small-challenge", "slug: a\nslug: b", "challenge.yaml:3:1"},
		{"rubric", "rubric.yaml", "weight: 2", "weight: 0", "rubric.yaml:7:5: criteria.0.weight:"},
		{"metric twice", "challenge.yaml", "key: v,", "key: f1,", `grading.metrics.1.key: "f1" is there twice`},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			files := goodPack(t)
			text := string(files[tc.file].Data)
			require.Contains(t, text, tc.old)
			files[tc.file].Data = []byte(strings.Replace(text, tc.old, tc.new, 1))

			_, err := pack.Load(context.Background(), files)

			require.Equal(t, errs.Invalid, errs.CodeOf(err))
			var problems pack.Problems
			require.True(t, errors.As(err, &problems))
			require.Contains(t, problems.Error(), tc.want)
			for _, problem := range problems {
				require.NotZero(t, problem.Line, problem.String())
			}
		})
	}
}

func TestAFolderWithoutAPackSaysSo(t *testing.T) {
	_, err := pack.Load(context.Background(), fstest.MapFS{})
	require.ErrorContains(t, err, "challenge.yaml: there is no such file in the pack")
	_, err = pack.Open(context.Background(), "testdata/none")
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
}

func TestTheCanonicalArchiveDependsOnNamesAndBytesAlone(t *testing.T) {
	ctx := context.Background()
	files := goodPack(t)
	first, err := pack.HashFolder(ctx, files, "data/test/input")
	require.NoError(t, err)
	files["data/test/input/reports.csv"].ModTime = time.Now()
	second, err := pack.HashFolder(ctx, files, "data/test/input")
	require.NoError(t, err)
	require.Equal(t, first, second)

	files["data/test/input/reports.csv"].Data = []byte("id\n3\n")
	third, err := pack.HashFolder(ctx, files, "data/test/input")
	require.NoError(t, err)
	require.NotEqual(t, first, third)
}

func TestTheCanonicalArchiveHoldsRelativeNames(t *testing.T) {
	var buffer bytes.Buffer
	require.NoError(t, pack.WriteFolder(context.Background(), &buffer, os.DirFS("testdata/good"), "data/test"))
	archive := tar.NewReader(&buffer)
	var names []string
	for {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		require.Equal(t, int64(0o444), header.Mode)
		names = append(names, header.Name)
	}
	require.Equal(t, []string{"input/reports.csv", "truth/truth.csv"}, names)
}

func TestTheCanonicalArchiveRefusesLinks(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Symlink("/etc/passwd", folder+"/passwd"))
	root, err := os.OpenRoot(folder)
	require.NoError(t, err)
	require.Error(t, pack.WriteFolder(context.Background(), io.Discard, root.FS(), "."))
}
