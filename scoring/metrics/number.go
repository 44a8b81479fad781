package metrics

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unsafe"
)

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

// decimal is a number in the form [+-]digits[.digits][e[+-]digits], taken apart.
type decimal struct {
	negative bool
	mantissa uint64 // all digits as one number, valid when there are at most 19
	digits   int    // with leading zeros
	fraction int    // digits behind the point
	plain    bool   // no exponent part
}

// scanDecimal reads text. It accepts what CSV writers produce (also "1.", ".5",
// "+1"), but no NaN, infinity, hexadecimal or underscore.
func scanDecimal(text []byte) (d decimal, ok bool) {
	i := 0
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		d.negative = text[0] == '-'
		i = 1
	}
	first := i
	for ; i < len(text) && text[i]-'0' <= 9; i++ {
		d.mantissa = d.mantissa*10 + uint64(text[i]-'0')
	}
	d.digits = i - first
	if i < len(text) && text[i] == '.' {
		i++
		first = i
		for ; i+8 <= len(text); i += 8 {
			eight := binary.LittleEndian.Uint64(text[i:])
			if !eightDigits(eight) {
				break
			}
			d.mantissa = d.mantissa*1e8 + valueOfEight(eight)
		}
		for ; i < len(text) && text[i]-'0' <= 9; i++ {
			d.mantissa = d.mantissa*10 + uint64(text[i]-'0')
		}
		d.fraction = i - first
		d.digits += d.fraction
	}
	if i == len(text) {
		d.plain = true
		return d, d.digits > 0
	}
	return d, d.digits > 0 && isExponent(text[i:])
}

// eightDigits reports whether eight bytes are all decimal digits: each must have
// the high half 3, also after adding 6 to the low half.
func eightDigits(bytes uint64) bool {
	const high, three = 0xf0f0f0f0f0f0f0f0, 0x3030303030303030
	return bytes&high == three && (bytes+0x0606060606060606)&high == three
}

// valueOfEight reads eight digits, the first in the lowest byte, by adding
// neighbours three times (Lemire 2018, Quickly parsing eight digits).
func valueOfEight(bytes uint64) uint64 {
	bytes -= 0x3030303030303030
	bytes = bytes*10 + bytes>>8 // pairs, in every other byte
	const mask = 0x000000ff000000ff
	return ((bytes&mask)*(100+1_000_000<<32) + (bytes>>16&mask)*(1+10_000<<32)) >> 32
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

// powers are the powers of ten that 64 bits hold.
var powers = [...]uint64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// parseFloat returns the nearest float64 and whether text is a finite decimal
// number. Numbers of at most 19 digits without an exponent, which is what
// programs write for scores, are one division; the rest goes to strconv.
func parseFloat(text []byte) (float64, bool) {
	d, ok := scanDecimal(text)
	if !ok {
		return 0, false
	}
	if d.plain && d.digits <= 19 {
		value := quotient(d.mantissa, powers[d.fraction])
		if d.negative {
			value = -value
		}
		return value, true
	}
	// The string shares the bytes of text, which nobody changes during the call.
	value, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(text), len(text)), 64)
	return value, err == nil && !math.IsInf(value, 0)
}

// quotient returns a/b rounded to the nearest float64, ties to even; b is not 0.
// Where both are exact one division rounds right (Clinger 1990). Otherwise the
// integer quotient has at least 62 bits, and a remainder only has to be noted
// below them to round right.
func quotient(a, b uint64) float64 {
	if a < 1<<53 && b <= 1e15 {
		return float64(a) / float64(b)
	}
	shiftA, shiftB := bits.LeadingZeros64(a), bits.LeadingZeros64(b)
	a, b = a<<shiftA, b<<shiftB
	q, remainder := bits.Div64(a>>1, a<<63, b)
	if remainder != 0 {
		q |= 1
	}
	// q is a/b times 2^(63 + shiftA − shiftB); every such power of two is a normal number.
	scale := math.Float64frombits(uint64(1023-63-shiftA+shiftB) << 52)
	return float64(q) * scale
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
