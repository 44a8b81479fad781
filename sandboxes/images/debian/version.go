package debian

import "strings"

// compareVersions orders two Debian versions as dpkg does (Debian Policy,
// section 5.6.12). It returns a negative number, zero or a positive number.
func compareVersions(a, b string) int {
	epochA, upstreamA, revisionA := splitVersion(a)
	epochB, upstreamB, revisionB := splitVersion(b)
	if c := compareDigits(epochA, epochB); c != 0 {
		return c
	}
	if c := comparePart(upstreamA, upstreamB); c != 0 {
		return c
	}
	return comparePart(revisionA, revisionB)
}

// splitVersion separates epoch, upstream version and Debian revision.
func splitVersion(v string) (epoch, upstream, revision string) {
	if before, after, found := strings.Cut(v, ":"); found {
		epoch, v = before, after
	}
	if i := strings.LastIndexByte(v, '-'); i >= 0 {
		return epoch, v[:i], v[i+1:]
	}
	return epoch, v, ""
}

// comparePart compares alternating runs of non-digits and digits.
func comparePart(a, b string) int {
	for a != "" || b != "" {
		var textA, textB, digitsA, digitsB string
		textA, a = cutRun(a, false)
		textB, b = cutRun(b, false)
		if c := compareText(textA, textB); c != 0 {
			return c
		}
		digitsA, a = cutRun(a, true)
		digitsB, b = cutRun(b, true)
		if c := compareDigits(digitsA, digitsB); c != 0 {
			return c
		}
	}
	return 0
}

// cutRun cuts the longest prefix that consists of digits, or of non-digits.
func cutRun(s string, digits bool) (run, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) == digits {
		i++
	}
	return s[:i], s[i:]
}

func compareText(a, b string) int {
	for i := 0; i < len(a) || i < len(b); i++ {
		if c := weight(a, i) - weight(b, i); c != 0 {
			return c
		}
	}
	return 0
}

// weight sorts a tilde before the end of the text, the end before letters, and
// letters before everything else.
func weight(s string, i int) int {
	switch {
	case i >= len(s):
		return 0
	case s[i] == '~':
		return -1
	case s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z':
		return int(s[i])
	default:
		return int(s[i]) + 256
	}
}

// compareDigits compares decimal numbers of any length.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
