package generate_test

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scenarios/library/generate"
)

func TestOptionsAreValidated(t *testing.T) {
	good := generate.Options{Scale: 1, Split: generate.Train, Out: generate.Discard}
	require.NoError(t, good.Validate())
	for name, change := range map[string]func(*generate.Options){
		"split":    func(o *generate.Options) { o.Split = "dev" },
		"zero":     func(o *generate.Options) { o.Scale = 0 },
		"negative": func(o *generate.Options) { o.Scale = -1 },
		"nan":      func(o *generate.Options) { o.Scale = math.NaN() },
		"huge":     func(o *generate.Options) { o.Scale = generate.MaxScale + 1 },
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			change(&o)
			require.Equal(t, errs.Invalid, errs.CodeOf(o.Validate()))
		})
	}
	good.Out = nil
	require.Equal(t, errs.Internal, errs.CodeOf(good.Validate()))
}

// The values are fixed: a change here changes the hash of every data set.
func TestRandIsFrozen(t *testing.T) {
	r := generate.NewRand(7, "frozen")
	require.Equal(t, []int{73, 22, 22, 13}, []int{r.IntN(100), r.IntN(100), r.IntN(100), r.IntN(100)})
	require.NotEqual(t, generate.NewRand(7, "a").Uint64(), generate.NewRand(7, "b").Uint64())
	require.NotEqual(t, generate.NewRand(7, "a").Uint64(), generate.NewRand(8, "a").Uint64())
}

func TestRandDistributions(t *testing.T) {
	r := generate.NewRand(1, "moments")
	const n = 20_000
	var uniform, normal, square, waiting float64
	for range n {
		uniform += r.Float()
		x := r.Normal(0, 1)
		normal += x
		square += x * x
		waiting += r.Exponential(3)
		k := r.Between(2, 4)
		require.True(t, k >= 2 && k <= 4)
	}
	require.InDelta(t, 0.5, uniform/n, 0.01)
	require.InDelta(t, 0, normal/n, 0.03)
	require.InDelta(t, 1, square/n, 0.05)
	require.InDelta(t, 3, waiting/n, 0.1)
}

func TestUUIDs(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	r := generate.NewRand(1, "uuid")
	require.Regexp(t, form, r.UUID())
	require.Regexp(t, form, generate.NamedUUID("x"))
	require.Equal(t, generate.NamedUUID("x"), generate.NamedUUID("x"))
	require.NotEqual(t, generate.NamedUUID("x"), generate.NamedUUID("y"))
	require.Len(t, r.Hex(40), 40)
}

func TestFilesWriteBelowRoot(t *testing.T) {
	root := t.TempDir()
	files := generate.NewFiles(generate.Dir(root))
	files.WriteLine("truth/truth.csv", "id", "cluster")
	files.Write("reports/a.csv", []byte("x\n"))
	files.WriteLine("truth/truth.csv", "1", "2")
	require.NoError(t, files.Close())
	require.Equal(t, []string{"truth/truth.csv", "reports/a.csv"}, files.Names())
	data, err := os.ReadFile(filepath.Join(root, "truth", "truth.csv"))
	require.NoError(t, err)
	require.Equal(t, "id,cluster\n1,2\n", string(data))
}

func TestFilesKeepTheFirstError(t *testing.T) {
	files := generate.NewFiles(generate.Dir(t.TempDir()))
	files.Write("../escape", []byte("x"))
	files.Write("fine", []byte("x"))
	require.ErrorContains(t, files.Err(), "leaves the data set")
	require.Error(t, files.Close())

	full := errors.New("no space left")
	files = generate.NewFiles(generate.To(writerFunc(func([]byte) (int, error) { return 0, full })))
	files.Write("a", []byte("x"))
	err := files.Close()
	require.ErrorIs(t, err, full)
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

var _ io.Writer = writerFunc(nil)
