package mobile_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scenarios/library/generate"
	"incubator/scenarios/library/mobile"
)

func digest(files memory) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_, _ = io.WriteString(h, name+"\x00")
		_, _ = h.Write(files[name].Bytes())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A changed hash means that published data sets and expected scores change:
// renew pack/challenge.yaml together with this value.
func TestGenerateIsFrozen(t *testing.T) {
	opts := mobile.GenerateOptions{Seed: 12, TrainSeed: 11, Scale: 0.05, Split: generate.Test}
	files, _ := data(t, opts)
	require.Equal(t, "3bbd0e3ff794f3704f9af4207ebef81b83b6ca137dadaacac712e0ab842100ef", digest(files))
	again, _ := data(t, opts)
	require.Equal(t, digest(files), digest(again))
	opts.Seed = 13
	other, _ := data(t, opts)
	require.NotEqual(t, digest(files), digest(other))
}

// The year that a hidden set ships for training is the public set: its
// training apps, then its tested apps with the labels of its truth.
func TestHiddenSetShipsThePublicApps(t *testing.T) {
	public, _ := data(t, mobile.GenerateOptions{Seed: 11, Scale: 0.2, Split: generate.Train})
	hidden, _ := data(t, mobile.GenerateOptions{Seed: 12, TrainSeed: 11, Scale: 0.2, Split: generate.Test})
	final, _ := data(t, mobile.GenerateOptions{Seed: 13, TrainSeed: 11, Scale: 0.2, Split: generate.Test})
	require.Equal(t, hidden[mobile.TrainFile].String(), final[mobile.TrainFile].String())
	require.NotEqual(t, hidden[mobile.TestFile].String(), final[mobile.TestFile].String())

	year := hidden[mobile.TrainFile].String()
	rest, found := strings.CutPrefix(year, public[mobile.TrainFile].String())
	require.True(t, found)
	labels := strings.NewReplacer(`,"label":0}`, "}", `,"label":1}`, "}")
	require.Equal(t, public[mobile.TestFile].String(), labels.Replace(rest))
	truth := strings.Split(public[mobile.TruthFile].String(), "\n")[1:]
	for i, line := range strings.Split(strings.TrimSpace(rest), "\n") {
		fields := strings.Split(truth[i], ",")
		require.Contains(t, line, `"id":"`+fields[0]+`"`)
		require.True(t, strings.HasSuffix(line, `"label":`+fields[1]+"}"))
	}
}

type appLine struct {
	ID          string `json:"id"`
	Package     string `json:"package"`
	FirstSeen   string `json:"first_seen"`
	Certificate string `json:"certificate"`
	MinSDK      int    `json:"min_sdk"`
	TargetSDK   int    `json:"target_sdk"`
	SizeBytes   int64  `json:"size_bytes"`
	Permissions []string
	Activities  []manifestEntry
	Services    []manifestEntry
	Receivers   []manifestEntry
	Providers   []manifestEntry
	Calls       map[string]int
	Label       *int
}

type manifestEntry struct {
	Name     string
	Exported bool
}

// lines decodes a file strictly: an unknown field is an error, so nothing but
// the documented fields can leak.
func lines(t *testing.T, file *bytes.Buffer) []appLine {
	t.Helper()
	var list []appLine
	decoder := json.NewDecoder(bytes.NewReader(file.Bytes()))
	decoder.DisallowUnknownFields()
	for {
		var a appLine
		err := decoder.Decode(&a)
		if errors.Is(err, io.EOF) {
			return list
		}
		require.NoError(t, err)
		list = append(list, a)
	}
}

func TestAppsAreWellFormed(t *testing.T) {
	files, sum := data(t, mobile.GenerateOptions{Seed: 12, TrainSeed: 11, Scale: 0.3, Split: generate.Test})
	test, train := lines(t, files[mobile.TestFile]), lines(t, files[mobile.TrainFile])
	require.Len(t, test, sum.Records)
	require.Len(t, train, sum.Groups["train"])
	ids, last := map[string]bool{}, ""
	for _, a := range append(train, test...) {
		require.Len(t, a.ID, 32)
		require.False(t, ids[a.ID])
		ids[a.ID] = true
		require.GreaterOrEqual(t, a.FirstSeen[:7], last)
		last = a.FirstSeen[:7]
		require.Len(t, a.Certificate, 64)
		require.True(t, a.MinSDK > 0 && a.MinSDK <= a.TargetSDK && a.TargetSDK <= 36)
		require.Positive(t, a.SizeBytes)
		require.NotEmpty(t, a.Activities)
		require.NotEmpty(t, a.Calls)
		require.True(t, strings.HasPrefix(a.Activities[0].Name, a.Package+"."))
	}
	for _, a := range test {
		require.Nil(t, a.Label, "a tested app has no label")
	}
	for _, a := range train {
		require.NotNil(t, a.Label)
	}
}

