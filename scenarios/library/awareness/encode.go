package awareness

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// encoder appends one JSON object on one line. It exists because encoding/json with
// maps or structs is several times slower, and generation speed is start-up time.
type encoder struct{ buf []byte }

func (e *encoder) reset() { e.buf = append(e.buf[:0], '{') }

// finish closes the object and returns its bytes, valid until the next reset.
func (e *encoder) finish() []byte {
	e.buf = append(e.buf, '}', '\n')
	return e.buf
}

func (e *encoder) key(k string) {
	if len(e.buf) > 1 {
		e.buf = append(e.buf, ',')
	}
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, k...)
	e.buf = append(e.buf, '"', ':')
}

func (e *encoder) str(k, v string) {
	e.key(k)
	e.buf = appendString(e.buf, v)
}

func (e *encoder) int(k string, v int64) {
	e.key(k)
	e.buf = strconv.AppendInt(e.buf, v, 10)
}

func (e *encoder) bool(k string, v bool) {
	e.key(k)
	e.buf = strconv.AppendBool(e.buf, v)
}

// seconds writes microseconds as decimal seconds, the form of Zeek's time and interval.
func (e *encoder) seconds(k string, micros int64) {
	e.key(k)
	e.buf = strconv.AppendInt(e.buf, micros/second, 10)
	e.buf = append(e.buf, '.')
	fraction := micros % second
	for scale := second / 10; scale > 0; scale /= 10 {
		e.buf = append(e.buf, byte('0'+fraction/scale%10))
	}
}

// strs writes a list of strings.
func (e *encoder) strs(k string, values ...string) {
	e.key(k)
	e.buf = append(e.buf, '[')
	for i, v := range values {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		e.buf = appendString(e.buf, v)
	}
	e.buf = append(e.buf, ']')
}

// utc writes Unix microseconds the way Sysmon prints UtcTime.
func (e *encoder) utc(k string, unixMicros int64) {
	e.key(k)
	e.buf = append(e.buf, '"')
	e.buf = time.UnixMicro(unixMicros).UTC().AppendFormat(e.buf, "2006-01-02 15:04:05.000")
	e.buf = append(e.buf, '"')
}

func (e *encoder) addr(k string, a addr) {
	e.key(k)
	e.buf = append(e.buf, '"')
	e.buf = a.append(e.buf)
	e.buf = append(e.buf, '"')
}

// appendString quotes s as JSON, replacing what is not UTF-8.
func appendString(buf []byte, s string) []byte {
	buf = append(buf, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			buf = appendASCII(buf, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		buf = utf8.AppendRune(buf, r)
		i += size
	}
	return append(buf, '"')
}

// appendASCII escapes only what JSON demands; readers of the logs see plain text.
func appendASCII(buf []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(buf, '\\', c)
	case c < 0x20:
		return append(buf, '\\', 'u', '0', '0', hexDigit[c>>4], hexDigit[c&15])
	}
	return append(buf, c)
}

// addr is an IPv4 address.
type addr uint32

// ip builds an address from its four parts.
func ip(a, b, c, d int) addr { return addr(a)<<24 | addr(b)<<16 | addr(c)<<8 | addr(d) }

func (a addr) append(buf []byte) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		buf = strconv.AppendUint(buf, uint64(a>>shift&0xff), 10)
		if shift > 0 {
			buf = append(buf, '.')
		}
	}
	return buf
}

func (a addr) String() string { return string(a.append(nil)) }

// internal tells whether the address belongs to the organisation (10.0.0.0/8).
func (a addr) internal() bool { return a>>24 == 10 }
