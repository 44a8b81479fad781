package metrics

import (
	"encoding/json"
	"fmt"
)

// jsonScanner is a strict scanner of RFC 8259 values on one line. It returns
// problems as text, "" for none, so that the reader can add the place. Decoded
// strings live until the next reset.
type jsonScanner struct {
	text     []byte
	at       int
	maxDepth int
}

func (s *jsonScanner) reset(text []byte) { s.text, s.at = text, 0 }

func (s *jsonScanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r':
			s.at++
		default:
			return
		}
	}
}

// peek returns 0 at the end, which begins no value.
func (s *jsonScanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *jsonScanner) take(want byte) bool {
	if s.peek() != want || s.at >= len(s.text) {
		return false
	}
	s.at++
	return true
}

// str reads a string. Only one with escapes is copied.
func (s *jsonScanner) str() ([]byte, string) {
	if !s.take('"') {
		return nil, "a string was expected"
	}
	start, escaped := s.at, false
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '"':
			raw := s.text[start:s.at]
			s.at++
			if !escaped {
				return raw, ""
			}
			var decoded string
			if json.Unmarshal(s.text[start-1:s.at], &decoded) != nil {
				return nil, "a string has a bad escape"
			}
			return []byte(decoded), ""
		case c == '\\':
			escaped = true
			s.at += 2
		case c < 0x20:
			return nil, "a string has a control character"
		default:
			s.at++
		}
	}
	return nil, "a string is not closed"
}

// value reads any value. Arrays, objects and null are checked and come back
// with the kind absent.
func (s *jsonScanner) value(depth int) (cell, string) {
	switch c := s.peek(); {
	case c == '"':
		text, problem := s.str()
		return cell{text: text, kind: jsonString}, problem
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case c == '{' || c == '[':
		if depth >= s.maxDepth {
			return cell{}, fmt.Sprintf("values nest deeper than %d levels", s.maxDepth)
		}
		return cell{}, s.nested(c, depth+1)
	}
	return s.word()
}

// number takes every byte that a number can have and then checks the grammar, so
// that 01 is one malformed number and not two.
func (s *jsonScanner) number() (cell, string) {
	start := s.at
	for s.at < len(s.text) && isNumberByte(s.text[s.at]) {
		s.at++
	}
	text := s.text[start:s.at]
	if !isJSONNumber(text) {
		s.at = start
		return cell{}, "a number is malformed"
	}
	return cell{text: text, kind: jsonNumber}, ""
}

var words = []struct {
	text string
	kind cellKind
}{{"true", jsonBool}, {"false", jsonBool}, {"null", absent}}

// word reads true, false and null, and names what Python writes for NaN.
func (s *jsonScanner) word() (cell, string) {
	for _, word := range words {
		end := s.at + len(word.text)
		if end <= len(s.text) && string(s.text[s.at:end]) == word.text {
			text := s.text[s.at:end]
			s.at = end
			return cell{text: text, kind: word.kind}, ""
		}
	}
	if s.at+3 <= len(s.text) && (string(s.text[s.at:s.at+3]) == "NaN" || string(s.text[s.at:s.at+3]) == "Inf") {
		return cell{}, "NaN and infinities are not allowed"
	}
	return cell{}, "a value was expected"
}

// nested reads an array or an object whose first byte is open.
func (s *jsonScanner) nested(open byte, depth int) string {
	s.at++
	closing := open + 2 // in ASCII, ']' is '[' + 2 and '}' is '{' + 2
	s.space()
	if s.take(closing) {
		return ""
	}
	for {
		s.space()
		if open == '{' {
			if _, problem := s.str(); problem != "" {
				return problem
			}
			s.space()
			if !s.take(':') {
				return "a colon was expected"
			}
			s.space()
		}
		if _, problem := s.value(depth); problem != "" {
			return problem
		}
		s.space()
		if s.take(closing) {
			return ""
		}
		if !s.take(',') {
			return "a comma or a closing bracket was expected"
		}
	}
}