// The fleet drifts: four families are new in the test year, others are gone,
// and honest and malicious certificates do not give the label away alone.
func TestFamiliesDrift(t *testing.T) {
	_, public := data(t, mobile.GenerateOptions{Seed: 11, Scale: 1, Split: generate.Train})
	_, hidden := data(t, mobile.GenerateOptions{Seed: 12, TrainSeed: 11, Scale: 1, Split: generate.Test})
	for _, family := range []string{"remote_access", "loan_spy", "nfc_relay", "proxy_bot"} {
		require.Zero(t, public.Groups[family], family)
		require.Greater(t, hidden.Groups[family], 10, family)
	}
	share := func(sum generate.Summary, family string) float64 {
		return float64(sum.Groups[family]) / float64(sum.Groups["malware"])
	}
	require.Less(t, share(hidden, "sms_premium"), share(public, "sms_premium")/3)
	require.InDelta(t, 0.1, float64(hidden.Groups["malware"])/float64(hidden.Records), 0.02)
	require.Greater(t, hidden.Groups["goodware"], 6000)
}

// No single certificate, package prefix or API level separates the classes.
func TestNoFieldGivesTheLabelAway(t *testing.T) {
	files, _ := data(t, mobile.GenerateOptions{Seed: 12, TrainSeed: 11, Scale: 1, Split: generate.Test})
	guilty := map[string]bool{}
	for _, a := range lines(t, files[mobile.TrainFile]) {
		if *a.Label == 1 {
			guilty[a.Certificate] = true
		}
	}
	truth := map[string]bool{}
	for line := range strings.Lines(files[mobile.TruthFile].String()) {
		fields := strings.Split(line, ",")
		truth[fields[0]] = fields[1] == "1"
	}
	caught, malware, old := 0, 0, 0
	for _, a := range lines(t, files[mobile.TestFile]) {
		if !truth[a.ID] {
			continue
		}
		malware++
		if guilty[a.Certificate] {
			caught++
		}
		if a.TargetSDK < 33 {
			old++
		}
	}
	require.Less(t, float64(caught)/float64(malware), 0.1, "certificates of known malware recur rarely")
	require.Less(t, float64(old)/float64(malware), 0.6)
}

// peak is an Out that measures the heap now and then instead of keeping data.
type peak struct {
	written, next int64
	heap          uint64
}

func (p *peak) Write(data []byte) (int, error) {
	p.written += int64(len(data))
	if p.written > p.next {
		p.next = p.written + 128<<20
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		p.heap = max(p.heap, stats.HeapAlloc)
	}
	return len(data), nil
}

func TestMillionRecordsInConstantMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a million records take about twenty seconds")
	}
	p := &peak{}
	sum, err := mobile.Generate(context.Background(), mobile.GenerateOptions{Seed: 12, Scale: 70, Split: generate.Test, Out: generate.To(p)})
	require.NoError(t, err)
	total := sum.Groups["train"] + sum.Groups["test"]
	require.Greater(t, total, 1_000_000)
	require.Greater(t, p.written, int64(1<<30))
	require.Less(t, p.heap, uint64(24<<20), "live heap in bytes")
	t.Logf("%d apps, %d MB, heap at most %.1f MB", total, p.written>>20, float64(p.heap)/(1<<20))
}

func TestGenerateStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := mobile.Generate(ctx, mobile.GenerateOptions{Seed: 1, Scale: 1, Split: generate.Train, Out: generate.Discard})
	require.ErrorIs(t, err, context.Canceled)

	full := errors.New("disk full")
	_, err = mobile.Generate(context.Background(), mobile.GenerateOptions{Seed: 1, Scale: 1, Split: generate.Train,
		Out: func(string) (io.WriteCloser, error) { return nil, full }})
	require.ErrorIs(t, err, full)

	_, err = mobile.Generate(context.Background(), mobile.GenerateOptions{Scale: -1, Split: generate.Train, Out: generate.Discard})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
}
