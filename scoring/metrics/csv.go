package metrics

import (
	"bytes"
	"fmt"
	"slices"
)

// maxColumns bounds the work of every row of a hostile file.
const maxColumns = 10_000

// csvReader reads RFC 4180 with two restrictions that keep every row on one
// line: a quoted field may not hold a line end, and no row may be shorter or
// longer than the header.
type csvReader struct {
	lines  *lineReader
	header []string
	slots  []int // for each field, its place among the wanted columns or -1
	quoted [][]byte
}

// newCSVReader reads the header. A name that occurs twice is refused, because it
// would be left to chance which column counts.
func newCSVReader(lines *lineReader) (*csvReader, error) {
	text, err := lines.next()
	if err != nil {
		return nil, err
	}
	r := &csvReader{lines: lines}
	fields, err := r.splitQuoted(text)
	if err != nil {
		return nil, err
	}
	if len(fields) > maxColumns {
		return nil, lines.fail("", fmt.Sprintf("the header has more than %d columns", maxColumns))
	}
	seen := make(map[string]bool, len(fields))
	for _, field := range fields {
		name := string(field)
		if seen[name] {
			return nil, lines.fail(name, "occurs twice in the header")
		}
		seen[name] = true
		r.header = append(r.header, name)
	}
	return r, nil
}

func (r *csvReader) has(column string) bool { return slices.Contains(r.header, column) }
func (r *csvReader) columns() []string      { return r.header }
func (r *csvReader) line() int              { return r.lines.line }

func (r *csvReader) want(columns []string) {
	r.slots = make([]int, len(r.header))
	for i, name := range r.header {
		r.slots[i] = slices.Index(columns, name)
	}
}

// next cuts the line at its commas; only a line with a quote takes the slow way.
func (r *csvReader) next(cells []cell) error {
	text, err := r.lines.next()
	if err != nil {
		return err
	}
	if r.lines.special && bytes.IndexByte(text, '"') >= 0 {
		return r.nextQuoted(text, cells)
	}
	for i, slot := range r.slots {
		field := text
		if i < len(r.slots)-1 {
			comma := bytes.IndexByte(text, ',')
			if comma < 0 {
				return r.wrongCount(i + 1)
			}
			field, text = text[:comma], text[comma+1:]
		} else if bytes.IndexByte(text, ',') >= 0 {
			return r.wrongCount(i + 1 + bytes.Count(text, comma))
		}
		if slot >= 0 {
			cells[slot] = cell{text: field, kind: csvText}
		}
	}
	return nil
}

var comma = []byte{','}

// nextQuoted splits the whole line, since a comma may be inside of quotes.
func (r *csvReader) nextQuoted(text []byte, cells []cell) error {
	fields, err := r.splitQuoted(text)
	if err != nil {
		return err
	}
	if len(fields) != len(r.slots) {
		return r.wrongCount(len(fields))
	}
	for i, slot := range r.slots {
		if slot >= 0 {
			cells[slot] = cell{text: fields[i], kind: csvText}
		}
	}
	return nil
}

func (r *csvReader) wrongCount(fields int) error {
	return r.lines.fail("", fmt.Sprintf("the row has %d fields, the header has %d", fields, len(r.header)))
}

// splitQuoted splits a line that may hold quoted fields. Doubled quotes are
// undone in place, which is safe because the line belongs to this reader.
func (r *csvReader) splitQuoted(text []byte) ([][]byte, error) {
	r.quoted = r.quoted[:0]
	for {
		field, rest, err := r.cutField(text)
		if err != nil {
			return nil, err
		}
		r.quoted = append(r.quoted, field)
		if rest == nil {
			return r.quoted, nil
		}
		text = rest[1:]
	}
}

// cutField returns the first field and the rest from its comma on, nil at the end.
func (r *csvReader) cutField(text []byte) (field, rest []byte, err error) {
	if len(text) == 0 || text[0] != '"' {
		end := bytes.IndexByte(text, ',')
		if end < 0 {
			end = len(text)
		}
		if bytes.IndexByte(text[:end], '"') >= 0 {
			return nil, nil, r.lines.fail(string(text[:end]), "has a quote inside an unquoted field")
		}
		return text[:end], fromComma(text, end), nil
	}
	out := 1
	for i := 1; i < len(text); i++ {
		if text[i] == '"' {
			if i+1 < len(text) && text[i+1] == '"' {
				i++
			} else if i+1 == len(text) || text[i+1] == ',' {
				return text[1:out], fromComma(text, i+1), nil
			} else {
				return nil, nil, r.lines.fail(string(text[i+1:]), "follows a closing quote; a comma was expected")
			}
		}
		text[out] = text[i]
		out++
	}
	return nil, nil, r.lines.fail("", "a quoted field is not closed on its line")
}

// fromComma tells a line that ends with a comma, and so has one more empty field,
// from one that ends.
func fromComma(text []byte, end int) []byte {
	if end == len(text) {
		return nil
	}
	return text[end:]
}
