package metrics

import (
	"math"
	"math/bits"
)

// contingency counts how many rows each pair of a true and a predicted cluster
// shares. Only pairs that occur are kept.
type contingency struct {
	n     float64
	truth []uint32 // rows of each true cluster
	guess []uint32 // rows of each predicted cluster
	cells []overlap
}

// overlap is one cell: rows that a true and a predicted cluster share.
type overlap struct{ truth, guess, count uint32 }

// clusters builds the contingency once. The pairs are packed into integers and
// sorted, which at millions of clusters beats a map in time and memory.
func (r *rows) clusters() *contingency {
	if r.contingency != nil {
		return r.contingency
	}
	shift := bits.Len(uint(r.prediction.clusters))
	c := &contingency{
		n:     float64(r.n),
		truth: make([]uint32, r.truth.clusters),
		guess: make([]uint32, r.prediction.clusters),
	}
	packed := make([]uint64, r.n)
	for i, truth := range r.truth.cluster {
		guess := r.prediction.cluster[i]
		c.truth[truth]++
		c.guess[guess]++
		packed[i] = uint64(truth)<<shift | uint64(guess)
	}
	c.count(radixSort(packed, make([]uint64, r.n)), shift)
	r.contingency = c
	return c
}

// count turns the runs of equal sorted pairs into cells.
func (c *contingency) count(sorted []uint64, shift int) {
	distinct := 0
	for i, pair := range sorted {
		if i == 0 || pair != sorted[i-1] {
			distinct++
		}
	}
	c.cells = make([]overlap, 0, distinct)
	for i, pair := range sorted {
		if i == 0 || pair != sorted[i-1] {
			c.cells = append(c.cells, overlap{uint32(pair >> shift), uint32(pair & (1<<shift - 1)), 0})
		}
		c.cells[len(c.cells)-1].count++
	}
}

func (c *contingency) bcubedPrecision() float64 {
	var total sum
	for _, cell := range c.cells {
		total.add(float64(cell.count) * float64(cell.count) / float64(c.guess[cell.guess]))
	}
	return total.value() / c.n
}

func (c *contingency) bcubedRecall() float64 {
	var total sum
	for _, cell := range c.cells {
		total.add(float64(cell.count) * float64(cell.count) / float64(c.truth[cell.truth]))
	}
	return total.value() / c.n
}

// homogeneity is 1 where the truth is one cluster, as in the paper.
func (c *contingency) homogeneity() float64 {
	var conditional sum
	for _, cell := range c.cells {
		count := float64(cell.count)
		conditional.add(count * math.Log(float64(c.guess[cell.guess])/count))
	}
	return explained(conditional.value(), c.entropy(c.truth))
}

// completeness is homogeneity with the two sides exchanged.
func (c *contingency) completeness() float64 {
	var conditional sum
	for _, cell := range c.cells {
		count := float64(cell.count)
		conditional.add(count * math.Log(float64(c.truth[cell.truth])/count))
	}
	return explained(conditional.value(), c.entropy(c.guess))
}

// explained clips what rounding leaves outside of 0 to 1.
func explained(conditional, entropy float64) float64 {
	if entropy == 0 {
		return 1
	}
	return min(max(1-conditional/entropy, 0), 1)
}

// entropy returns n times the entropy of a clustering, in nats. It is exactly 0
// for a single cluster.
func (c *contingency) entropy(sizes []uint32) float64 {
	var total sum
	for _, size := range sizes {
		if size > 0 {
			total.add(float64(size) * math.Log(c.n/float64(size)))
		}
	}
	return total.value()
}

// pairCounts are numbers of unordered pairs of rows.
type pairCounts struct{ both, truth, guess uint64 }

// pairs counts without visiting pairs: only the sizes of cells and clusters matter.
func (c *contingency) pairs() pairCounts {
	var p pairCounts
	for _, cell := range c.cells {
		p.both += choose2(cell.count)
	}
	for _, size := range c.truth {
		p.truth += choose2(size)
	}
	for _, size := range c.guess {
		p.guess += choose2(size)
	}
	return p
}

// choose2 is the number of pairs among n rows; it fits for any file within the row limit.
func choose2(n uint32) uint64 { return uint64(n) * uint64(max(n, 1)-1) / 2 }

// share divides the common pairs by whole. Without any pair to divide by, the
// answer is perfect exactly when the other side has none either.
func (p pairCounts) share(whole, other uint64, n *notes, what string) float64 {
	if whole > 0 {
		return float64(p.both) / float64(whole)
	}
	n.add("no_pairs", what+"; the value is 1 where the other side has no pair either, else 0")
	if other == 0 {
		return 1
	}
	return 0
}
