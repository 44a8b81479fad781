package awareness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The numbers are part of the data sets' definition: published seeds depend on them.
func TestRNGKeepsItsSequence(t *testing.T) {
	require.Equal(t, uint64(0xe220a8397b1dcdaf), mix(0x9e3779b97f4a7c15), "SplitMix64's first value for seed 0")
	a, b := newRNG(7, "x"), newRNG(7, "x")
	for range 100 {
		require.Equal(t, a.next(), b.next())
	}
	require.NotEqual(t, newRNG(7, "x").next(), newRNG(7, "y").next())
	require.NotEqual(t, newRNG(7, "x").next(), newRNG(8, "x").next())
}

func TestRNGDistributions(t *testing.T) {
	r := newRNG(1, "distributions")
	const n = 200_000
	var expSum, below int64
	heavy := make([]int64, n)
	for i := range n {
		v := r.between(3, 9)
		require.True(t, v >= 3 && v <= 9)
		expSum += r.exp(1000)
		heavy[i] = r.heavy(5000, 3)
		if r.chance(30) {
			below++
		}
		require.Less(t, r.skewed(10), 10)
	}
	require.InDelta(t, 1000, float64(expSum)/n, 60, "the mean of the exponential")
	require.InDelta(t, 0.3, float64(below)/n, 0.01)
	slices.Sort(heavy)
	require.InDelta(t, 5000, heavy[n/2], 300, "the median of the long tail")
	require.Greater(t, heavy[n*99/100], 3*heavy[n/2])
	require.Greater(t, heavy[n/2], 3*heavy[n/100])
}

func TestRNGSkewPrefersSmallIndices(t *testing.T) {
	r, counts := newRNG(2, "skew"), [10]int{}
	for range 10_000 {
		counts[r.skewed(10)]++
	}
	require.Greater(t, counts[0], 4*counts[4])
	require.Positive(t, counts[7])
}

func TestEncoderAgreesWithTheStandardLibrary(t *testing.T) {
	for _, text := range []string{"", "plain", `C:\Windows\System32\cmd.exe /c "dir"`, "tab\tand\nline\x01\x1f", "žluťoučký 馬 🐎", "broken \xff\xfe utf8", "<&>"} {
		var e encoder
		e.reset()
		e.str("v", text)
		e.int("n", -5)
		e.bool("b", true)
		e.strs("l", text, "two")
		e.addr("a", ip(10, 1, 2, 255))
		var got map[string]any
		require.NoError(t, json.Unmarshal(e.finish(), &got), "%s", e.buf)
		want := strings.ToValidUTF8(text, "\ufffd")
		if strings.Contains(text, "\xff") {
			want = "broken \ufffd\ufffd utf8" // one replacement for each byte, as encoding/json does
		}
		require.Equal(t, map[string]any{"v": want, "n": -5.0, "b": true, "l": []any{want, "two"}, "a": "10.1.2.255"}, got)
	}
}

func TestEncoderWritesTimesInBothForms(t *testing.T) {
	at := time.Date(2026, 3, 10, 8, 9, 7, 42_007_000, time.UTC)
	var e encoder
	e.reset()
	e.seconds("ts", at.UnixMicro())
	e.seconds("duration", 30)
	e.utc("UtcTime", at.UnixMicro())
	require.Equal(t, `{"ts":1773130147.042007,"duration":0.000030,"UtcTime":"2026-03-10 08:09:07.042"}`+"\n", string(e.finish()))
}

// testSink writes every log into one buffer.
func testSink() (*sink, *bytes.Buffer) {
	var all bytes.Buffer
	var out [logKinds]io.Writer
	for i := range out {
		out[i] = &all
	}
	return newSink(0, out), &all
}

func put(s *sink, at int64, label string) {
	s.begin().str("x", label)
	s.end(at, connLog)
}

func TestSinkSortsAMinuteAndKeepsTheOrderOfEquals(t *testing.T) {
	s, all := testSink()
	put(s, 3*second, "c")
	put(s, second, "a")
	put(s, second, "b")
	put(s, 2*minute, "later")
	require.NoError(t, s.flush(0))
	put(s, minute+second, "next")
	for m := range day / minute {
		require.NoError(t, s.flush(m))
	}
	require.NoError(t, s.close())
	require.Equal(t, `{"x":"a"}{"x":"b"}{"x":"c"}{"x":"next"}{"x":"later"}`, strings.ReplaceAll(all.String(), "\n", ""))
	require.Equal(t, int64(5), s.counts[connLog])
}

func TestSinkDropsWhatLiesOutsideTheDayAndRecordsSteps(t *testing.T) {
	s, _ := testSink()
	step := &truthStep{}
	s.step = step
	put(s, -1, "before")
	put(s, day, "after")
	require.False(t, step.seen)
	put(s, 5*minute, "in")
	put(s, 3*minute, "earlier")
	require.Equal(t, [2]int64{3 * minute, 5 * minute}, [2]int64{step.from, step.to})
	require.Equal(t, 2, step.evidence[connLog])
}

func TestSinkReusesBuffers(t *testing.T) {
	s, _ := testSink()
	for m := range int64(200) {
		for range 50 {
			put(s, m*minute, strings.Repeat("x", 100))
		}
		put(s, min(m+120, 1439)*minute, "far ahead")
		require.NoError(t, s.flush(m))
	}
	require.LessOrEqual(t, len(s.free), 4)
	for _, b := range s.buckets {
		if b != nil {
			require.Less(t, cap(b.buf), 4096, "a minute far ahead keeps a large buffer")
		}
	}
}

