package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/internal/realdata"
	"incubator/scenarios"
	"incubator/scenarios/library"
	"incubator/scenarios/pack"
	"incubator/scoring"
)

// The three recipes for real public data: import, run the pack's baseline on it in
// a real sandbox, and compare every score with scikit-learn.
func TestRealDataScoresAgreeWithScikitLearn(t *testing.T) {
	data := realdata.Dir(t)
	python := sklearnPython(t)
	local := newLocal(t)
	cases := []struct {
		kind, pack string
		without    []string // metrics that the data set has nothing for
	}{
		{"otrf", "awareness", nil},
		{"febrl", "fusion", nil},
		{"droidbench", "mobile", []string{"aut"}}, // no times in the data
	}
	for _, tc := range cases {
		t.Run(tc.kind, func(t *testing.T) {
			p := packWithRealData(t, tc.pack, tc.kind, filepath.Join(data, tc.kind), tc.without)
			challenge, err := local.publish(t.Context(), p)
			require.NoError(t, err)
			file, err := referenceFile(t.Context(), p, scenarios.Reference{Path: "baseline"}, filepath.Join(t.TempDir(), "baseline"))
			require.NoError(t, err)

			view, err := local.submit(t.Context(), challenge.Phases[0], scenarios.Code, file, nil)

			require.NoError(t, err)
			require.Equal(t, scoring.Scored, view.State, view.Runs[0].Detail)
			want := oracle(t, python, tc.pack, p, savedOutput(t, local, view.ID, p.Spec.Grading.Prediction))
			for _, metric := range p.Spec.Grading.Metrics {
				require.Contains(t, want, metric.Name)
				require.InDelta(t, want[metric.Name], view.Runs[0].Scores[metric.Key], 1e-9, metric.Name)
				t.Logf("%s: %s = %v", tc.kind, metric.Name, want[metric.Name])
			}
		})
	}
}

// packWithRealData returns the bundled pack with one phase on the imported data.
func packWithRealData(t *testing.T, name, kind, source string, without []string) *pack.Pack {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "data"), 0o755))
	require.NoError(t, library.Write(name, folder))
	command := &DataImportCmd{Kind: kind, Path: source, Out: filepath.Join(folder, "data", "real")}
	require.NoError(t, command.Run(t.Context(), &Streams{Out: io.Discard, Err: io.Discard}))
	p, err := pack.Open(t.Context(), folder)
	require.NoError(t, err)
	p.Spec.DataSets = []scenarios.DataSetSpec{{Name: "real", Title: "Real data", Visibility: scenarios.Hidden, Licence: "as the source"}}
	p.Spec.Phases = p.Spec.Phases[:1]
	p.Spec.Phases[0].DataSet = "real"
	p.Spec.Grading.Metrics = slices.DeleteFunc(p.Spec.Grading.Metrics, func(m scenarios.Metric) bool {
		return slices.Contains(without, m.Name)
	})
	p.Spec.Grading.TieBreaks = nil
	return p
}

// savedOutput writes the run's file of predictions to the disk.
func savedOutput(t *testing.T, local *localPlatform, id, name string) string {
	t.Helper()
	output, _, err := local.scoring.Open(t.Context(), local.user, id, scoring.RunOutput)
	require.NoError(t, err)
	defer output.Close()
	archive := tar.NewReader(output)
	for {
		header, err := archive.Next()
		require.NoError(t, err, "the output has no %s", name)
		if header.Name == name {
			data, err := io.ReadAll(archive)
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), name)
			require.NoError(t, os.WriteFile(path, data, 0o600))
			return path
		}
	}
}

func oracle(t *testing.T, python, area string, p *pack.Pack, prediction string) map[string]float64 {
	t.Helper()
	truth := filepath.Join(t.TempDir(), "truth.csv")
	data, err := readPackFile(p, "data/real/truth/"+p.Spec.Grading.Truth)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(truth, data, 0o600))
	args := []string{"testdata/oracle.py", area, truth, prediction}
	if facts, err := readPackFile(p, "data/real/truth/truth.json"); err == nil {
		var known struct {
			RawEvents json.Number `json:"raw_events"`
		}
		require.NoError(t, json.Unmarshal(facts, &known))
		args = append(args, known.RawEvents.String())
	}
	out, err := exec.Command(python, args...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Fatalf("the oracle failed: %s", failed.Stderr)
	}
	require.NoError(t, err)
	scores := map[string]float64{}
	require.NoError(t, json.Unmarshal(out, &scores))
	return scores
}

func readPackFile(p *pack.Pack, name string) ([]byte, error) {
	file, err := p.Root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// sklearnPython finds an interpreter with scikit-learn, or skips.
func sklearnPython(t *testing.T) string {
	t.Helper()
	for _, python := range []string{os.Getenv("INCUBATOR_PYTHON"), "/usr/bin/python3", "python3"} {
		if python != "" && exec.Command(python, "-c", "import sklearn").Run() == nil {
			return python
		}
	}
	t.Skip("no Python with scikit-learn: install python3-sklearn")
	return ""
}

// newLocal opens a platform for one test, or skips where no engine answers.
func newLocal(t *testing.T) *localPlatform {
	t.Helper()
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	local, err := openLocal(t.Context(), engineFlags{Runtime: "auto"}, log)
	if err != nil && strings.Contains(err.Error(), "No Docker Engine") {
		t.Skip("no Docker Engine answers")
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, local.Close(context.Background())) })
	return local
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}
