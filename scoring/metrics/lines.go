package metrics

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"
)

// lineBuffer is how much is read at a time. A line may be longer, up to the limit.
const lineBuffer = 256 << 10

var byteOrderMark = []byte("\xef\xbb\xbf")

// lineReader cuts a stream into lines without copying. A returned line is valid
// until the next call. It checks the context once for each buffer it fills.
type lineReader struct {
	ctx        context.Context
	src        io.Reader
	name       string
	buf        []byte
	first      int // size of the buffer at first
	start, end int
	line       int // number of the line returned last, from 1
	maxLine    int
	ended      bool
	// special is set while the buffer may hold a quote or a byte outside ASCII;
	// most files never have one, and then no line is searched for them.
	special bool
}

func newLineReader(ctx context.Context, src io.Reader, name string, limits Limits) *lineReader {
	return &lineReader{
		ctx: ctx, src: src, name: name,
		first: lineBuffer, maxLine: limits.MaxLineBytes,
	}
}

// expect keeps the buffer of a small source small: thousands of small tables are
// checked in a second. The size in bytes is only a hint.
func (l *lineReader) expect(size int64) {
	if size > 0 && size < int64(l.first) {
		l.first = int(size) + 1 // with room to find the end
	}
}

// next returns the next line without its line end (LF or CRLF). Empty lines are
// an error unless nothing but empty lines follows.
func (l *lineReader) next() ([]byte, error) {
	text, err := l.raw()
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		return nil, l.onlyEmptyLeft()
	}
	if l.special && !utf8.Valid(text) {
		return nil, l.fail("", "the line is not valid UTF-8")
	}
	return text, nil
}

// raw finds the next line and asks for more only when the buffer has none.
func (l *lineReader) raw() ([]byte, error) {
	scanned := 0
	for {
		if i := bytes.IndexByte(l.buf[l.start+scanned:l.end], '\n'); i >= 0 {
			text := l.buf[l.start : l.start+scanned+i]
			l.start += scanned + i + 1
			return l.finish(text)
		}
		scanned = l.end - l.start
		if l.ended {
			if scanned == 0 {
				return nil, io.EOF
			}
			text := l.buf[l.start:l.end]
			l.start = l.end
			return l.finish(text)
		}
		if scanned > l.maxLine {
			l.line++
			return nil, l.fail("", fmt.Sprintf("the line is longer than %d bytes", l.maxLine))
		}
		if err := l.fill(); err != nil {
			return nil, err
		}
	}
}

// finish takes off what surrounds the text: the mark in front of the first line and
// a carriage return.
func (l *lineReader) finish(text []byte) ([]byte, error) {
	l.line++
	if l.line == 1 {
		text = bytes.TrimPrefix(text, byteOrderMark)
	}
	if len(text) > l.maxLine {
		return nil, l.fail("", fmt.Sprintf("the line is longer than %d bytes", l.maxLine))
	}
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	return text, nil
}

// fill moves the unread bytes to the front and reads more behind them.
func (l *lineReader) fill() error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if l.buf == nil {
		l.buf = make([]byte, l.first)
	}
	copy(l.buf, l.buf[l.start:l.end])
	l.end -= l.start
	l.start = 0
	if l.end == len(l.buf) {
		grown := make([]byte, 2*len(l.buf))
		copy(grown, l.buf)
		l.buf = grown
	}
	n, err := l.src.Read(l.buf[l.end:])
	l.special = l.special && l.end > 0 || hasSpecial(l.buf[l.end:l.end+n])
	l.end += n
	if err == io.EOF {
		l.ended = true
		return nil
	}
	if err != nil {
		return readFailure(err, l.name)
	}
	return nil
}

// hasSpecial looks at eight bytes at a time, at a small part of the cost of parsing.
func hasSpecial(data []byte) bool {
	if bytes.IndexByte(data, '"') >= 0 {
		return true
	}
	for len(data) >= 8 {
		if binary.LittleEndian.Uint64(data)&0x8080808080808080 != 0 {
			return true
		}
		data = data[8:]
	}
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// onlyEmptyLeft accepts empty lines at the end, which editors add. Elsewhere they
// would shift the meaning of line numbers.
func (l *lineReader) onlyEmptyLeft() error {
	first := l.line
	for {
		text, err := l.raw()
		if err != nil {
			return err
		}
		if len(text) > 0 {
			return invalidRow(l.name, first, "", "", "the line is empty")
		}
	}
}

func (l *lineReader) fail(value, reason string) error {
	return invalidRow(l.name, l.line, "", value, reason)
}
