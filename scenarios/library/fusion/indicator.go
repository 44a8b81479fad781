package fusion

import (
	"fmt"
	"strings"

	"incubator/scenarios/library/generate"
)

// The indicator types. A file has two hashes and a report names only one.
const (
	ipv4   = "ipv4"
	domain = "domain"
	url    = "url"
	email  = "email"
	sha256 = "sha256"
	md5    = "md5"
	ref    = "ref" // reference number of the national contact point
)

// indicator is one observable of an incident, in its normal form.
type indicator struct {
	kind, value string
	md5         string // the other hash of the same file
}

// newIPv4 draws from the benchmark range of RFC 2544.
func newIPv4(r *generate.Rand) indicator {
	return indicator{kind: ipv4, value: fmt.Sprintf("198.%d.%d.%d", 18+r.IntN(2), r.IntN(256), 1+r.IntN(254))}
}

func newDomain(r *generate.Rand) indicator {
	return indicator{kind: domain, value: fmt.Sprintf("%s-%s%d.example",
		generate.Pick(r, infraHeads), generate.Pick(r, infraTails), r.IntN(1000))}
}

func newFile(r *generate.Rand) indicator {
	return indicator{kind: sha256, value: r.Hex(64), md5: r.Hex(32)}
}

// newInfra is a server that an actor uses for a while.
func newInfra(r *generate.Rand) indicator {
	if r.Chance(0.5) {
		return newIPv4(r)
	}
	return newDomain(r)
}

// newCommodity is a service that many incidents touch; it has an address of
// TEST-NET-3 (RFC 5737) or a name of its own.
func newCommodity(r *generate.Rand) indicator {
	if r.Chance(0.5) {
		return indicator{kind: ipv4, value: fmt.Sprintf("203.0.113.%d", 1+r.IntN(254))}
	}
	return indicator{kind: domain, value: fmt.Sprintf("%s%d.sharing.example", generate.Pick(r, infraTails), r.IntN(90))}
}

// newOwn draws the indicators that belong to one incident alone.
func newOwn(r *generate.Rand, victim org, number int) []indicator {
	site := newDomain(r)
	own := []indicator{
		newFile(r), site, newIPv4(r),
		{kind: url, value: fmt.Sprintf("http://%s/%s/%s.php", newDomain(r).value, r.Hex(4), generate.Pick(r, infraTails))},
		{kind: email, value: fmt.Sprintf("%s@%s", strings.ToLower(generate.Pick(r, surnames)), site.value)},
	}
	if r.Chance(0.3) {
		// A look-alike of the victim's own domain.
		own[1].value = strings.Replace(victim.domain, ".example", fmt.Sprintf("-%s.example", generate.Pick(r, infraTails)), 1)
	}
	if r.Chance(0.3) {
		own = append(own, indicator{kind: ref, value: fmt.Sprintf("%d", 4_000_000+number%5_000_000*7+r.IntN(7))})
	}
	return own
}

// seen returns the indicator as one reporter writes it down: the other hash of
// the file, the host of a URL, or a mistyped reference.
func (i indicator) seen(r *generate.Rand) indicator {
	switch {
	case i.kind == sha256 && r.Chance(0.35):
		return indicator{kind: md5, value: i.md5}
	case i.kind == url && r.Chance(0.3):
		host, _, _ := strings.Cut(strings.TrimPrefix(i.value, "http://"), "/")
		return indicator{kind: domain, value: host}
	case i.kind == ref && r.Chance(0.1):
		return indicator{kind: ref, value: typo(r, i.value)}
	}
	return i
}

// text writes the indicator the way people paste it: often made harmless, and
// hashes sometimes in capitals.
func (i indicator) text(r *generate.Rand, defang float64) string {
	value := i.value
	switch i.kind {
	case sha256, md5:
		if r.Chance(0.3) {
			value = strings.ToUpper(value)
		}
	case ref:
		value = "ref:" + value
	default:
		if r.Chance(defang) {
			value = strings.Replace(value, "http://", "hxxp://", 1)
			value = strings.Replace(value, ".", generate.Pick(r, []string{"[.]", "(.)", "[.]"}), 1)
		}
	}
	return value
}

// typo changes one character: swapped, left out, doubled or replaced.
func typo(r *generate.Rand, s string) string {
	runes := []rune(s)
	if len(runes) < 3 {
		return s
	}
	at := 1 + r.IntN(len(runes)-2)
	switch r.IntN(4) {
	case 0:
		runes[at], runes[at+1] = runes[at+1], runes[at]
	case 1:
		runes = append(runes[:at], runes[at+1:]...)
	case 2:
		runes = append(runes[:at+1], runes[at:]...)
	default:
		next := runes[at]
		if next >= '0' && next <= '9' {
			next = '0' + rune(r.IntN(10))
		} else {
			next = 'a' + rune(r.IntN(26))
		}
		runes[at] = next
	}
	return string(runes)
}
