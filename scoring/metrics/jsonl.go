package metrics

import (
	"bytes"
	"fmt"
	"slices"

	"incubator/platform/errs"
)

// jsonReader reads one JSON object a line. Members that are not wanted are
// checked for syntax and skipped; a wanted one must occur once and be a scalar.
type jsonReader struct {
	lines   *lineReader
	scan    jsonScanner
	pending []byte // the first line, read ahead to learn the members
	members []string
	wanted  []string
}

// newJSONReader reads one line ahead, to tell early which members there are.
func newJSONReader(lines *lineReader, limits Limits) (*jsonReader, error) {
	text, err := lines.next()
	if err != nil {
		return nil, err
	}
	if text[0] == '[' {
		return nil, lines.fail("", "holds a JSON array; write one object per line (JSONL)")
	}
	r := &jsonReader{lines: lines, pending: bytes.Clone(text)}
	r.scan.maxDepth = limits.MaxDepth
	err = r.object(r.pending, func(name []byte, _ cell) error {
		r.members = append(r.members, string(name))
		return nil
	})
	return r, err
}

func (r *jsonReader) has(column string) bool { return slices.Contains(r.members, column) }
func (r *jsonReader) columns() []string      { return r.members }
func (r *jsonReader) line() int              { return r.lines.line }
func (r *jsonReader) want(columns []string)  { r.wanted = columns }

// next accepts the members in any order, and other ones beside them.
func (r *jsonReader) next(cells []cell) error {
	text := r.pending
	r.pending = nil
	if text == nil {
		var err error
		if text, err = r.lines.next(); err != nil {
			return err
		}
	}
	clear(cells)
	err := r.object(text, func(name []byte, value cell) error {
		for i, wanted := range r.wanted {
			if string(name) != wanted {
				continue
			}
			if cells[i].kind != absent {
				return r.lines.fail(wanted, "occurs twice in the object")
			}
			if value.kind == absent {
				return invalidRow(r.lines.name, r.lines.line, wanted, "", "the value is null, an array or an object")
			}
			cells[i] = value
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range cells {
		if cells[i].kind == absent {
			return invalidRow(r.lines.name, r.lines.line, r.wanted[i], "", "the member is missing")
		}
	}
	return nil
}

// object walks the members of the object that the line must be. A member that
// is no scalar, or null, is reported with the kind absent.
func (r *jsonReader) object(text []byte, member func(name []byte, value cell) error) error {
	s := &r.scan
	s.reset(text)
	s.space()
	if !s.take('{') {
		return r.syntax("an object was expected")
	}
	s.space()
	if s.take('}') {
		return r.end()
	}
	for {
		s.space()
		name, problem := s.str()
		if problem != "" {
			return r.syntax(problem)
		}
		s.space()
		if !s.take(':') {
			return r.syntax("a colon was expected")
		}
		s.space()
		value, problem := s.value(1)
		if problem != "" {
			return r.syntax(problem)
		}
		if err := member(name, value); err != nil {
			return err
		}
		s.space()
		if s.take('}') {
			return r.end()
		}
		if !s.take(',') {
			return r.syntax("a comma or the end of the object was expected")
		}
	}
}

func (r *jsonReader) end() error {
	r.scan.space()
	if r.scan.at < len(r.scan.text) {
		return r.syntax("nothing may follow the object on its line")
	}
	return nil
}

func (r *jsonReader) syntax(problem string) error {
	row := &RowError{File: r.lines.name, Line: r.lines.line, Reason: problem}
	return errs.Wrap(row, errs.Invalid, "%s", fmt.Sprintf(
		"%s, line %d, character %d: not valid JSON: %s", row.File, row.Line, r.scan.at+1, problem))
}
