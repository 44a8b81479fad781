package main

import (
	"encoding/csv"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

var patterns = map[string]*regexp.Regexp{
	"url":   regexp.MustCompile(`https?://[^\s'",;<>\]]+`),
	"email": regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`),
	"host":  regexp.MustCompile(`[a-z0-9-]+(?:\.[a-z0-9-]+)*\.example\b`),
	"ip":    regexp.MustCompile(`\b(?:\d{1,3}\.){3}\d{1,3}\b`),
	"hash":  regexp.MustCompile(`\b[0-9a-f]{16,64}\b`),
	"ref":   regexp.MustCompile(`\bref:\d+`),
}

// add keeps the indicators sorted and single.
func (r *report) add(indicator string) {
	if at, found := slices.BinarySearch(r.indicators, indicator); !found {
		r.indicators = slices.Insert(r.indicators, at, indicator)
	}
}

// extract adds the indicators of a text. Hashes are compared on their first 16
// digits, since one partner cuts them there.
func (r *report) extract(text string) {
	text = strings.NewReplacer("hxxp", "http", "[.]", ".", "(.)", ".").Replace(strings.ToLower(text))
	for kind, pattern := range patterns {
		for _, value := range pattern.FindAllString(text, -1) {
			if kind == "hash" {
				value = value[:16]
			}
			if kind == "ref" {
				value = strings.TrimPrefix(value, "ref:")
			}
			r.add(kind + ":" + value)
		}
	}
}

var kindWords = []struct{ kind, words string }{
	{"phishing", "phish|hameçonnage"}, {"ransomware", "ransom|rançon"}, {"intrusion", "intrusion|einbruch"},
	{"theft", "exfiltration|datenabfluss|data_theft"}, {"beaconing", "beacon|command and control|steuerserver|commande et contr"},
}

// kindOf reads the type of incident in three languages; "" when it cannot.
func kindOf(text string) string {
	text = strings.ToLower(text)
	for _, k := range kindWords {
		for word := range strings.SplitSeq(k.words, "|") {
			if strings.Contains(text, word) {
				return k.kind
			}
		}
	}
	return ""
}

// names resolves spellings to one canonical name per kind.
type names struct {
	canonical map[string]map[string]string // kind → normalised spelling → canonical
	seen      map[string]map[string]int    // kind → normalised spelling → count
	cache     map[string]string
}

// readAliases reads the public list of names. It may be absent.
func readAliases(path string) (*names, error) {
	n := &names{canonical: map[string]map[string]string{}, seen: map[string]map[string]int{}, cache: map[string]string{}}
	for _, kind := range []string{"actor", "malware", "organisation"} {
		n.canonical[kind], n.seen[kind] = map[string]string{}, map[string]int{}
	}
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return n, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if list, ok := n.canonical[row[0]]; ok {
			canonical := normalise(row[1])
			list[canonical], list[normalise(row[2])] = canonical, canonical
		}
	}
	return n, nil
}

var legalForms = map[string]bool{"gmbh": true, "ag": true, "sa": true, "sas": true, "ltd": true, "plc": true, "ab": true, "bv": true}

// normalise drops case, punctuation, the legal form and the top-level domain, so
// that a domain name compares with the name of its owner.
func normalise(name string) string {
	name = strings.TrimSuffix(strings.ToLower(name), ".example")
	words := strings.FieldsFunc(name, func(c rune) bool { return c == ' ' || c == '-' || c == '.' || c == ',' })
	if len(words) > 2 && legalForms[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// observe counts spellings, since a spelling seen often is no typing error.
func (n *names) observe(r *report) {
	n.seen["actor"][normalise(r.actor)]++
	n.seen["malware"][normalise(r.malware)]++
	n.seen["organisation"][normalise(r.victim)]++
}

// resolve replaces the report's names by canonical ones.
func (n *names) resolve(r *report) {
	r.actor = n.find("actor", normalise(r.actor))
	r.malware = n.find("malware", normalise(r.malware))
	r.victim = n.find("organisation", normalise(r.victim))
}

// find returns the canonical form of a spelling: listed, else the nearest
// listed or often seen spelling within two edits, else an acronym's owner.
func (n *names) find(kind, name string) string {
	if name == "" {
		return ""
	}
	if known, ok := n.canonical[kind][name]; ok {
		return known
	}
	key := kind + "\x00" + name
	if found, ok := n.cache[key]; ok {
		return found
	}
	found := n.nearest(kind, name)
	n.cache[key] = found
	return found
}

// nearest is find without the exact match and the cache.
func (n *names) nearest(kind, name string) string {
	best, bestCost := name, 3
	if strings.ContainsAny(name, "0123456789") {
		bestCost = 2 // codes differ in a digit without being the same
	}
	consider := func(candidate, canonical string) {
		cost := distance(name, candidate)
		if cost > 0 && cost < bestCost {
			best, bestCost = canonical, cost
		}
	}
	for _, spelling := range slices.Sorted(maps.Keys(n.canonical[kind])) {
		canonical := n.canonical[kind][spelling]
		consider(spelling, canonical)
		if kind == "organisation" && acronym(name, canonical) {
			return canonical
		}
	}
	mine := n.seen[kind][name]
	for _, spelling := range slices.Sorted(maps.Keys(n.seen[kind])) {
		if spelling != "" && n.seen[kind][spelling] > 2*mine {
			if _, listed := n.canonical[kind][spelling]; !listed {
				consider(spelling, spelling)
			}
		}
	}
	return best
}

// acronym reports whether short, such as "noen nordhafen", may stand for full.
func acronym(short, full string) bool {
	head, rest, ok := strings.Cut(short, " ")
	cut := strings.LastIndex(full, " ")
	if !ok || len(head) != 4 || cut < 2 || len(full)-cut < 3 {
		return false
	}
	return head == full[:2]+full[cut+1:cut+3] && strings.HasPrefix(rest, full[:cut])
}

// distance is the optimal string alignment distance of two spellings.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 9
	}
	before, previous, current := []int{}, make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous, current = previous, current, slices.Clone(current)
	}
	return previous[len(b)]
}
