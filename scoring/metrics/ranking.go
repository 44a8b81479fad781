package metrics

import (
	"fmt"
	"math"
)

var positiveParam = Param{
	Name: "positive", Kind: Text,
	Help: "the label that counts as positive; every other one is negative (default 1, with 0 as the only other)",
}

func rankingMetrics() []Metric {
	ranking := func(m Metric) Metric {
		m.Direction, m.Range, m.Unit = Higher, Range{0, 1}, "ratio"
		m.Truth, m.Prediction = []Role{RoleLabel}, []Role{RoleScore}
		m.Params = append([]Param{positiveParam}, m.Params...)
		return m
	}
	return []Metric{
		ranking(Metric{
			Name: "roc_auc", Aliases: []string{"roc_auc_score"}, Title: "ROC AUC",
			Definition: "The probability that a random positive scores higher than a random negative, ties counted half.",
			Source:     "Fawcett 2006, An introduction to ROC analysis; Mann and Whitney 1947",
			rows:       rocAUC,
		}),
		ranking(Metric{
			Name: "average_precision", Aliases: []string{"average_precision_score"}, Title: "Average precision",
			Definition: "The sum over all thresholds of precision times the gain in recall, without interpolation.",
			Source:     "Zhu 2004; scikit-learn average_precision_score",
			rows:       averagePrecision,
		}),
		ranking(Metric{
			Name: "tpr_at_fpr", Title: "True positive rate at a false positive rate",
			Definition: "The greatest true positive rate of a threshold whose false positive rate is at most alpha, without interpolation.",
			Source:     "Operating point of the empirical ROC curve, Fawcett 2006",
			Params: []Param{{
				Name: "alpha", Kind: Number, Default: "0.001", Min: 0, Max: 1,
				Help: "the greatest false positive rate allowed",
			}},
			rows: tprAtFPR,
		}),
	}
}

// rocAUC counts in whole numbers: twice the number of ordered pairs fits 64 bits
// for any file within the row limit.
func rocAUC(r *rows, a args, _ *notes) (float64, error) {
	c, err := r.twoClasses(a, "roc_auc")
	if err != nil {
		return 0, err
	}
	below, twice := uint64(len(c.neg)), uint64(0)
	c.descend(func(pos, neg uint64) bool {
		below -= neg
		twice += pos * (2*below + neg)
		return true
	})
	return float64(twice) / 2 / (float64(len(c.pos)) * float64(len(c.neg))), nil
}

// averagePrecision needs a positive; without a negative it is 1, with a warning.
func averagePrecision(r *rows, a args, n *notes) (float64, error) {
	c, err := r.curve(a)
	if err != nil {
		return 0, err
	}
	if len(c.pos) == 0 {
		return 0, r.singleClass(false, "average_precision needs a positive one")
	}
	if len(c.neg) == 0 {
		n.singleClass()
	}
	var area sum
	tp, seen := uint64(0), uint64(0)
	c.descend(func(pos, neg uint64) bool {
		tp += pos
		seen += pos + neg
		area.add(float64(pos) * (float64(tp) / float64(seen)))
		return true
	})
	return area.value() / float64(len(c.pos)), nil
}

// tprAtFPR goes down the thresholds as long as the false alarms are within alpha.
// Rows that tie are accepted or refused together.
func tprAtFPR(r *rows, a args, n *notes) (float64, error) {
	c, err := r.twoClasses(a, "tpr_at_fpr")
	if err != nil {
		return 0, err
	}
	alpha, negatives := a.number["alpha"], float64(len(c.neg))
	if negatives*alpha < 1 && alpha > 0 {
		n.add("few_negatives", fmt.Sprintf(
			"%d negatives cannot resolve a false positive rate of %g: no false alarm at all is allowed", len(c.neg), alpha))
	}
	tp, fp, best := uint64(0), uint64(0), uint64(0)
	c.descend(func(pos, neg uint64) bool {
		tp += pos
		fp += neg
		if float64(fp)/negatives > alpha {
			return false
		}
		best = tp
		return true
	})
	return float64(best) / float64(len(c.pos)), nil
}

// sum adds with Neumaier's compensation, so that ten million terms keep 15 digits.
type sum struct{ total, lost float64 }

// add keeps what the addition rounds off, from whichever term is smaller.
func (s *sum) add(value float64) {
	next := s.total + value
	if math.Abs(s.total) >= math.Abs(value) {
		s.lost += s.total - next + value
	} else {
		s.lost += value - next + s.total
	}
	s.total = next
}

func (s *sum) value() float64 { return s.total + s.lost }
