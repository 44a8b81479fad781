package fusion_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scenarios/library/fusion"
	"incubator/scenarios/library/generate"
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
	files, _ := data(t, 7, 0.1, generate.Train)
	require.Equal(t, "c0ff4860f86fbd6b3ee361fec47a7651874cc2b27ec7f544398556ff663a3c3e", digest(files))
	again, _ := data(t, 7, 0.1, generate.Train)
	require.Equal(t, digest(files), digest(again))
	other, _ := data(t, 8, 0.1, generate.Train)
	require.NotEqual(t, digest(files), digest(other))
	test, _ := data(t, 7, 0.1, generate.Test)
	require.NotEqual(t, digest(files), digest(test))
}

func TestGenerateCounts(t *testing.T) {
	files, sum := data(t, 8, 1, generate.Test)
	truth := clusters(t, strings.NewReader(files[fusion.TruthFile].String()))
	require.Len(t, truth, sum.Records)
	require.InDelta(t, 3000, sum.Records, 500)
	distinct := map[string]int{}
	for _, cluster := range truth {
		distinct[cluster]++
	}
	require.InDelta(t, sum.Groups["incidents"], len(distinct), 0.01*float64(len(distinct)))
	sizes := map[int]int{}
	for _, n := range distinct {
		sizes[n]++
	}
	require.Greater(t, sizes[1], 20, "incidents with one report")
	require.Greater(t, sizes[6]+sizes[7]+sizes[8], 50, "incidents with many reports")
	require.ElementsMatch(t, slices.Collect(maps.Keys(files)), sum.Files)
}

// Each id of the truth is found in exactly one partner's file, in the place
// that the data page names, and no other id is.
func TestEveryReportHasItsID(t *testing.T) {
	files, sum := data(t, 8, 0.5, generate.Test)
	truth := clusters(t, strings.NewReader(files[fusion.TruthFile].String()))
	patterns := map[string]*regexp.Regexp{
		"stix.jsonl": regexp.MustCompile(`"id":"(report--[0-9a-f-]{36})"`),
		"misp.jsonl": regexp.MustCompile(`^\{"Event":\{"uuid":"([^"]+)"`),
		"csv":        regexp.MustCompile(`^((?:SC|HD)[0-9-]+)[,;]`),
		"syslog":     regexp.MustCompile(` id="([^"]+)"`),
	}
	found := map[string]bool{}
	for name, file := range files {
		if !strings.HasPrefix(name, "reports/") {
			continue
		}
		_, ending, _ := strings.Cut(name, ".")
		lines := strings.Split(strings.TrimSpace(file.String()), "\n")
		if ending == "csv" {
			lines = lines[1:]
		}
		for _, line := range lines {
			m := patterns[ending].FindAllStringSubmatch(line, -1)
			require.Len(t, m, 1, line)
			require.False(t, found[m[0][1]])
			_, known := truth[m[0][1]]
			require.True(t, known, line)
			found[m[0][1]] = true
		}
	}
	require.Len(t, found, sum.Records)
}

// Hard negatives: an actor's infrastructure, and at times the same file, is
// named in reports of different incidents of the same days.
func TestInfrastructureIsShared(t *testing.T) {
	files, _ := data(t, 7, 1, generate.Train)
	truth := clusters(t, strings.NewReader(files[fusion.TruthFile].String()))
	incidents := map[string]map[string]bool{}
	value := regexp.MustCompile(`(?:ipv4-addr:value|hashes\.'SHA-256') = '([^']+)'`)
	id := regexp.MustCompile(`"id":"(report--[^"]+)"`)
	for _, line := range strings.Split(strings.TrimSpace(files["reports/northcert.stix.jsonl"].String()), "\n") {
		cluster := truth[id.FindStringSubmatch(line)[1]]
		for _, m := range value.FindAllStringSubmatch(line, -1) {
			if incidents[m[1]] == nil {
				incidents[m[1]] = map[string]bool{}
			}
			incidents[m[1]][cluster] = true
		}
	}
	addresses, hashes := 0, 0
	for v, clusters := range incidents {
		switch {
		case len(clusters) < 2:
		case len(v) == 64:
			hashes++
		default:
			addresses++
		}
	}
	require.Greater(t, addresses, 30)
	require.Greater(t, hashes, 10)
}

func TestNoTruthInInputs(t *testing.T) {
	files, _ := data(t, 8, 1, generate.Test)
	truth := clusters(t, strings.NewReader(files[fusion.TruthFile].String()))
	names := map[string]bool{}
	for _, cluster := range truth {
		names[cluster] = true
	}
	for name, file := range files {
		if name == fusion.TruthFile {
			continue
		}
		require.NotContains(t, file.String(), "INC-0", name)
		require.NotContains(t, strings.ToLower(file.String()), "cluster", name)
	}
	require.Greater(t, len(names), 100)
	require.Less(t, orderLeak(t, files, truth), 0.12, "neighbours in a file are mostly of different incidents")
}

// orderLeak is the share of consecutive lines of a partner, beyond its own
// repeats, that belong to one incident.
func orderLeak(t *testing.T, files memory, truth map[string]string) float64 {
	t.Helper()
	id := regexp.MustCompile(` id="([^"]+)"`)
	same, all, last := 0.0, 0.0, ""
	for _, line := range strings.Split(strings.TrimSpace(files["reports/edgesoc.syslog"].String()), "\n") {
		cluster := truth[id.FindStringSubmatch(line)[1]]
		if cluster == last {
			same++
		}
		all++
		last = cluster
	}
	return same / all
}

// peak is an Out that measures the heap now and then instead of keeping data.
type peak struct {
	written, next int64
	heap          uint64
}

func (p *peak) Write(data []byte) (int, error) {
	p.written += int64(len(data))
	if p.written > p.next {
		p.next = p.written + 64<<20
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
	sum, err := fusion.Generate(context.Background(), fusion.GenerateOptions{Seed: 7, Scale: 340, Split: generate.Train, Out: generate.To(p)})
	require.NoError(t, err)
	require.Greater(t, sum.Records, 1_000_000)
	require.Greater(t, p.written, int64(500<<20))
	require.Less(t, p.heap, uint64(24<<20), "live heap in bytes")
	t.Logf("%d records, %d MB, heap at most %.1f MB", sum.Records, p.written>>20, float64(p.heap)/(1<<20))
}

func TestGenerateStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := fusion.Generate(ctx, fusion.GenerateOptions{Seed: 1, Scale: 1, Split: generate.Train, Out: generate.Discard})
	require.ErrorIs(t, err, context.Canceled)

	full := errors.New("disk full")
	_, err = fusion.Generate(context.Background(), fusion.GenerateOptions{Seed: 1, Scale: 1, Split: generate.Train,
		Out: func(string) (io.WriteCloser, error) { return nil, full }})
	require.ErrorIs(t, err, full)

	_, err = fusion.Generate(context.Background(), fusion.GenerateOptions{Scale: 1, Split: "dev", Out: generate.Discard})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
}
