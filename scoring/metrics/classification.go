package metrics

import "math"

var thresholdParam = Param{
	Name: "threshold", Kind: Number,
	Help: "use the column score: positive where it is at least this (0.5 where the prediction has no label)",
}

var averageParam = Param{
	Name: "average", Kind: Choice, Default: "binary",
	Choices: []string{"binary", "micro", "macro", "weighted"},
	Help:    "the positive class alone, all rows together, the mean of the classes, or that weighted by their size",
}

func classificationMetrics() []Metric {
	metric := func(m Metric) Metric {
		m.Direction, m.Unit = Higher, "ratio"
		if m.Range == (Range{}) {
			m.Range = Range{0, 1}
		}
		m.Truth, m.Prediction, m.ScoreInstead = []Role{RoleLabel}, []Role{RoleLabel}, true
		m.Params = append(m.Params, positiveParam, thresholdParam)
		return m
	}
	averaged := []Param{averageParam}
	return []Metric{
		metric(Metric{
			Name: "accuracy", Aliases: []string{"accuracy_score"}, Title: "Accuracy",
			Definition: "The share of rows whose predicted label is the true one.",
			Source:     "scikit-learn accuracy_score", rows: accuracy,
		}),
		metric(Metric{
			Name: "balanced_accuracy", Aliases: []string{"balanced_accuracy_score"}, Title: "Balanced accuracy",
			Definition: "The mean over the true classes of the share of their rows that are labelled right.",
			Source:     "Brodersen et al. 2010; scikit-learn balanced_accuracy_score", rows: balancedAccuracy,
		}),
		metric(Metric{
			Name: "precision", Aliases: []string{"precision_score"}, Title: "Precision",
			Definition: "The share of rows labelled positive that are positive.",
			Source:     "van Rijsbergen 1979, Information Retrieval", Params: averaged, rows: precision,
		}),
		metric(Metric{
			Name: "recall", Aliases: []string{"recall_score"}, Title: "Recall",
			Definition: "The share of positive rows that are labelled positive.",
			Source:     "van Rijsbergen 1979, Information Retrieval", Params: averaged, rows: recall,
		}),
		metric(Metric{
			Name: "f1", Aliases: []string{"f1_score"}, Title: "F1",
			Definition: "The harmonic mean of precision and recall.",
			Source:     "van Rijsbergen 1979, Information Retrieval", Params: averaged, rows: f1,
		}),
		metric(Metric{
			Name: "fbeta", Aliases: []string{"fbeta_score"}, Title: "F-beta",
			Definition: "The harmonic mean of precision and recall with recall weighted beta times as much.",
			Source:     "van Rijsbergen 1979, Information Retrieval",
			Params: []Param{averageParam, {
				Name: "beta", Kind: Number, Default: "2", Min: 0, Max: 1e6, OpenMin: true,
				Help: "how many times as important recall is",
			}},
			rows: fbeta,
		}),
		metric(Metric{
			Name: "mcc", Aliases: []string{"matthews_corrcoef"}, Title: "Matthews correlation coefficient",
			Definition: "The correlation between true and predicted labels, for two classes or more.",
			Source:     "Matthews 1975; Gorodkin 2004 for more than two classes", Range: Range{-1, 1}, rows: mcc,
		}),
		metric(Metric{
			Name: "ppv_at_base_rate", Title: "Precision at a base rate",
			Definition: "The precision that the measured true and false positive rates would give where the share of positives is prior.",
			Source:     "Axelsson 2000, The base-rate fallacy and the difficulty of intrusion detection",
			Params: []Param{{
				Name: "prior", Kind: Number, Required: true, Min: 0, Max: 1, OpenMin: true,
				Help: "the share of positives in operation",
			}},
			rows: ppvAtBaseRate,
		}),
	}
}

// accuracy counts rows of any number of classes.
func accuracy(r *rows, a args, _ *notes) (float64, error) {
	c, err := r.confusion(a)
	if err != nil {
		return 0, err
	}
	right := uint64(0)
	for i := range c.cells {
		right += c.cells[i][i]
	}
	return float64(right) / float64(c.n), nil
}

