package metrics

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"

	"incubator/platform/errs"
)

// cellKind tells a JSON string from a JSON number; CSV has only text.
type cellKind uint8

const (
	absent cellKind = iota
	csvText
	jsonString
	jsonNumber
	jsonBool
)

// cell is one value of a row; text is valid until the next row.
type cell struct {
	text []byte
	kind cellKind
}

// rowReader is the common shape of the CSV and the JSONL reader.
type rowReader interface {
	// has reports whether the file has the column (by its first row for JSONL).
	has(column string) bool
	// columns lists what the file has, for messages.
	columns() []string
	// want fixes the columns that next delivers. All of them must exist.
	want(columns []string)
	// next fills cells, one for each wanted column; io.EOF ends the file.
	next(cells []cell) error
	// line is the number of the line delivered last.
	line() int
}

// openRows opens a source, finds out its format and reads its header. The
// caller closes the returned closer.
func openRows(ctx context.Context, src Source, limits Limits) (rowReader, io.Closer, error) {
	if src.Open == nil {
		return nil, nil, errs.New(errs.Internal, "the source %s cannot be opened", src.Name)
	}
	stream, err := src.Open()
	if err != nil {
		return nil, nil, readFailure(err, src.Name)
	}
	rows, err := newRows(ctx, stream, src, limits)
	if err != nil {
		_ = stream.Close()
		return nil, nil, err
	}
	return rows, stream, nil
}

// newRows looks at the first bytes through a small buffer; larger reads pass it by.
func newRows(ctx context.Context, stream io.Reader, src Source, limits Limits) (rowReader, error) {
	name := src.Name
	buffered := bufio.NewReaderSize(stream, 64)
	head, err := buffered.Peek(16)
	if err != nil && err != io.EOF {
		return nil, readFailure(err, name)
	}
	head = bytes.TrimLeft(bytes.TrimPrefix(head, byteOrderMark), " \t\r\n")
	lines := newLineReader(ctx, buffered, name, limits)
	lines.expect(src.Size)
	var rows rowReader
	if isJSONL(name, head) {
		rows, err = newJSONReader(lines, limits)
	} else {
		rows, err = newCSVReader(lines)
	}
	if err == io.EOF {
		return nil, errs.New(errs.Invalid, "%s is empty", name)
	}
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// isJSONL trusts a known extension, so that an error speaks of the format meant.
func isJSONL(name string, head []byte) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return false
	case ".jsonl", ".ndjson", ".json":
		return true
	}
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}
