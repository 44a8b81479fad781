package metrics_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scoring/metrics"
)

// incidents: A has three steps on two hosts, B one, C one.
const incidents = `incident,host,technique,start,end
A,web01,T1190,2024-03-01T08:00:00Z,2024-03-01T08:00:10Z
A,web01,T1059.001,2024-03-01T08:01:00Z,2024-03-01T08:02:00Z
A,DC01,T1003,2024-03-01T09:00:00Z,2024-03-01T09:30:00Z
B,pc7,T1566.001,1709287200,1709287260
C,pc9,T1486,2024-03-01T12:00:00Z,2024-03-01T12:00:00Z
`

// alerts: the first two and the last match; host, parent and sub-technique, and
// time are wrong in the others.
const alerts = `time,host,technique,confidence,id
2024-03-01T08:01:30Z,WEB01,T1059,0.9,1
2024-03-01T09:30:00Z,dc01,t1003.001,1,2
2024-03-01T09:30:01Z,dc01,T1003,1,3
2024-03-01T08:01:30Z,web02,T1059,0.5,4
2024-03-01T08:01:30Z,web01,T1059.003,0.5,5
1709287230.5,pc7,T1566,0.5,6
`

func eventValue(t *testing.T, truth, guess, metric string, p params) (float64, []metrics.Warning) {
	result, err := evaluate(truth, guess, metrics.Spec{Name: metric, Params: p})
	require.NoError(t, err)
	return result.Values[0].Value, result.Warnings
}

func TestEventMetrics(t *testing.T) {
	const recall, precision = 2. / 3, 3. / 6
	for _, c := range []struct {
		metric string
		params params
		want   float64
	}{
		{"incident_recall", nil, recall},
		{"incident_recall", params{"min_steps": "2"}, recall}, // B has one step only, which is all of them
		{"incident_recall", params{"min_steps": "3"}, 1. / 3},
		{"alert_precision", nil, precision},
		{"alert_precision", params{"tolerance": "1"}, 3. / 5}, /* the third alert repeats the second one's step */
		{"event_f1", nil, 2 * recall * precision / (recall + precision)},
		{"mean_time_to_detect", params{"horizon": "1000"}, (90 + 30.5 + 1000) / 3},
		{"mean_time_to_detect", params{"horizon": "50"}, (50 + 30.5 + 50) / 3},
		{"mean_time_to_detect", params{"horizon": "10000", "min_steps": "2"}, (5400 + 30.5 + 10000) / 3},
		{"median_time_to_detect", nil, (90 + 30.5) / 2},
		{"median_time_to_detect", params{"min_steps": "3"}, 30.5},
		{"alert_reduction", params{"raw_events": "150"}, .96},
		{"alert_reduction", params{"raw_events": "5"}, 0},
	} {
		got, _ := eventValue(t, incidents, alerts, c.metric, c.params)
		require.InDelta(t, c.want, got, 1e-9, "%s %v", c.metric, c.params)
	}
}

func TestSilenceIsASubmission(t *testing.T) {
	none := "time,host,technique,confidence\n"
	for metric, want := range map[string]float64{
		"incident_recall": 0, "alert_precision": 0, "event_f1": 0,
		"mean_time_to_detect": 86400, "median_time_to_detect": 86400, "nab_score": 0,
	} {
		got, warnings := eventValue(t, incidents, none, metric, nil)
		require.Equal(t, want, got, metric)
		switch metric {
		case "alert_precision", "event_f1":
			require.Equal(t, "no_alerts", warnings[0].Code)
		case "median_time_to_detect":
			require.Equal(t, "nothing_detected", warnings[0].Code)
		}
	}
	got, _ := eventValue(t, incidents, none, "alert_reduction", params{"raw_events": "10"})
	require.Equal(t, 1., got)
}

func TestNABScore(t *testing.T) {
	truth := "incident,host,technique,start,end\nA,h,T1001,100,200\nB,h,T1002,1000,1100\n"
	header := "time,host,technique,confidence\n"
	sigmoid := metrics.NABSigmoid
	normal := func(raw float64) float64 { return 100 * (raw + 2) / (2*sigmoid(-1) + 2) }
	for name, c := range map[string]struct {
		alerts string
		want   float64
	}{
		"both at their start":           {"100,h,T1001,1\n1000,h,T1002,1\n", 100},
		"both at their end":             {"200,h,T1001,1\n1100,h,T1002,1\n", normal(0)},
		"later matches do not count":    {"100,h,T1001,1\n150,h,T1001,1\n1000,h,T1002,1\n", 100},
		"one missed":                    {"150,h,T1001,1\n", normal(sigmoid(-.5) - 1)},
		"false alarm before any window": {"50,h,T1001,1\n", normal(-2 - .11)},
		"false alarm just behind":       {"210,h,T1001,1\n", normal(-2 + .11*sigmoid(.1))},
		"false alarm far behind":        {"600,h,T1001,1\n", normal(-2 - .11)},
	} {
		got, _ := eventValue(t, truth, header+c.alerts, "nab_score", nil)
		require.InDelta(t, c.want, got, 1e-9, name)
	}
	require.False(t, math.Signbit(sigmoid(-1)))
}

func TestRepeatedAlertsNeitherHelpNorHarmAndAreWarnedOf(t *testing.T) {
	row := "2024-03-01T08:01:30Z,web01,T1059,0.9\n"
	got, warnings := eventValue(t, incidents, "time,host,technique,confidence\n"+row+row+"1,x,T1059,0\n", "alert_precision", nil)
	require.InDelta(t, 1./2, got, 1e-12)
	require.Equal(t, "repeated_alerts", warnings[0].Code)
}

func TestBadEventsAreRefused(t *testing.T) {
	header := "time,host,technique,confidence,id\n"
	for _, c := range []struct{ truth, guess, want string }{
		{incidents, header + "soon,h,T1059,1,1\n", `prediction, line 2, column time: "soon" is not a time; RFC 3339 or epoch seconds are expected`},
		{incidents, header + "1,,T1059,1,1\n", `prediction, line 2, column host: the value is missing`},
		{incidents, header + "1,h,T105,1,1\n", `prediction, line 2, column technique: "T105" is not an ATT&CK technique id such as T1059 or T1059.001`},
		{incidents, header + "1,h,T1059x001,1,1\n", `prediction, line 2, column technique: "T1059x001" is not an ATT&CK technique id such as T1059 or T1059.001`},
		{incidents, header + "1,h,T1059,2,1\n", `prediction, line 2, column confidence: "2" is not a number from 0 to 1`},
		{incidents, header + "1,h,T1059,NaN,1\n", `prediction, line 2, column confidence: "NaN" is not a number from 0 to 1`},
		{incidents, header + "1,h,T1059,1,1\n2,h,T1059,1,1\n", `prediction, line 3, column id: "1" occurs twice`},
		{incidents, "time,host,technique\n", `prediction has no column confidence; it has time, host, technique`},
		{incidents + "A,web01,T1190,2024-03-01T08:00:00Z,2024-03-01T07:00:00Z\n", alerts,
			`truth, line 7, column end: "2024-03-01T07:00:00Z" is before the start`},
		{incidents + "C,PC9,T1486,1709294400,1709294400\n", alerts, `truth, line 7, column incident: "C" has the same step twice`},
		{strings.SplitAfter(incidents, "\n")[0], alerts, `truth has no data rows`},
	} {
		_, err := evaluate(c.truth, c.guess, metrics.Spec{Name: "event_f1"})
		require.Equal(t, errs.Invalid, errs.CodeOf(err))
		require.Equal(t, c.want, errs.MessageOf(err))
	}
}
