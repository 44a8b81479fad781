package metrics

import (
	"bytes"
	"slices"
)

// table holds the columns of one file, one entry for each row. Columns that no
// metric reads stay nil.
type table struct {
	file      string
	firstLine int // line number of row 0
	names     Schema
	rows      int

	keys      []key
	ascending bool // the keys rise strictly, so they are distinct

	score   []float64
	label   []uint32 // position in classes
	classes []class
	cluster []uint32 // from 0 to clusters−1, in order of appearance
	times   []int64  // microseconds since the epoch

	clusters int

	// origin is set by reorder: the row of the file that each row was.
	origin []uint32
}

// class is one distinct label and the row of the file that has it first.
type class struct {
	name string
	row  int
}

// line returns the line of a row in the file.
func (t *table) line(row int) int {
	if t.origin != nil {
		row = int(t.origin[row])
	}
	return t.firstLine + row
}

// canonical maps the spellings of the two binary labels to 0 and 1.
func canonical(label []byte) []byte {
	switch {
	case len(label) == 1:
		return label
	case bytes.EqualFold(label, []byte("true")), bytes.Equal(label, []byte("1.0")):
		return []byte{'1'}
	case bytes.EqualFold(label, []byte("false")), bytes.Equal(label, []byte("0.0")):
		return []byte{'0'}
	}
	return label
}

// classOf returns the position of a class, or −1.
func (t *table) classOf(name string) int {
	return slices.IndexFunc(t.classes, func(c class) bool { return c.name == name })
}

// reorder returns a table whose row i is this one's row order[i]. Keys are left behind.
func (t *table) reorder(order []uint32) *table {
	moved := *t
	moved.rows = len(order)
	moved.keys, moved.ascending = nil, false
	moved.origin = order
	if t.origin != nil {
		moved.origin = gather(t.origin, order)
	}
	moved.score = gather(t.score, order)
	moved.label = gather(t.label, order)
	moved.cluster = gather(t.cluster, order)
	moved.times = gather(t.times, order)
	return &moved
}

// gather keeps a column that was not read nil.
func gather[T any](column []T, order []uint32) []T {
	if column == nil {
		return nil
	}
	out := make([]T, len(order))
	for i, row := range order {
		out[i] = column[row]
	}
	return out
}
