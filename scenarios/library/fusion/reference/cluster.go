package main

import "slices"

// maxBlock skips blocks so large that they prove nothing and cost a lot.
const maxBlock = 400

// pair is an edge with positive evidence; i is before j in time.
type pair struct {
	i, j  int
	score float64
}

// candidates returns the pairs worth scoring: those that share an indicator,
// a victim or both actor and malware, within the time window.
func candidates(m *matcher) []pair {
	blocks := map[string][]int{}
	for indicator, holders := range m.holders {
		blocks[indicator] = holders
	}
	for i, r := range m.reports {
		if r.victim != "" {
			blocks["victim/"+r.victim] = append(blocks["victim/"+r.victim], i)
		}
		if r.contact != "" {
			blocks["contact/"+r.contact] = append(blocks["contact/"+r.contact], i)
		}
	}
	seen := map[[2]int]bool{}
	var pairs []pair
	for _, block := range blocks {
		if len(block) > maxBlock {
			continue
		}
		for at, i := range block {
			for _, j := range block[at+1:] {
				if m.reports[j].time()-m.reports[i].time() > maxHours {
					break
				}
				if key := [2]int{i, j}; !seen[key] {
					seen[key] = true
					if s := m.score(i, j); s > 0 {
						pairs = append(pairs, pair{i, j, s})
					}
				}
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if a.score != b.score {
			return cmpFloat(b.score, a.score)
		}
		if a.i != b.i {
			return a.i - b.i
		}
		return a.j - b.j
	})
	return pairs
}

// cluster merges along the best pairs first, as long as the average score over
// all pairs between the two clusters stays positive. It returns a cluster
// number for each report.
func cluster(m *matcher) []int {
	label := make([]int, len(m.reports))
	members := make([][]int, len(m.reports))
	for i := range label {
		label[i], members[i] = i, []int{i}
	}
	for _, p := range candidates(m) {
		a, b := label[p.i], label[p.j]
		if a == b || m.between(members[a], members[b]) <= 0 {
			continue
		}
		if len(members[a]) < len(members[b]) {
			a, b = b, a
		}
		for _, i := range members[b] {
			label[i] = a
		}
		members[a], members[b] = append(members[a], members[b]...), nil
	}
	return label
}

// between is the average pair score of two clusters (average linkage): one
// strong link cannot join what many pairs contradict.
func (m *matcher) between(a, b []int) float64 {
	sum := 0.0
	for _, i := range a {
		for _, j := range b {
			sum += m.score(i, j)
		}
	}
	return sum / float64(len(a)*len(b))
}
