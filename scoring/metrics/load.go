package metrics

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"incubator/platform/errs"
)

// loader fills a table from a file, one reader function for each column.
type loader struct {
	table  *table
	limits Limits
	keyer  keyer
	roles  []Role
	names  []string
	read   []func(cell) string // returns the problem with the cell, "" for none
	finish func()              // completes the columns after the last row
}

// load reads a whole file with an id on each row.
func load(ctx context.Context, src Source, schema Schema, limits Limits, ids keyer) (*table, error) {
	rows, closer, err := openRows(ctx, src, limits)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	roles, err := schema.resolve(rows, src.Name)
	if err != nil {
		return nil, err
	}
	l := &loader{
		table:  &table{file: src.Name, names: schema, ascending: true},
		limits: limits, keyer: ids, roles: roles, names: schema.names(roles), finish: func() {},
	}
	rows.want(l.names)
	for _, role := range roles {
		l.read = append(l.read, l.reader(role))
	}
	if err := l.run(rows, src.Size); err != nil {
		return nil, err
	}
	if l.table.rows == 0 {
		return nil, errs.New(errs.Invalid, "%s has no data rows", src.Name)
	}
	return l.table, nil
}

// sampleRows is how many rows are read before the columns are sized.
const sampleRows = 4096

// run reads rows until the end, the first fault, or the limit.
func (l *loader) run(rows rowReader, size int64) error {
	cells := make([]cell, len(l.roles))
	sampled := 0
	for t := l.table; ; t.rows++ {
		err := rows.next(cells)
		if err == io.EOF {
			l.finish()
			return nil
		}
		if err != nil {
			return err
		}
		if t.rows == l.limits.MaxRows {
			return errs.New(errs.Invalid, "%s has more than %d data rows", t.file, l.limits.MaxRows)
		}
		if t.rows == 0 {
			t.firstLine = rows.line()
		}
		if t.rows < sampleRows {
			sampled += lineBytes(cells)
			if t.rows == sampleRows-1 {
				l.reserve(size, sampled)
			}
		}
		for i, read := range l.read {
			if problem := read(cells[i]); problem != "" {
				return invalidRow(t.file, rows.line(), l.names[i], string(cells[i].text), problem)
			}
		}
	}
}

// lineBytes is the least that the row can take in its file.
func lineBytes(cells []cell) int {
	total := len(cells)
	for _, c := range cells {
		total += len(c.text)
	}
	return total
}

// reserve sizes the columns from the bytes that the first rows took, so that
// they are not copied while they grow. The size is only a hint.
func (l *loader) reserve(size int64, sampled int) {
	expected := min(size*sampleRows/int64(max(sampled, 1)), int64(l.limits.MaxRows))
	t, rows := l.table, int(expected)
	t.keys = reserved(t.keys, rows)
	t.score = reserved(t.score, rows)
	t.label = reserved(t.label, rows)
	t.cluster = reserved(t.cluster, rows)
	t.times = reserved(t.times, rows)
}

// reserved leaves columns that nobody reads alone.
func reserved[T any](column []T, rows int) []T {
	if column == nil || rows <= cap(column) {
		return column
	}
	return append(make([]T, 0, rows), column...)
}

func (l *loader) reader(role Role) func(cell) string {
	switch role {
	case RoleID:
		return l.readID
	case RoleScore:
		return l.readScore
	case RoleLabel:
		return l.labelReader()
	case RoleCluster:
		return l.clusterReader()
	default:
		return l.readTime
	}
}

const missingValue = "the value is missing"

// readID takes numbers and text alike: 7 and "7" are the same id, 7 and 7.0 are not.
func (l *loader) readID(c cell) string {
	if len(c.text) == 0 {
		return missingValue
	}
	if c.kind == jsonBool {
		return "is not an id"
	}
	t := l.table
	k := l.keyer.key(c.text)
	if n := len(t.keys); n > 0 && !t.keys[n-1].less(k) {
		t.ascending = false
	}
	t.keys = append(t.keys, k)
	return ""
}

// readScore refuses numbers in JSON strings: the sender's types are wrong then.
func (l *loader) readScore(c cell) string {
	if len(c.text) == 0 {
		return missingValue
	}
	value, ok := parseFloat(c.text)
	if !ok || c.kind == jsonString || c.kind == jsonBool {
		return "is not a finite number"
	}
	l.table.score = append(l.table.score, value)
	return ""
}

func (l *loader) readTime(c cell) string {
	if len(c.text) == 0 {
		return missingValue
	}
	at, problem := parseInstant(c.text)
	l.table.times = append(l.table.times, at)
	return problem
}

// labelReader interns labels. The label of the row before is tried first, then
// a table of one-byte labels, then a map.
func (l *loader) labelReader() func(cell) string {
	var short [256]uint32 // position plus one
	known := map[string]uint32{}
	add := func(text []byte) uint32 {
		t := l.table
		position := uint32(len(t.classes))
		t.classes = append(t.classes, class{string(text), t.rows})
		known[string(text)] = position
		if len(text) == 1 {
			short[text[0]] = position + 1
		}
		return position
	}
	return func(c cell) string {
		t, text := l.table, c.text
		if len(text) == 1 && short[text[0]] > 0 {
			t.label = append(t.label, short[text[0]]-1)
			return ""
		}
		if len(text) == 0 {
			return missingValue
		}
		text = canonical(text)
		if n := len(t.label); n > 0 && t.classes[t.label[n-1]].name == string(text) {
			t.label = append(t.label, t.label[n-1])
			return ""
		}
		position, ok := known[string(text)]
		if !ok {
			if len(t.classes) == l.limits.MaxClasses {
				return fmt.Sprintf("is one label more than the %d allowed", l.limits.MaxClasses)
			}
			position = add(bytes.Clone(text))
		}
		t.label = append(t.label, position)
		return ""
	}
}

// clusterReader interns clusters in batches; finish interns what is left.
func (l *loader) clusterReader() func(cell) string {
	interned := newKeyTable(0, l.keyer.salt())
	pending := make([]key, 0, batch)
	flush := func() {
		t := l.table
		var ids [batch]uint32
		interned.internAll(pending, ids[:])
		t.cluster = append(t.cluster, ids[:len(pending)]...)
		t.clusters = len(interned.keys)
		pending = pending[:0]
	}
	l.finish = flush
	return func(c cell) string {
		if len(c.text) == 0 {
			return missingValue
		}
		if pending = append(pending, l.keyer.key(c.text)); len(pending) == batch {
			flush()
		}
		return ""
	}
}
