package metrics_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scoring/metrics"
)

func TestLimitsHold(t *testing.T) {
	req := metrics.Request{
		Metrics:    []metrics.Spec{{Name: "accuracy"}},
		Truth:      metrics.BytesSource("truth.csv", []byte("id,label\n1,a\n2,b\n3,c\n")),
		Prediction: metrics.BytesSource("prediction.csv", []byte("id,label\n1,a\n2,b\n3,c\n")),
	}
	req.Limits = metrics.Limits{MaxRows: 2}
	_, err := metrics.Evaluate(context.Background(), req)
	require.Equal(t, "truth.csv has more than 2 data rows", errs.MessageOf(err))
	req.Limits = metrics.Limits{MaxClasses: 2}
	_, err = metrics.Evaluate(context.Background(), req)
	require.Equal(t, `truth.csv, line 4, column label: "c" is one label more than the 2 allowed`, errs.MessageOf(err))
	req.Limits = metrics.Limits{MaxRows: 3, MaxClasses: 3, MaxLineBytes: 8}
	_, err = metrics.Evaluate(context.Background(), req)
	require.NoError(t, err)
}

func TestColumnsCanBeNamed(t *testing.T) {
	result, err := metrics.Evaluate(context.Background(), metrics.Request{
		Metrics:    []metrics.Spec{{Name: "f1", Params: params{"positive": "evil"}}},
		Truth:      metrics.BytesSource("truth", []byte("app,verdict\na,evil\nb,good\n")),
		Prediction: metrics.BytesSource("prediction", []byte("package,guess,label\na,evil,x\nb,evil,y\n")),
		Columns: metrics.Columns{
			Truth:      map[metrics.Role]string{metrics.RoleID: "app", metrics.RoleLabel: "verdict"},
			Prediction: map[metrics.Role]string{metrics.RoleID: "package", metrics.RoleLabel: "guess"},
		},
	})
	require.NoError(t, err)
	require.InDelta(t, 2./3, result.Values[0].Value, 1e-12)
}

// failing is a source whose reader breaks.
func failing(err error) metrics.Source {
	return metrics.Source{Name: "broken", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("id,label\na,1\n"), errorReader{err})), nil
	}}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestReaderErrorsAreClassified(t *testing.T) {
	req := metrics.Request{
		Metrics: []metrics.Spec{{Name: "accuracy"}}, Truth: failing(errors.New("disk gone: secret")),
		Prediction: metrics.BytesSource("p", []byte("id,label\na,1\n")),
	}
	_, err := metrics.Evaluate(context.Background(), req)
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	require.Equal(t, "broken could not be read", errs.MessageOf(err))
	req.Truth = failing(errs.New(errs.NotFound, "the blob is gone"))
	_, err = metrics.Evaluate(context.Background(), req)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

func TestACancelledContextEndsTheReading(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := metrics.Evaluate(ctx, metrics.Request{
		Metrics: []metrics.Spec{{Name: "roc_auc"}},
		Truth:   metrics.BytesSource("t", []byte(goodTruth)), Prediction: metrics.BytesSource("p", []byte(goodGuess)),
	})
	require.ErrorIs(t, err, context.Canceled)
}

func TestFileSource(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "truth.csv")
	require.NoError(t, os.WriteFile(path, []byte(goodTruth), 0o600))
	src, err := metrics.FileSource(path)
	require.NoError(t, err)
	require.Equal(t, "truth.csv", src.Name)
	require.EqualValues(t, len(goodTruth), src.Size)
	rows, err := metrics.Check(context.Background(), src, []metrics.Spec{{Name: "accuracy"}}, metrics.Columns{}, metrics.Limits{})
	require.NoError(t, err)
	require.Equal(t, 4, rows)
	_, err = metrics.FileSource(filepath.Join(folder, "none.csv"))
	require.ErrorContains(t, err, "does not exist")
	_, err = metrics.FileSource(folder)
	require.ErrorContains(t, err, "is a folder")
}

func TestCheckReportsTheFirstFaultWithoutATruth(t *testing.T) {
	for _, c := range []struct{ metric, guess, want string }{
		{"roc_auc", "id,score\nb,1\na,x\n", `p.csv, line 3, column score: "x" is not a finite number`},
		{"roc_auc", "id,score\nb,1\na,1\nb,1\n", `p.csv, line 4, column id: "b" occurs twice, first on line 2`},
		{"v_measure", "id,score\nb,1\n", `p.csv has no column cluster; it has id, score`},
		{"event_f1", "time,host,technique,confidence\n1,h,T1,1\n", `p.csv, line 2, column technique: "T1" is not an ATT&CK technique id such as T1059 or T1059.001`},
	} {
		_, err := metrics.Check(context.Background(), metrics.BytesSource("p.csv", []byte(c.guess)),
			[]metrics.Spec{{Name: c.metric}}, metrics.Columns{}, metrics.Limits{})
		require.Equal(t, c.want, errs.MessageOf(err))
	}
	rows, err := metrics.Check(context.Background(), metrics.BytesSource("p.csv", []byte("time,host,technique,confidence\n")),
		[]metrics.Spec{{Name: "event_f1"}, {Name: "alert_reduction"}}, metrics.Columns{}, metrics.Limits{})
	require.NoError(t, err, "silence is a valid submission")
	require.Zero(t, rows)
}

// countingOpen counts how often a source is opened; Evaluate opens both at once.
func countingOpen(count *atomic.Int32, open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		count.Add(1)
		return open()
	}
}
