package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesAreResolved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "aliases.csv")
	require.NoError(t, os.WriteFile(path, []byte("kind,name,alias\nactor,Silent Lynx,TG-4471\n"+
		"organisation,Nordhafen Energie GmbH,nordhafen-energie.example\norganisation,Nordhafen Klinikum AG,NKG\n"), 0o600))
	n, err := readAliases(path)
	require.NoError(t, err)
	for range 5 {
		n.observe(&report{victim: "Lindvik Bank"})
	}
	for kind, cases := range map[string]map[string]string{
		"actor": {"Silent Lynx": "silent lynx", "TG-4471": "silent lynx", "Silnet Lynx": "silent lynx", "TG-4472": "silent lynx", "TG-9999": "tg 9999", "": ""},
		"organisation": {"nordhafen-energie.example": "nordhafen energie", "Nordhafen Energie": "nordhafen energie",
			"Nordhafn Energie GmbH": "nordhafen energie", "NOEN Nordhafen": "nordhafen energie", "NOKL Nordhafen": "nordhafen klinikum",
			"Lindvik Bnk": "lindvik bank", "Lindvik-Bank SA": "lindvik bank", "Ashcombe Care": "ashcombe care"},
	} {
		for name, want := range cases {
			require.Equal(t, want, n.find(kind, normalise(name)), name)
		}
	}
	empty, err := readAliases(filepath.Join(t.TempDir(), "none.csv"))
	require.NoError(t, err, "the list is optional")
	require.Equal(t, "x", empty.find("actor", "x"))
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"abc", "abbc", 1}, {"abc", "xbz", 2}, {"a", "abcd", 9}, {"ca", "abc", 3}} {
		require.Equal(t, c.want, distance(c.a, c.b), "%s %s", c.a, c.b)
	}
}

// A partner whose clock is three hours fast is found by what it shares.
func TestClocksAreCorrected(t *testing.T) {
	var reports []*report
	for i := range 40 {
		shared := []string{"hash:" + string(rune('a'+i))}
		at := float64(1000 + 50*i)
		reports = append(reports,
			&report{partner: "a", observed: at, published: at, hasObserved: true, indicators: shared},
			&report{partner: "b", observed: at + 0.1, published: at, hasObserved: true, indicators: shared},
			&report{partner: "fast", observed: at + 3, published: at, hasObserved: true, indicators: shared})
	}
	correctClocks(reports)
	for i := 0; i < len(reports); i += 3 {
		require.InDelta(t, reports[i].observed, reports[i+2].observed, 0.5)
	}
}

// Three reports of one incident belong together; the same file at another
// victim in the same hours does not join them.
func TestClusterKeepsVictimsApart(t *testing.T) {
	reports := []*report{
		{id: "1", victim: "x", malware: "m", kind: "k", observed: 10, hasObserved: true, indicators: []string{"hash:aa", "ip:1"}},
		{id: "2", victim: "x", kind: "k", observed: 11, hasObserved: true, indicators: []string{"host:h"}},
		{id: "3", malware: "m", kind: "k", observed: 12, hasObserved: true, indicators: []string{"host:h", "ip:1"}},
		{id: "4", victim: "y", malware: "m", kind: "k", observed: 12, hasObserved: true, indicators: []string{"hash:aa"}},
		{id: "5", victim: "x", malware: "m", kind: "k", observed: 400, hasObserved: true, indicators: []string{"hash:aa"}},
	}
	m := newMatcher(reports)
	label := map[string]int{}
	for i, c := range cluster(m) {
		label[m.reports[i].id] = c
	}
	require.Equal(t, label["1"], label["2"])
	require.Equal(t, label["1"], label["3"])
	require.NotEqual(t, label["1"], label["4"])
	require.NotEqual(t, label["1"], label["5"], "too long after")
}