func TestBusyInterpolatesBetweenHours(t *testing.T) {
	require.Equal(t, activity[9], busy(9*60))
	require.Equal(t, (activity[9]+activity[10])/2, busy(9*60+30))
	require.Less(t, busy(12*60), busy(11*60), "lunch")
	require.Positive(t, busy(day/minute-1))
}

func TestWorldHasEveryRoleAndNoAddressTwice(t *testing.T) {
	for _, scale := range []float64{0.01, 0.25, 1, 5} {
		w := newWorld(3, scale, Test)
		require.InDelta(t, max(minimumHosts, scale*hostsAtFullScale), len(w.hosts), 1)
		names, addresses := map[string]bool{}, map[addr]bool{}
		for _, h := range w.hosts {
			require.False(t, names[h.name], h.name)
			require.False(t, addresses[h.first], "%s has the address of another host", h.name)
			names[h.name], addresses[h.first] = true, true
			require.True(t, h.first.internal())
			require.Less(t, h.on, h.off)
		}
		for _, f := range fixedRoles {
			require.GreaterOrEqual(t, len(w.byRole[f.role]), f.least, f.role)
		}
		require.NotEmpty(t, w.byRole[adminPC])
	}
}

func TestLaptopsSwapTheirAddresses(t *testing.T) {
	w := newWorld(3, 1, Train)
	moved := map[addr]*host{}
	for _, h := range w.hosts {
		if h.moves > 0 {
			require.NotEqual(t, h.at(h.moves-1), h.at(h.moves))
			moved[h.first] = h
		}
	}
	require.Greater(t, len(moved), 10)
	for _, h := range moved {
		other := moved[h.later]
		require.NotNil(t, other)
		require.Equal(t, h.moves, other.moves, "nobody has an address of somebody else's at the same time")
		require.Equal(t, h.first, other.later)
	}
}

func TestPortsAndProcessIDsStayInRange(t *testing.T) {
	r, h := newRNG(1, "ports"), newWorld(1, 0.1, Train).hosts[0]
	for range 50_000 {
		port, pid := h.nextPort(r), h.nextPID(r)
		require.True(t, port >= 49152 && port <= 65535, port)
		require.True(t, pid > 0 && pid%4 == 0, pid)
	}
}

func TestSitesStayInReservedNamesAndAddresses(t *testing.T) {
	r := newRNG(1, "sites")
	book := newSiteBook(r)
	sites := append(slices.Clone(book.popular), book.vendors...)
	for i := range 500 {
		sites = append(sites, book.tail(i), book.fresh(r))
	}
	for _, s := range sites {
		require.True(t, strings.HasSuffix(s.name, ".example"), s.name)
		require.True(t, s.addr >= ip(198, 18, 0, 0) && s.addr <= ip(198, 19, 255, 255), s.addr.String())
	}
	require.Equal(t, book.tail(7), book.tail(7))
}

func TestDutyRepeatsUntilItsEnd(t *testing.T) {
	s := &sim{r: newRNG(1, "duty")}
	var at []int64
	s.repeat(10*minute, 40*minute, 10*minute, 0, func(t int64) { at = append(at, t) })
	s.once(15*minute, func(int64) {
		s.once(25*minute, func(t int64) { at = append(at, -t) }) // a duty may plan another
	})
	for m := range int64(60) {
		s.runDuties((m + 1) * minute)
	}
	require.Equal(t, []int64{10 * minute, 20 * minute, -25 * minute, 30 * minute, 40 * minute}, at)
	require.Empty(t, s.duties)
}

func TestEachSplitMissesAVariant(t *testing.T) {
	for split, missing := range map[Split]int{Train: 3, Test: 0} {
		c, seen := &chain{s: &sim{split: split}, r: newRNG(1, "variants")}, map[int]bool{}
		for range 200 {
			seen[c.variant(4)] = true
		}
		require.Len(t, seen, 3)
		require.False(t, seen[missing], split)
	}
}

func TestEveryTechniqueOfALookHasCommands(t *testing.T) {
	r := newRNG(1, "look")
	for _, technique := range []string{"T1033", "T1016", "T1082", "T1482", "T1069.002", "T1087.002"} {
		for range 20 {
			image, command := lookCommand(r, technique, "corp.example")
			require.Contains(t, image, `C:\Windows\System32\`, technique)
			require.NotEmpty(t, command)
			require.NotEmpty(t, tactics[technique])
		}
	}
}

func TestNormaliseReadsTheCollectorsForms(t *testing.T) {
	for line, want := range map[string]string{
		`{"@timestamp":"2020-06-10T02:50:56.537Z","EventID":10,"Hostname":"W6.mordor.local"}`:          "2020-06-10 02:50:56.537 l03-w6",
		`{"TimeCreated":"2020-10-18 10:56:18.799","EventID":"1","Computer":"WORKSTATION5"}`:            "2020-10-18 10:56:18.799 l03-workstation5",
		`{"EventTime":"2020-06-09 22:50:54","EventID":1,"host":"a"}`:                                   "2020-06-09 22:50:54 l03-a",
		`{"UtcTime":"2020-06-09 22:50:54.1","eventid":1,"HostName":"a"}`:                               "2020-06-09 22:50:54.1 l03-a",
		`{"@timestamp":"2020-06-10T02:50:56Z","UtcTime":"2020-01-01 00:00:00","EventID":1,"host":"a"}`: "2020-06-10 02:50:56 l03-a",
	} {
		event, host, problem := normalise([]byte(line), 3)
		require.Empty(t, problem, line)
		require.Equal(t, want, fmt.Sprint(event.at.Format("2006-01-02 15:04:05.999"), " ", host))
	}
}
