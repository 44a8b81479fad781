package metrics

import (
	"math"
)

func probabilityMetrics() []Metric {
	metric := func(m Metric) Metric {
		m.Direction = Lower
		m.Truth, m.Prediction = []Role{RoleLabel}, []Role{RoleScore}
		m.Params = append([]Param{positiveParam}, m.Params...)
		return m
	}
	return []Metric{
		metric(Metric{
			Name: "log_loss", Title: "Log loss",
			Definition: "The mean negative logarithm of the probability given to the true class.",
			Source:     "Good 1952; scikit-learn log_loss", Range: Range{0, math.Inf(1)}, Unit: "nats",
			Params: []Param{{
				Name: "eps", Kind: Number, Default: "2.220446049250313e-16", Min: 0, Max: 0.5, OpenMin: true,
				Help: "probabilities are kept this far from 0 and 1",
			}},
			rows: logLoss,
		}),
		metric(Metric{
			Name: "brier", Aliases: []string{"brier_score_loss", "brier_score"}, Title: "Brier score",
			Definition: "The mean squared difference between the probability given and the outcome, 0 or 1.",
			Source:     "Brier 1950", Range: Range{0, 1}, Unit: "ratio", rows: brier,
		}),
	}
}

// eachProbability visits the truth and the probability of every row, and refuses
// scores that are no probabilities.
func (r *rows) eachProbability(a args, n *notes, visit func(positive bool, p float64)) error {
	positive, err := r.positive(a)
	if err != nil {
		return err
	}
	positives := 0
	for i, label := range r.truth.label {
		p := r.prediction.score[i]
		if p < 0 || p > 1 {
			return r.notProbability(i)
		}
		if int(label) == positive {
			positives++
		}
		visit(int(label) == positive, p)
	}
	if positives == 0 || positives == r.n {
		n.singleClass()
	}
	return nil
}

// logLoss clips like scikit-learn, which keeps one confident mistake from being
// infinite, and says when it did.
func logLoss(r *rows, a args, n *notes) (float64, error) {
	var total sum
	eps, clipped := a.number["eps"], false
	err := r.eachProbability(a, n, func(positive bool, p float64) {
		own := p
		if !positive {
			own = 1 - p
		}
		clipped = clipped || own < eps
		total.add(-math.Log(min(max(own, eps), 1-eps)))
	})
	if clipped {
		n.add("clipped_probability", "a true class was given the probability 0; eps was used instead")
	}
	return total.value() / float64(r.n), err
}

// brier is the two-class form, half of Brier's original sum over the classes.
func brier(r *rows, a args, n *notes) (float64, error) {
	var total sum
	err := r.eachProbability(a, n, func(positive bool, p float64) {
		if positive {
			p = 1 - p
		}
		total.add(p * p)
	})
	return total.value() / float64(r.n), err
}
