package main

import (
	"math"
	"slices"
)

// rareBelow leaves out features with fewer apps: they cannot carry over.
const rareBelow = 15

// halfLife is how many months make a training app count half.
const halfLife = 14.0

// training is the training set as sparse rows of binary features.
type training struct {
	vocabulary vocabulary
	rows       [][]int32
	labels     []float64
	weights    []float64
}

// load reads the labelled apps. Columns are numbered in the order of their
// names, so the model does not depend on the order of maps.
func load(path string) (*training, error) {
	var named [][]string
	var times []int
	set := &training{vocabulary: vocabulary{number: map[string]int32{}}}
	count := map[string]int{}
	err := each(path, func(a *app) {
		list := features(a)
		for _, name := range list {
			count[name]++
		}
		named = append(named, list)
		times = append(times, monthOf(a.FirstSeen))
		set.labels = append(set.labels, float64(a.Label))
	})
	if err != nil {
		return nil, err
	}
	for name, n := range count {
		if n >= rareBelow {
			set.vocabulary.names = append(set.vocabulary.names, name)
		}
	}
	slices.Sort(set.vocabulary.names)
	for i, name := range set.vocabulary.names {
		set.vocabulary.number[name] = int32(i)
	}
	newest := 0
	for _, t := range times {
		newest = max(newest, t)
	}
	for i, list := range named {
		var row []int32
		for _, name := range list {
			if n, ok := set.vocabulary.number[name]; ok {
				row = append(row, n)
			}
		}
		set.rows = append(set.rows, row)
		set.weights = append(set.weights, math.Exp2(float64(times[i]-newest)/halfLife))
	}
	return set, nil
}

// monthOf counts months since year 0; 0 when there is no date.
func monthOf(date string) int {
	if len(date) < 7 {
		return 0
	}
	number := func(s string) int {
		n := 0
		for _, c := range s {
			n = n*10 + int(c-'0')
		}
		return n
	}
	return number(date[:4])*12 + number(date[5:7])
}