// balancedAccuracy leaves out classes that the truth does not have, as
// scikit-learn does, but says so.
func balancedAccuracy(r *rows, a args, n *notes) (float64, error) {
	c, err := r.confusion(a)
	if err != nil {
		return 0, err
	}
	total, classes := 0.0, 0
	for i, support := range c.truth {
		if support > 0 {
			total += float64(c.cells[i][i]) / float64(support)
			classes++
		} else if c.guess[i] > 0 {
			n.add("unknown_class", "the prediction has labels that no row of the truth has")
		}
	}
	if classes == 1 {
		n.singleClass()
	}
	return total / float64(classes), nil
}

func precision(r *rows, a args, n *notes) (float64, error) {
	return r.averaged(a, func(b binaryCounts) float64 {
		return ratio(b.tp, b.tp+b.fp, n, "nothing is labelled positive, precision has no denominator")
	})
}

func recall(r *rows, a args, n *notes) (float64, error) {
	return r.averaged(a, func(b binaryCounts) float64 {
		return ratio(b.tp, b.tp+b.fn, n, "nothing is positive, recall has no denominator")
	})
}

func f1(r *rows, a args, n *notes) (float64, error) { return r.fScore(a, 1, n) }

func fbeta(r *rows, a args, n *notes) (float64, error) { return r.fScore(a, a.number["beta"], n) }

// fScore is written with counts, so that it is defined where precision or recall
// alone is not.
func (r *rows) fScore(a args, beta float64, n *notes) (float64, error) {
	square := beta * beta
	return r.averaged(a, func(b binaryCounts) float64 {
		return ratio((1+square)*b.tp, (1+square)*b.tp+square*b.fn+b.fp, n,
			"nothing is positive and nothing is labelled positive, F has no denominator")
	})
}

// averaged applies a function of two-class counts in one of scikit-learn's ways.
func (r *rows) averaged(a args, value func(binaryCounts) float64) (float64, error) {
	if a.text["average"] == "binary" {
		b, err := r.binary(a)
		if err != nil {
			return 0, err
		}
		return value(b), nil
	}
	c, err := r.confusion(a)
	if err != nil {
		return 0, err
	}
	var all binaryCounts
	mean, weighted, classes := 0.0, 0.0, c.occurring()
	for _, class := range classes {
		b := c.against(class)
		all.tp, all.fp, all.fn = all.tp+b.tp, all.fp+b.fp, all.fn+b.fn
		if a.text["average"] == "micro" {
			continue
		}
		v := value(b)
		mean += v / float64(len(classes))
		weighted += v * float64(c.truth[class]) / float64(c.n)
	}
	switch a.text["average"] {
	case "micro":
		return value(all), nil
	case "macro":
		return mean, nil
	default:
		return weighted, nil
	}
}

// mcc is Gorodkin's R_K, which is Matthews' coefficient for two classes.
func mcc(r *rows, a args, n *notes) (float64, error) {
	c, err := r.confusion(a)
	if err != nil {
		return 0, err
	}
	total, trace := float64(c.n), 0.0
	both, truth, guess := 0.0, 0.0, 0.0
	for i := range c.cells {
		t, g := float64(c.truth[i]), float64(c.guess[i])
		trace += float64(c.cells[i][i])
		both += t * g
		truth += t * t
		guess += g * g
	}
	spread := (total*total - truth) * (total*total - guess)
	if spread == 0 {
		n.add("zero_division", "all true or all predicted labels are the same; the value is 0 by convention")
		return 0, nil
	}
	return (trace*total - both) / math.Sqrt(spread), nil
}

// ppvAtBaseRate takes only the two rates from the data: the share of positives in
// a test set says nothing about operation.
func ppvAtBaseRate(r *rows, a args, n *notes) (float64, error) {
	b, err := r.binary(a)
	if err != nil {
		return 0, err
	}
	if b.tp+b.fn == 0 || b.fp+b.tn == 0 {
		return 0, r.singleClass(b.tp+b.fn > 0, "ppv_at_base_rate needs both classes")
	}
	value, defined := PPV(a.number["prior"], b.tp/(b.tp+b.fn), b.fp/(b.fp+b.tn))
	if !defined {
		n.add("zero_division", "nothing is labelled positive; the value is 0 by convention")
	}
	return value, nil
}

// PPV is the precision of a detector with the given true and false positive
// rates where the share of positives is prior (Bayes' rule, Axelsson 2000).
// It is undefined, and 0, where nothing would be labelled positive.
func PPV(prior, tpr, fpr float64) (value float64, defined bool) {
	alarms := prior*tpr + (1-prior)*fpr
	if alarms == 0 {
		return 0, false
	}
	return prior * tpr / alarms, true
}
