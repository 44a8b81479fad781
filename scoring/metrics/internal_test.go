package metrics

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRadixSortSorts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	masks := []uint64{0, 1, 0xff, 0x7ff, 0xfff, 1 << 63, 0xffff_0000_0000, math.MaxUint64}
	for _, size := range []int{0, 1, 2, 3, 100, 5000} {
		for _, mask := range masks {
			keys := make([]uint64, size)
			for i := range keys {
				keys[i] = r.Uint64() & mask
			}
			want := slices.Sorted(slices.Values(keys))
			if size == 0 {
				want = keys
			}
			require.Equal(t, want, radixSort(keys, make([]uint64, size)), "%d keys, mask %x", size, mask)
		}
	}
}

func TestSortableKeepsTheOrderOfFloats(t *testing.T) {
	rising := []float64{
		-math.MaxFloat64, -1e10, -1, -math.SmallestNonzeroFloat64, 0,
		math.SmallestNonzeroFloat64, 1e-300, .1, .5, 1, 1e300, math.MaxFloat64,
	}
	for i := 1; i < len(rising); i++ {
		require.Less(t, sortable(rising[i-1]), sortable(rising[i]))
	}
	require.Equal(t, sortable(0), sortable(math.Copysign(0, -1)))
}

func TestCompensatedSumKeepsSmallTerms(t *testing.T) {
	var s sum
	s.add(1e16)
	for range 1000 {
		s.add(1)
	}
	s.add(-1e16)
	require.Equal(t, 1000., s.value())
}

// TestLinesAcrossBuffers puts line ends at every place around the end of the
// buffer, and reads in pieces of odd sizes.
func TestLinesAcrossBuffers(t *testing.T) {
	for shift := -3; shift <= 3; shift++ {
		for _, end := range []string{"\n", "\r\n"} {
			first := strings.Repeat("a", lineBuffer+shift)
			text := first + end + "b" + end + strings.Repeat("é", lineBuffer) + end + "c"
			for _, src := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
				lines := newLineReader(context.Background(), src, "f", Limits{}.withDefaults())
				for _, want := range []string{first, "b", strings.Repeat("é", lineBuffer), "c"} {
					got, err := lines.next()
					require.NoError(t, err)
					require.True(t, want == string(got), "shift %d", shift)
				}
				_, err := lines.next()
				require.Equal(t, io.EOF, err)
				require.Equal(t, 4, lines.line)
			}
		}
	}
}

func TestSpecialBytesAreFoundInAnyBuffer(t *testing.T) {
	for _, at := range []int{0, 7, 8, 9, 100, lineBuffer - 1, lineBuffer, 3 * lineBuffer} {
		text := []byte(strings.Repeat("abcdefg\n", lineBuffer/2))
		if text[at] == '\n' {
			at--
		}
		text[at] = 0xff
		lines := newLineReader(context.Background(), strings.NewReader(string(text)), "f", Limits{}.withDefaults())
		var err error
		for err == nil {
			_, err = lines.next()
		}
		require.ErrorContains(t, err, fmt.Sprintf("line %d: the line is not valid UTF-8", at/8+1))
	}
}

func TestParseInstant(t *testing.T) {
	for text, want := range map[string]string{
		"2024-03-01T08:00:00Z":           "2024-03-01T08:00:00Z",
		"2024-03-01T09:00:00.25+01:00":   "2024-03-01T08:00:00.25Z",
		"2024-03-01":                     "2024-03-01T00:00:00Z",
		"2024-03":                        "2024-03-01T00:00:00Z",
		"1709280000":                     "2024-03-01T08:00:00Z",
		"1709280000.5":                   "2024-03-01T08:00:00.5Z",
		"1.70928e9":                      "2024-03-01T08:00:00Z",
		"-1":                             "1969-12-31T23:59:59Z",
		"9999-12-31T23:59:59.999999Z":    "9999-12-31T23:59:59.999999Z",
		"1969-12-31T23:59:59.75-00:00":   "1969-12-31T23:59:59.75Z",
		"2024-02-29T23:59:59.123456789Z": "2024-02-29T23:59:59.123456Z",
	} {
		got, problem := parseInstant([]byte(text))
		require.Empty(t, problem, text)
		require.Equal(t, want, time.UnixMicro(got).UTC().Format(time.RFC3339Nano), text)
	}
	for _, text := range []string{"", "now", "2024-13-01", "2024-02-30", "2024-03-01 08:00:00", "08:00", "1e12", "-1e12", "NaN"} {
		_, problem := parseInstant([]byte(text))
		require.NotEmpty(t, problem, text)
	}
}

func TestParseTechnique(t *testing.T) {
	for text, want := range map[string]string{"T1059": "T1059", "t1059.001": "T1059.001"} {
		got, problem := parseTechnique([]byte(text))
		require.Empty(t, problem)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "T", "T105", "T10590", "T1059.", "T1059.01", "T1059,001", "X1059", "T1059.0011", "TA0001", "T10x9"} {
		_, problem := parseTechnique([]byte(text))
		require.NotEmpty(t, problem, text)
	}
}

