package metrics

import (
	"context"
	"fmt"
)

const noRow = ^uint32(0)

// pairing is the outcome of matching the ids of both files.
type pairing struct {
	order   []uint32 // for each truth row its prediction row; nil when the rows agree
	unknown int      // prediction rows whose id the truth does not have
}

// joiner matches two tables and reports the first line at fault, whichever way
// the ids are matched.
type joiner struct {
	truth, prediction       *table
	truthSrc, predictionSrc Source
	allowExtra              bool
}

// join pairs the rows. Where both files list their ids in rising order no table
// of ids is built; otherwise 16 to 24 bytes are used for each truth row.
func (j joiner) join(ctx context.Context, salt key) (pairing, error) {
	if !j.truth.ascending || !j.prediction.ascending {
		return j.lookUp(ctx, salt)
	}
	if j.sameOrder() {
		return pairing{}, nil
	}
	return j.merge(ctx)
}

// sameOrder is the common case: a submission keeps the order it was given.
func (j joiner) sameOrder() bool {
	if j.truth.rows != j.prediction.rows {
		return false
	}
	for i, k := range j.truth.keys {
		if j.prediction.keys[i] != k {
			return false
		}
	}
	return true
}

// merge walks both rising lists at once. Rising ids cannot repeat.
func (j joiner) merge(ctx context.Context) (pairing, error) {
	truth, prediction := j.truth.keys, j.prediction.keys
	order := make([]uint32, len(truth))
	found, p := 0, 0
	for i, k := range truth {
		for p < len(prediction) && prediction[p].less(k) {
			p++
		}
		order[i] = noRow
		if p < len(prediction) && prediction[p] == k {
			order[i] = uint32(p)
			found++
			p++
		}
	}
	result := pairing{order: order, unknown: len(prediction) - found}
	return result, j.verify(ctx, result)
}

// lookUp finds every prediction in an index of the truth's ids.
func (j joiner) lookUp(ctx context.Context, salt key) (pairing, error) {
	ids, err := uniqueIDs(ctx, j.truth, j.truthSrc, salt)
	if err != nil {
		return pairing{}, truthFault(err)
	}
	result := pairing{order: make([]uint32, j.truth.rows)}
	for i := range result.order {
		result.order[i] = noRow
	}
	var extra []uint32
	var found [batch]uint32
	for start := 0; start < j.prediction.rows; start += batch {
		keys := j.prediction.keys[start:min(start+batch, j.prediction.rows)]
		ids.findAll(keys, found[:])
		for i, row := range found[:len(keys)] {
			p := start + i
			if row == noRow {
				extra = append(extra, uint32(p))
				continue
			}
			if first := result.order[row]; first != noRow {
				return pairing{}, duplicate(ctx, j.prediction, j.predictionSrc, int(first), p)
			}
			result.order[row] = uint32(p)
		}
	}
	result.unknown = len(extra)
	if err := j.uniqueExtras(ctx, extra, salt); err != nil {
		return pairing{}, err
	}
	return result, j.verify(ctx, result)
}

// uniqueExtras finds ids outside the truth that occur twice.
func (j joiner) uniqueExtras(ctx context.Context, extra []uint32, salt key) error {
	if len(extra) < 2 || !j.allowExtra {
		return nil
	}
	left := *j.prediction
	left.keys = gather(j.prediction.keys, extra)
	ids := newKeyTable(len(extra), salt)
	for i, k := range left.keys {
		if first := int(ids.intern(k)); first < i {
			return duplicate(ctx, j.prediction, j.predictionSrc, int(extra[first]), int(extra[i]))
		}
	}
	return nil
}

// verify refuses ids that only one of the files has.
func (j joiner) verify(ctx context.Context, p pairing) error {
	if p.unknown > 0 && !j.allowExtra {
		matched := make([]bool, j.prediction.rows)
		for _, row := range p.order {
			if row != noRow {
				matched[row] = true
			}
		}
		return j.report(ctx, j.prediction, j.predictionSrc, matched, p.unknown,
			"is not in "+j.truth.file)
	}
	matched, missing := make([]bool, j.truth.rows), 0
	for i, row := range p.order {
		matched[i] = row != noRow
		if row == noRow {
			missing++
		}
	}
	if missing == 0 {
		return nil
	}
	return j.report(ctx, j.truth, j.truthSrc, matched, missing, "has no row in "+j.prediction.file)
}

// report names the first row that is not matched and counts all of them.
func (j joiner) report(ctx context.Context, t *table, src Source, matched []bool, count int, reason string) error {
	row := 0
	for matched[row] {
		row++
	}
	if count > 1 {
		reason += fmt.Sprintf(" (%d ids in all)", count)
	}
	column := t.names.name(RoleID)
	return invalidRow(t.file, t.line(row), column, idText(ctx, t, src, row), reason)
}

// uniqueIDs indexes the ids of a table and refuses the first that occurs twice.
// The index shares the table's keys: as long as no key repeats, interning them
// in order writes each where it already is.
func uniqueIDs(ctx context.Context, t *table, src Source, salt key) (*keyTable, error) {
	ids := newKeyTable(t.rows, salt)
	ids.keys = t.keys[:0]
	var found [batch]uint32
	for start := 0; start < t.rows; start += batch {
		keys := t.keys[start:min(start+batch, t.rows)]
		ids.internAll(keys, found[:])
		for i, first := range found[:len(keys)] {
			if int(first) != start+i {
				return nil, duplicate(ctx, t, src, int(first), start+i)
			}
		}
	}
	return ids, nil
}

// duplicate names the later row; both have the same id.
func duplicate(ctx context.Context, t *table, src Source, first, second int) error {
	reason := fmt.Sprintf("occurs twice, first on line %d", t.line(first))
	return invalidRow(t.file, t.line(second), t.names.name(RoleID), idText(ctx, t, src, first), reason)
}

// idText returns the id of a row. A long id is read from the file again, since
// only its hash was kept; what goes wrong then leaves the id out of the message.
func idText(ctx context.Context, t *table, src Source, row int) string {
	if text, ok := t.keys[row].text(); ok {
		return text
	}
	rows, closer, err := openRows(ctx, src, Limits{}.withDefaults())
	if err != nil {
		return ""
	}
	defer closer.Close()
	rows.want([]string{t.names.name(RoleID)})
	cells := make([]cell, 1)
	for range row + 1 {
		if rows.next(cells) != nil {
			return ""
		}
	}
	return string(cells[0].text)
}

// apply returns both tables in truth order and lets go of the ids.
func (j joiner) apply(p pairing) (truth, prediction *table) {
	j.truth.keys, j.prediction.keys = nil, nil
	if p.order == nil {
		return j.truth, j.prediction
	}
	return j.truth, j.prediction.reorder(p.order)
}
