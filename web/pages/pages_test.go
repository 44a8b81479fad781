package pages_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/web/pages"
)

func TestMomentsReadAsDistances(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)
	for want, d := range map[string]time.Duration{
		"just now": 0, "2 s ago": -2 * time.Second, "9 min 59 s ago": -(10*time.Minute - time.Second), "10 min ago": -(10*time.Minute + 59*time.Second),
		"5 h ago": -5 * time.Hour, "1 d 3 h ago": -27 * time.Hour, "in 9 d 4 h": 220 * time.Hour, "in 45 d": 45*24*time.Hour + time.Hour, "21 Feb 2027": 91 * 24 * time.Hour,
	} {
		require.Equal(t, want, pages.Moment{At: now.Add(d), Now: now}.Relative())
	}
	m := pages.Moment{At: now.In(time.FixedZone("CET", 3600)), Now: now}
	require.Equal(t, "2026-11-22T10:30:00Z", m.Machine())
	require.Equal(t, "Sun 22 Nov 2026, 10:30:00 UTC", m.Exact())
	require.True(t, pages.Moment{Now: now}.IsZero())
}

func TestSizesHaveThreeDigits(t *testing.T) {
	for want, n := range map[string]int64{"0 B": 0, "999 B": 999, "1 KiB": 1 << 10, "12.1 KiB": 12_400, "1 MiB": 1<<20 - 1, "512 MiB": 512 << 20, "2.3 GiB": 2_500_000_000} {
		require.Equal(t, want, pages.Size(n))
	}
}

func TestScoresAreWrittenWithTheirPrecision(t *testing.T) {
	s := pages.Score{Value: .8124, Precision: 3, Low: .7831, High: .8379}
	require.Equal(t, "0.812", s.String())
	require.Equal(t, "0.783 to 0.838", s.Interval())
	require.Equal(t, "–", pages.Score{Missing: true, Value: 1}.String())
	require.Equal(t, "4 min 12 s", pages.Score{Text: "4 min 12 s"}.String())
	require.Empty(t, pages.Score{Value: 1}.Interval())
}

func TestAxesHoldEveryInterval(t *testing.T) {
	for name, scores := range map[string][]pages.Score{
		"none": nil, "missing": {{Missing: true}}, "one": {{Value: .5, Low: .5, High: .5}},
		"usual": {{Value: .812, Low: .783, High: .838}, {Value: .512, Low: .468, High: .555}}, "negative": {{Value: -3, Low: -7, High: 2}}, "large": {{Value: 41_200, Low: 40_000, High: 43_000}},
	} {
		a := pages.NewAxis(scores)
		require.Less(t, a.Min, a.Max, name)
		require.GreaterOrEqual(t, len(a.Ticks), 2, name)
		require.LessOrEqual(t, len(a.Ticks), 6, name)
		require.Zero(t, a.Ticks[0].At, name)
		require.Equal(t, 1000, a.Ticks[len(a.Ticks)-1].At, name)
		for _, s := range scores {
			w := a.Whisker(s)
			require.True(t, 0 <= w.Low && w.Low <= w.Value && w.Value <= w.High && w.High <= 1000, "%s %+v", name, w)
		}
	}
}

func TestStatesAreOneVocabulary(t *testing.T) {
	require.Equal(t, pages.State{Word: "scored", Icon: "circle-check", Tone: pages.ToneGood}, pages.StateOf("scored"))
	require.Equal(t, "unheard", pages.StateOf("unheard").Word)
	require.Equal(t, "Data fusion", pages.AreaOf("fusion").Name)
	require.Zero(t, pages.AreaOf("none"))
}

func TestChartsWriteWhatTheScriptReads(t *testing.T) {
	c := pages.Chart{Kind: "bars", Title: "not sent", Unit: "min", Precision: 1, Series: []pages.Series{{Name: "A", Mine: true, Points: []pages.Point{{Label: "x", Value: 1.5}}}}}
	raw, err := json.Marshal(c)
	require.NoError(t, err)
	require.JSONEq(t, `{"kind":"bars","unit":"min","precision":1,"series":[{"name":"A","mine":true,"points":[{"label":"x","value":1.5}]}]}`, string(raw))
}

func TestRowsSayHowTheyMoved(t *testing.T) {
	require.Equal(t, "up 1 place", pages.LeaderboardRow{Move: 1}.MoveText())
	require.Equal(t, "down 3 places", pages.LeaderboardRow{Move: -3}.MoveText())
	require.Equal(t, "unchanged", pages.LeaderboardRow{}.MoveText())
	require.Equal(t, "SME", pages.LeaderboardRow{Team: "A", Organization: "A", Kind: "SME"}.About())
}
