package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Settings, chosen on the public set by training on its first months.
const (
	rounds    = 200
	depth     = 4
	shrinkage = 0.11
	rowShare  = 0.7
	leafL2    = 4.0
	minWeight = 3.0 // least sum of second derivatives on a side of a split
)

// node is one split on a binary feature, or a leaf where feature is negative.
// Children of node i are 2i+1 (feature absent) and 2i+2 (present).
type node struct {
	feature int32
	value   float64
}

// tree is a complete binary tree in an array.
type tree []node

// model sums the trees in log odds, on top of the base rate.
type model struct {
	base  float64
	trees []tree
}

// fit trains boosted trees on the logistic loss (Friedman 2001, with the
// second-order leaf values of Chen and Guestrin 2016).
func fit(set *training) *model {
	positive, total := 1.0, 2.0
	for i, label := range set.labels {
		positive += label * set.weights[i]
		total += set.weights[i]
	}
	m := &model{base: math.Log(positive / (total - positive))}
	margin := make([]float64, len(set.rows))
	for i := range margin {
		margin[i] = m.base
	}
	source := rand.New(rand.NewPCG(1, 2))
	grow := newGrower(set)
	for range rounds {
		for i, label := range set.labels {
			p := sigmoid(margin[i])
			grow.gradient[i] = set.weights[i] * (label - p)
			grow.hessian[i] = set.weights[i] * p * (1 - p)
		}
		t := grow.tree(source)
		for i, row := range set.rows {
			margin[i] += t.value(row)
		}
		m.trees = append(m.trees, t)
	}
	return m
}

func (m *model) probability(row []int32) float64 {
	margin := m.base
	for _, t := range m.trees {
		margin += t.value(row)
	}
	return sigmoid(margin)
}

// value walks to the leaf of a row of sorted feature numbers.
func (t tree) value(row []int32) float64 {
	at := 0
	for t[at].feature >= 0 {
		if _, present := slices.BinarySearch(row, t[at].feature); present {
			at = 2*at + 2
		} else {
			at = 2*at + 1
		}
	}
	return t[at].value
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// grower builds trees; its sums are reused from node to node.
type grower struct {
	set               *training
	gradient, hessian []float64
	sumG, sumH        []float64 // by feature, over the rows of a node that have it
}

func newGrower(set *training) *grower {
	n, width := len(set.rows), len(set.vocabulary.names)
	return &grower{set, make([]float64, n), make([]float64, n), make([]float64, width), make([]float64, width)}
}

// tree grows on a random part of the rows (stochastic gradient boosting).
func (g *grower) tree(source *rand.Rand) tree {
	t := make(tree, 1<<(depth+1)-1)
	var rows []int
	for i := range g.set.rows {
		if source.Float64() < rowShare {
			rows = append(rows, i)
		}
	}
	g.split(t, 0, rows)
	return t
}

// split fills node at with the best split of the rows, or with a leaf.
func (g *grower) split(t tree, at int, rows []int) {
	var totalG, totalH float64
	for _, i := range rows {
		totalG += g.gradient[i]
		totalH += g.hessian[i]
	}
	t[at] = node{-1, shrinkage * totalG / (totalH + leafL2)}
	if 2*at+2 >= len(t) {
		return
	}
	feature := g.best(rows, totalG, totalH)
	if feature < 0 {
		return
	}
	t[at].feature = feature
	var absent, present []int
	for _, i := range rows {
		if _, has := slices.BinarySearch(g.set.rows[i], feature); has {
			present = append(present, i)
		} else {
			absent = append(absent, i)
		}
	}
	g.split(t, 2*at+1, absent)
	g.split(t, 2*at+2, present)
}

// best returns the feature with the largest gain, or -1 when none has any.
func (g *grower) best(rows []int, totalG, totalH float64) int32 {
	clear(g.sumG)
	clear(g.sumH)
	for _, i := range rows {
		for _, f := range g.set.rows[i] {
			g.sumG[f] += g.gradient[i]
			g.sumH[f] += g.hessian[i]
		}
	}
	best, most := int32(-1), 1e-6+totalG*totalG/(totalH+leafL2)
	for f := range g.sumG {
		h := g.sumH[f]
		if h < minWeight || totalH-h < minWeight {
			continue
		}
		rest := totalG - g.sumG[f]
		gain := g.sumG[f]*g.sumG[f]/(h+leafL2) + rest*rest/(totalH-h+leafL2)
		if gain > most {
			best, most = int32(f), gain
		}
	}
	return best
}
