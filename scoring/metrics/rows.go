package metrics

import (
	"strconv"
	"sync"
)

// rows is the joined data that row metrics read: row i of both tables has the
// same id. What several metrics derive from it is computed once.
type rows struct {
	n                 int
	truth, prediction *table

	curves      map[int]*curve // by positive class
	contingency *contingency
}

func newJoined(truth, prediction *table) *rows {
	return &rows{n: truth.rows, truth: truth, prediction: prediction, curves: map[int]*curve{}}
}

// subset returns the rows at the given positions.
func (r *rows) subset(order []uint32) *rows {
	return newJoined(r.truth.reorder(order), r.prediction.reorder(order))
}

// positive finds the class of the truth that counts as positive: the parameter
// of that name, else "1", and then every label must be 0 or 1. It is −1 when
// the truth has no such row.
func (r *rows) positive(a args) (int, error) {
	if a.given("positive") {
		return r.truth.classOf(string(canonical([]byte(a.text["positive"])))), nil
	}
	if err := onlyBinary(r.truth); err != nil {
		return 0, truthFault(err)
	}
	return r.truth.classOf("1"), nil
}

// onlyBinary refuses labels other than 0 and 1.
func onlyBinary(t *table) error {
	for _, c := range t.classes {
		if c.name != "0" && c.name != "1" {
			return invalidRow(t.file, t.firstLine+c.row, t.names.name(RoleLabel), c.name,
				"is neither 0 nor 1; name the positive label with the parameter positive")
		}
	}
	return nil
}

// curve holds the scores of both classes in rising order, as sortable integers.
type curve struct{ pos, neg []uint64 }

// curve sorts the scores once for each positive class.
func (r *rows) curve(a args) (*curve, error) {
	positive, err := r.positive(a)
	if err != nil {
		return nil, err
	}
	if known := r.curves[positive]; known != nil {
		return known, nil
	}
	count := 0
	for _, label := range r.truth.label {
		if int(label) == positive {
			count++
		}
	}
	c := r.split(positive, count)
	c.sort()
	r.curves[positive] = c
	return c, nil
}

// twoClasses is curve for a metric that means nothing without both classes.
func (r *rows) twoClasses(a args, metric string) (*curve, error) {
	c, err := r.curve(a)
	if err == nil && (len(c.pos) == 0 || len(c.neg) == 0) {
		err = r.singleClass(len(c.pos) > 0, metric+" needs both classes")
	}
	return c, err
}

func (r *rows) singleClass(positives bool, need string) error {
	only := "negative"
	if positives {
		only = "positive"
	}
	return truthFault(invalidRow(r.truth.file, r.truth.line(0), r.truth.names.name(RoleLabel), "",
		"every row is "+only+"; "+need))
}

// split never needs the rows again: only the order of scores within a class counts.
func (r *rows) split(positive, count int) *curve {
	c := &curve{pos: make([]uint64, 0, count), neg: make([]uint64, 0, r.n-count)}
	for i, label := range r.truth.label {
		k := sortable(r.prediction.score[i])
		if int(label) == positive {
			c.pos = append(c.pos, k)
		} else {
			c.neg = append(c.neg, k)
		}
	}
	return c
}

// sort orders both classes at the same time.
func (c *curve) sort() {
	var both sync.WaitGroup
	both.Go(func() { c.pos = radixSort(c.pos, make([]uint64, len(c.pos))) })
	c.neg = radixSort(c.neg, make([]uint64, len(c.neg)))
	both.Wait()
}

// descend visits the distinct scores from high to low with the number of
// positives and negatives that have it, until visit returns false.
func (c *curve) descend(visit func(pos, neg uint64) bool) {
	p, n := len(c.pos), len(c.neg)
	for p > 0 || n > 0 {
		var top uint64
		if p > 0 {
			top = c.pos[p-1]
		}
		if n > 0 {
			top = max(top, c.neg[n-1])
		}
		pos, neg := uint64(0), uint64(0)
		for p > 0 && c.pos[p-1] == top {
			p--
			pos++
		}
		for n > 0 && c.neg[n-1] == top {
			n--
			neg++
		}
		if !visit(pos, neg) {
			return
		}
	}
}

func (r *rows) notProbability(row int) error {
	score := r.prediction.score[row]
	return invalidRow(r.prediction.file, r.prediction.line(row), r.prediction.names.name(RoleScore),
		strconv.FormatFloat(score, 'g', -1, 64), "is not a probability; from 0 to 1 is expected")
}
