package metrics

func clusteringMetrics() []Metric {
	metric := func(name, title, definition, source string, value func(*rows, args, *notes) (float64, error)) Metric {
		return Metric{
			Name: name, Title: title, Definition: definition, Source: source,
			Direction: Higher, Range: Range{0, 1}, Unit: "ratio",
			Truth: []Role{RoleCluster}, Prediction: []Role{RoleCluster}, rows: value,
		}
	}
	const bagga = "Bagga and Baldwin 1998, Algorithms for scoring coreference chains"
	const rosenberg = "Rosenberg and Hirschberg 2007, V-measure"
	const pairs = "Menestrina, Whang and Garcia-Molina 2010, Evaluating entity resolution results"
	all := []Metric{
		metric("pairwise_precision", "Pairwise precision",
			"The share of pairs put together that belong together.", pairs, pairwisePrecision),
		metric("pairwise_recall", "Pairwise recall",
			"The share of pairs that belong together that were put together.", pairs, pairwiseRecall),
		metric("pairwise_f1", "Pairwise F1",
			"The harmonic mean of pairwise precision and pairwise recall.", pairs, pairwiseF1),
		metric("bcubed_precision", "B-cubed precision",
			"The mean over the items of the share of their predicted cluster that is of their true cluster.", bagga, bcubedPrecision),
		metric("bcubed_recall", "B-cubed recall",
			"The mean over the items of the share of their true cluster that is in their predicted cluster.", bagga, bcubedRecall),
		metric("bcubed_f1", "B-cubed F1",
			"The harmonic mean of B-cubed precision and B-cubed recall.", bagga, bcubedF1),
		metric("homogeneity", "Homogeneity",
			"One minus the entropy of the true clusters given the predicted, over that of the true clusters.", rosenberg, homogeneity),
		metric("completeness", "Completeness",
			"One minus the entropy of the predicted clusters given the true, over that of the predicted clusters.", rosenberg, completeness),
		metric("v_measure", "V-measure",
			"The weighted harmonic mean of homogeneity and completeness.", rosenberg, vMeasure),
		metric("adjusted_rand", "Adjusted Rand index",
			"The share of pairs treated alike by both clusterings, adjusted for chance.", "Hubert and Arabie 1985", adjustedRand),
	}
	for i := range all {
		switch all[i].Name {
		case "homogeneity", "completeness":
			all[i].Aliases = []string{all[i].Name + "_score"}
		case "v_measure":
			all[i].Aliases = []string{"v_measure_score"}
			all[i].Params = []Param{{
				Name: "beta", Kind: Number, Default: "1", Min: 0, Max: 1e6,
				Help: "the weight of completeness against homogeneity",
			}}
		case "adjusted_rand":
			all[i].Aliases = []string{"adjusted_rand_score"}
			all[i].Range = Range{-0.5, 1}
		}
	}
	return all
}

func bcubedPrecision(r *rows, _ args, _ *notes) (float64, error) {
	return r.clusters().bcubedPrecision(), nil
}

func bcubedRecall(r *rows, _ args, _ *notes) (float64, error) {
	return r.clusters().bcubedRecall(), nil
}

func bcubedF1(r *rows, _ args, _ *notes) (float64, error) {
	c := r.clusters()
	return harmonic(c.bcubedPrecision(), c.bcubedRecall()), nil
}

func homogeneity(r *rows, _ args, _ *notes) (float64, error) {
	return r.clusters().homogeneity(), nil
}

func completeness(r *rows, _ args, _ *notes) (float64, error) {
	return r.clusters().completeness(), nil
}

// vMeasure is 0 where homogeneity and completeness both are.
func vMeasure(r *rows, a args, _ *notes) (float64, error) {
	c, beta := r.clusters(), a.number["beta"]
	h, k := c.homogeneity(), c.completeness()
	if beta*h+k == 0 {
		return 0, nil
	}
	return (1 + beta) * h * k / (beta*h + k), nil
}

func pairwisePrecision(r *rows, _ args, n *notes) (float64, error) {
	p := r.clusters().pairs()
	return p.share(p.guess, p.truth, n, "nothing is put together"), nil
}

func pairwiseRecall(r *rows, _ args, n *notes) (float64, error) {
	p := r.clusters().pairs()
	return p.share(p.truth, p.guess, n, "nothing belongs together"), nil
}

func pairwiseF1(r *rows, a args, n *notes) (float64, error) {
	precision, _ := pairwisePrecision(r, a, n)
	recall, _ := pairwiseRecall(r, a, n)
	return harmonic(precision, recall), nil
}

// adjustedRand is 1 for equal clusterings, also where the adjustment divides by 0.
func adjustedRand(r *rows, _ args, _ *notes) (float64, error) {
	c := r.clusters()
	p := c.pairs()
	tp, fp, fn := float64(p.both), float64(p.guess-p.both), float64(p.truth-p.both)
	if fp == 0 && fn == 0 {
		return 1, nil
	}
	n := float64(r.n)
	tn := n*(n-1)/2 - tp - fp - fn
	return 2 * (tp*tn - fn*fp) / ((tp+fn)*(fn+tn) + (tp+fp)*(fp+tn)), nil
}

// harmonic is 0 where both are.
func harmonic(a, b float64) float64 {
	if a+b == 0 {
		return 0
	}
	return 2 * a * b / (a + b)
}