func TestJSONScannerKnowsValues(t *testing.T) {
	s := jsonScanner{maxDepth: 4}
	for text, kind := range map[string]cellKind{
		`"a"`: jsonString, `""`: jsonString, `"\u00e9\\\""`: jsonString, `1`: jsonNumber, `-0.5e-3`: jsonNumber,
		`true`: jsonBool, `false`: jsonBool, `null`: absent, `[]`: absent, `{}`: absent,
		`[1, "a", [true, {"b": null}]]`: absent, `{"a": {"b": [1]}}`: absent,
	} {
		s.reset([]byte(text))
		value, problem := s.value(0)
		require.Empty(t, problem, text)
		require.Equal(t, kind, value.kind, text)
		require.Equal(t, len(text), s.at, text)
	}
	for text, want := range map[string]string{
		`"a`: "a string is not closed", `"\`: "a string is not closed", `"\x"`: "a string has a bad escape",
		"\"\x01\"": "a string has a control character", `tru`: "a value was expected", ``: "a value was expected",
		`[1 2]`: "a comma or a closing bracket was expected", `[1,`: "a value was expected", `{"a" 1}`: "a colon was expected",
		`{1: 2}`: "a string was expected", `{"a": 1,}`: "a string was expected", `[[[[[1]]]]]`: "values nest deeper than 4 levels",
		`Infinity`: "NaN and infinities are not allowed", `-`: "a number is malformed", `1.`: "a number is malformed",
		`{"a": 1]`: "a comma or a closing bracket was expected", `[1}`: "a comma or a closing bracket was expected",
	} {
		s.reset([]byte(text))
		_, problem := s.value(0)
		require.Equal(t, want, problem, text)
	}
}

// TestMatchingAgreesWithTheDefinition compares the indexed matching with the
// rule of the documentation applied to every pair of alert and step.
func TestMatchingAgreesWithTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 2))
	techniques := []string{"T1001", "T1001.001", "T1001.002", "T1002", "T1002.001"}
	hosts := []string{"a", "b"}
	for range 2000 {
		var steps []step
		for range 1 + r.IntN(8) {
			start := int64(r.IntN(50)) * 1e6
			steps = append(steps, step{fmt.Sprint(r.IntN(3)), hosts[r.IntN(2)], techniques[r.IntN(5)], start, start + int64(r.IntN(20))*1e6})
		}
		var alerts []alert
		for at := range 20 {
			alerts = append(alerts, alert{hosts[r.IntN(2)], techniques[r.IntN(5)], int64(at) * 4e6})
		}
		a := args{number: map[string]float64{"tolerance": float64(r.IntN(3)), "min_steps": float64(1 + r.IntN(3))}}
		m := newEvents(steps, alerts).match(a)
		require.Equal(t, slowMatch(steps, alerts, a), fmt.Sprintf("%d unmatched, %v", len(m.unmatched), found(m)))
	}
}

// found lists when each incident was detected, −1 for a miss, in file order.
func found(m *matching) []int64 {
	var at []int64
	for _, o := range m.incidents {
		if o.detected {
			at = append(at, o.at)
		} else {
			at = append(at, -1)
		}
	}
	return at
}

func slowMatch(steps []step, alerts []alert, a args) string {
	tolerance := int64(a.number["tolerance"] * 1e6)
	matches := func(x alert, s step) bool {
		same := x.technique == s.technique || strings.HasPrefix(x.technique, s.technique+".") || strings.HasPrefix(s.technique, x.technique+".")
		return x.host == s.host && same && s.start <= x.at && x.at <= s.end+tolerance
	}
	var incidents []string
	sizes := map[string]int{}
	for _, s := range steps {
		if sizes[s.incident]++; sizes[s.incident] == 1 {
			incidents = append(incidents, s.incident)
		}
	}
	var at []int64
	for _, incident := range incidents {
		when, hit := int64(-1), map[int]bool{}
		for _, x := range alerts {
			for i, s := range steps {
				if s.incident == incident && matches(x, s) {
					hit[i] = true
				}
			}
			if when < 0 && len(hit) >= min(int(a.number["min_steps"]), sizes[incident]) {
				when = x.at
			}
		}
		at = append(at, when)
	}
	unmatched := 0
	for _, x := range alerts {
		if !slices.ContainsFunc(steps, func(s step) bool { return matches(x, s) }) {
			unmatched++
		}
	}
	return fmt.Sprintf("%d unmatched, %v", unmatched, at)
}

func TestEditsIsLevenshtein(t *testing.T) {
	for pair, want := range map[[2]string]int{
		{"", ""}: 0, {"a", ""}: 1, {"", "ab"}: 2, {"kitten", "sitting"}: 3, {"roc_acu", "roc_auc"}: 2, {"f1", "f1"}: 0,
	} {
		require.Equal(t, want, edits(pair[0], pair[1]), pair)
	}
}

// TestWindowsAreConsecutive takes every window from its first to its last
// microsecond, before and after the epoch.
func TestWindowsAreConsecutive(t *testing.T) {
	for unit, starts := range map[string][]string{
		"day":     {"1969-12-30", "1969-12-31", "1970-01-01", "1970-01-02"},
		"week":    {"1969-12-22", "1969-12-29", "1970-01-05", "1970-01-12"},
		"month":   {"1969-11-01", "1969-12-01", "1970-01-01", "1970-02-01"},
		"quarter": {"1969-07-01", "1969-10-01", "1970-01-01", "1970-04-01"},
		"year":    {"1968-01-01", "1969-01-01", "1970-01-01", "1971-01-01"},
	} {
		for i := 1; i < len(starts); i++ {
			start, problem := parseInstant([]byte(starts[i]))
			require.Empty(t, problem)
			before, _ := windowOf(start-1, unit)
			own, name := windowOf(start, unit)
			require.Equal(t, before+1, own, "%s %s", unit, starts[i])
			require.Contains(t, name(), starts[i][:4], unit)
			first, _ := parseInstant([]byte(starts[i-1]))
			previous, _ := windowOf(first, unit)
			require.Equal(t, before, previous, "%s %s", unit, starts[i-1])
		}
	}
}
