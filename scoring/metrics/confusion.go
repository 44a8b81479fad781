package metrics

import (
	"fmt"
	"slices"

	"incubator/platform/errs"
)

// defaultThreshold turns a score into a label where no threshold is given.
const defaultThreshold = 0.5

// confusion counts rows by true class (first index) and predicted class. Classes
// that occur in neither file are left out.
type confusion struct {
	n        uint64
	cells    [][]uint64
	truth    []uint64 // rows of each true class
	guess    []uint64 // rows of each predicted class
	positive int      // −1 when unknown or absent
	twoSided bool     // made of scores, so there are only positive and the rest
}

// binaryCounts are the four cells of a two-class confusion.
type binaryCounts struct{ tp, fp, fn, tn float64 }

// confusion counts the labels as they are. With a threshold, or a prediction
// that has only scores, both sides are positive or not.
func (r *rows) confusion(a args) (*confusion, error) {
	if a.given("threshold") || r.prediction.label == nil {
		positive, err := r.positive(a)
		if err != nil {
			return nil, err
		}
		return r.thresholded(positive, a), nil
	}
	return r.byClass(a), nil
}

// thresholded counts class 0, the rest, and class 1, the positive one.
func (r *rows) thresholded(positive int, a args) *confusion {
	threshold := defaultThreshold
	if a.given("threshold") {
		threshold = a.number["threshold"]
	}
	cells := square(2)
	for i, label := range r.truth.label {
		truth, guess := 0, 0
		if int(label) == positive {
			truth = 1
		}
		if r.prediction.score[i] >= threshold {
			guess = 1
		}
		cells[truth][guess]++
	}
	c := newConfusion(cells)
	c.positive, c.twoSided = 1, true
	return c
}

// byClass numbers the classes of the truth first, then those of the prediction alone.
func (r *rows) byClass(a args) *confusion {
	names := make([]string, len(r.truth.classes))
	for i, c := range r.truth.classes {
		names[i] = c.name
	}
	position := make([]int, len(r.prediction.classes))
	for i, c := range r.prediction.classes {
		at := slices.Index(names, c.name)
		if at < 0 {
			at = len(names)
			names = append(names, c.name)
		}
		position[i] = at
	}
	cells := square(len(names))
	for i, label := range r.truth.label {
		cells[label][position[r.prediction.label[i]]]++
	}
	wanted := "1"
	if a.given("positive") {
		wanted = string(canonical([]byte(a.text["positive"])))
	}
	c := newConfusion(cells)
	c.positive = slices.Index(names, wanted)
	return c
}

// square allocates all rows at once: the classes are bounded, so the table is small.
func square(size int) [][]uint64 {
	cells, flat := make([][]uint64, size), make([]uint64, size*size)
	for i := range cells {
		cells[i] = flat[i*size : (i+1)*size]
	}
	return cells
}

// newConfusion adds up the margins.
func newConfusion(cells [][]uint64) *confusion {
	c := &confusion{
		cells: cells, truth: make([]uint64, len(cells)), guess: make([]uint64, len(cells)), positive: -1,
	}
	for i, row := range cells {
		for j, count := range row {
			c.n += count
			c.truth[i] += count
			c.guess[j] += count
		}
	}
	return c
}

// occurring lists the classes that at least one file has among the joined rows.
func (c *confusion) occurring() []int {
	var classes []int
	for i := range c.cells {
		if c.truth[i]+c.guess[i] > 0 {
			classes = append(classes, i)
		}
	}
	return classes
}

// against counts one class against the rest.
func (c *confusion) against(class int) binaryCounts {
	if class < 0 {
		return binaryCounts{tn: float64(c.n)}
	}
	tp := c.cells[class][class]
	fp, fn := c.guess[class]-tp, c.truth[class]-tp
	return binaryCounts{
		tp: float64(tp), fp: float64(fp), fn: float64(fn), tn: float64(c.n - tp - fp - fn),
	}
}

// binary returns the counts of the positive class. Without the parameter
// positive, labels other than 0 and 1 are refused on either side.
func (r *rows) binary(a args) (binaryCounts, error) {
	c, err := r.confusion(a)
	if err != nil {
		return binaryCounts{}, err
	}
	if c.twoSided {
		return c.against(1), nil
	}
	if !a.given("positive") {
		if err := onlyBinary(r.truth); err != nil {
			return binaryCounts{}, truthFault(err)
		}
		if err := onlyBinary(r.prediction); err != nil {
			return binaryCounts{}, err
		}
	} else if c.positive < 0 {
		return binaryCounts{}, errs.New(errs.Invalid, "neither %s nor %s has the positive label %q",
			r.truth.file, r.prediction.file, cut(a.text["positive"]))
	}
	return c.against(c.positive), nil
}

// ratio divides, or warns and returns 0 where nothing can be divided by.
func ratio(part, whole float64, n *notes, what string) float64 {
	if whole == 0 {
		n.add("zero_division", fmt.Sprintf("%s; the value is 0 by convention", what))
		return 0
	}
	return part / whole
}
