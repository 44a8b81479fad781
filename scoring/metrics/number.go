package metrics

import (
	"math"
	"strconv"
	"unsafe"
)

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

// decimal is a number in the form [+-]digits[.digits][e[+-]digits], taken apart.
type decimal struct {
	negative bool
	mantissa uint64 // valid while digits ≤ 19
	digits   int    // significant digits seen
	exponent int    // of ten, without the exponent part
	plain    bool   // no exponent part
}

// scanDecimal reads text. It accepts what CSV writers produce (also "1.", ".5",
// "+1"), but no NaN, infinity, hexadecimal or underscore.
func scanDecimal(text []byte) (d decimal, ok bool) {
	i := 0
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		d.negative = text[i] == '-'
		i++
	}
	seen, point := false, false
	for ; i < len(text); i++ {
		c := text[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		if d.mantissa != 0 || c != '0' {
			d.digits++
		}
		if d.digits <= 19 {
			d.mantissa = d.mantissa*10 + uint64(c-'0')
		}
		if point {
			d.exponent--
		}
	}
	if i == len(text) {
		d.plain = true
		return d, seen
	}
	return d, seen && isExponent(text[i:])
}

func isExponent(text []byte) bool {
	if len(text) < 2 || text[0]|0x20 != 'e' {
		return false
	}
	text = text[1:]
	if text[0] == '+' || text[0] == '-' {
		text = text[1:]
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) > 0
}

// exactPowers are the powers of ten that a float64 holds without rounding.
var exactPowers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// parseFloat returns the nearest float64 and whether text is a finite decimal
// number. The common case, at most 15 or 16 digits and no exponent, is one
// exact division (Clinger 1990); the rest goes to strconv.
func parseFloat(text []byte) (float64, bool) {
	d, ok := scanDecimal(text)
	if !ok {
		return 0, false
	}
	if d.plain && d.mantissa < 1<<53 && d.digits <= 19 && -d.exponent < len(exactPowers) {
		value := float64(d.mantissa) / exactPowers[-d.exponent]
		if d.negative {
			value = -value
		}
		return value, true
	}
	// The string shares the bytes of text, which nobody changes during the call.
	value, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(text), len(text)), 64)
	return value, err == nil && !math.IsInf(value, 0)
}

// isJSONNumber checks the stricter grammar of RFC 8259: no leading zeros, no
// plus sign, digits on both sides of the point.
func isJSONNumber(text []byte) bool {
	if len(text) > 0 && text[0] == '-' {
		text = text[1:]
	}
	if len(text) == 0 || text[0] < '0' || text[0] > '9' {
		return false
	}
	if text[0] == '0' && len(text) > 1 && text[1] >= '0' && text[1] <= '9' {
		return false
	}
	for i, c := range text {
		if c == '.' && (i+1 == len(text) || text[i+1] < '0' || text[i+1] > '9') {
			return false
		}
	}
	_, ok := scanDecimal(text)
	return ok
}
