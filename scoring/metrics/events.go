package metrics

import (
	"math"
)

var matchParams = []Param{
	{Name: "tolerance", Kind: Number, Default: "0", Min: 0, Max: 1e9,
		Help: "seconds after the end of a step in which an alert still matches it"},
	{Name: "min_steps", Kind: Number, Default: "1", Min: 1, Max: 1e6, Whole: true,
		Help: "how many steps of an incident must be matched; all of them where it has fewer"},
}

var horizonParam = Param{
	Name: "horizon", Kind: Number, Default: "86400", Min: 0, Max: 1e9, OpenMin: true,
	Help: "seconds: what an incident that was missed, or found later, counts",
}

func eventMetrics() []Metric {
	metric := func(m Metric) Metric {
		m.Truth, m.Prediction = truthRoles, alertRoles
		m.Params = append(append([]Param{}, matchParams...), m.Params...)
		return m
	}
	share := func(name, title, definition, source string, value func(*events, args, *notes) (float64, error)) Metric {
		return metric(Metric{Name: name, Title: title, Definition: definition, Source: source,
			Direction: Higher, Range: Range{0, 1}, Unit: "ratio", events: value})
	}
	const axelsson = "Axelsson 2000, The base-rate fallacy and the difficulty of intrusion detection"
	return []Metric{
		share("incident_recall", "Incident recall",
			"The share of incidents of which enough steps were matched by an alert.", axelsson, incidentRecall),
		share("alert_precision", "Alert precision",
			"Matched steps over matched steps plus alerts that match none; a further alert on a matched step neither helps nor harms.",
			axelsson, alertPrecision),
		share("event_f1", "Event F1",
			"The harmonic mean of incident recall and alert precision.", "van Rijsbergen 1979, Information Retrieval", eventF1),
		metric(Metric{
			Name: "mean_time_to_detect", Title: "Mean time to detect",
			Definition: "The mean over the incidents of the time from the start of the first step to the detecting alert, misses counted at the horizon.",
			Source:     "NIST SP 800-61 Rev. 2, section 3.4.2", Direction: Lower, Range: Range{0, math.Inf(1)}, Unit: "seconds",
			Params: []Param{horizonParam}, events: meanTimeToDetect,
		}),
		metric(Metric{
			Name: "median_time_to_detect", Title: "Median time to detect",
			Definition: "The median over the detected incidents of the time from the start of the first step to the detecting alert.",
			Source:     "NIST SP 800-61 Rev. 2, section 3.4.2", Direction: Lower, Range: Range{0, math.Inf(1)}, Unit: "seconds",
			Params: []Param{horizonParam}, events: medianTimeToDetect,
		}),
		{
			Name: "alert_reduction", Title: "Alert reduction",
			Definition: "One minus the number of alerts over the number of raw events, not below 0; read it beside incident recall.",
			Source:     "Valeur et al. 2004, A comprehensive approach to intrusion detection alert correlation",
			Direction:  Higher, Range: Range{0, 1}, Unit: "ratio", Truth: truthRoles, Prediction: alertRoles,
			Params: []Param{{Name: "raw_events", Kind: Number, Required: true, Min: 1, Max: 1e15, Whole: true,
				Help: "the number of events that the alerts were made from"}},
			events: alertReduction,
		},
		metric(Metric{
			Name: "nab_score", Title: "NAB score",
			Definition: "Early detections rewarded and false alarms punished by a sigmoid of their place, 0 for silence and 100 for every incident found at its start.",
			Source:     "Lavin and Ahmad 2015, Evaluating real-time anomaly detection algorithms: the Numenta Anomaly Benchmark",
			Direction:  Higher, Range: Range{math.Inf(-1), 100}, Unit: "points",
			Params: []Param{
				{Name: "fp_weight", Kind: Number, Default: "0.11", Min: 0, Max: 1e6, Help: "what a false alarm costs"},
				{Name: "fn_weight", Kind: Number, Default: "1", Min: 0, Max: 1e6, Help: "what a missed incident costs"},
			},
			events: nabScore,
		}),
	}
}

// incidentRecall cannot divide by 0: a truth without incidents was refused.
func incidentRecall(e *events, a args, _ *notes) (float64, error) {
	return float64(e.match(a).detected()) / float64(e.incidents), nil
}

// alertPrecision counts each matched step once, however many alerts match it:
// repeating a true alert must not outweigh false ones. It is 0 without alerts, so
// that silence never ranks first.
func alertPrecision(e *events, a args, n *notes) (float64, error) {
	m := e.match(a)
	if m.alerts == 0 {
		n.add("no_alerts", "there are no alerts; alert precision is 0 by convention")
		return 0, nil
	}
	return float64(m.steps) / float64(m.steps+len(m.unmatched)), nil
}

func eventF1(e *events, a args, n *notes) (float64, error) {
	precision, _ := alertPrecision(e, a, n)
	recall, _ := incidentRecall(e, a, n)
	return harmonic(precision, recall), nil
}

// meanTimeToDetect measures from the first step, whichever step was matched.
func meanTimeToDetect(e *events, a args, _ *notes) (float64, error) {
	m := e.match(a)
	delays := m.delays()
	return MeanTimeToDetect(delays, len(m.incidents)-len(delays), a.number["horizon"]), nil
}

// MeanTimeToDetect is the mean of the delays, in seconds, of the incidents that
// were found and of the horizon for each that was missed. A delay beyond the
// horizon counts as the horizon, so that finding late is never worse than
// missing. Without any incident it is the horizon.
func MeanTimeToDetect(delays []float64, missed int, horizon float64) float64 {
	if len(delays)+missed == 0 {
		return horizon
	}
	total := float64(missed) * horizon
	for _, delay := range delays {
		total += min(delay, horizon)
	}
	return total / float64(len(delays)+missed)
}

// medianTimeToDetect leaves out misses; read it beside incident recall.
func medianTimeToDetect(e *events, a args, n *notes) (float64, error) {
	delays := e.match(a).delays()
	if len(delays) == 0 {
		n.add("nothing_detected", "no incident was detected; the value is the horizon by convention")
		return a.number["horizon"], nil
	}
	return median(delays), nil
}

func alertReduction(e *events, a args, n *notes) (float64, error) {
	raw := a.number["raw_events"]
	if float64(len(e.alerts)) > raw {
		n.add("more_alerts_than_events", "there are more alerts than raw events; the value is 0")
	}
	return AlertReduction(len(e.alerts), raw), nil
}

// AlertReduction is 1 − alerts/raw, not below 0 (Valeur et al. 2004). raw is at least 1.
func AlertReduction(alerts int, raw float64) float64 {
	return max(0, 1-float64(alerts)/raw)
}
