package fusion

import (
	"encoding/json"
	"fmt"
	"time"

	"incubator/scenarios/library/generate"
)

const tlpGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"

// object is the union of the STIX 2.1 objects in use. Its fields stand in the
// order of their names, as in a sorted map, which would take twice as long.
type object struct {
	Confidence   int        `json:"confidence,omitempty"`
	Created      string     `json:"created"`
	References   []external `json:"external_references,omitempty"`
	ID           string     `json:"id"`
	Class        string     `json:"identity_class,omitempty"`
	Indicates    []string   `json:"indicator_types,omitempty"`
	IsFamily     bool       `json:"is_family,omitempty"`
	Labels       []string   `json:"labels,omitempty"`
	MalwareTypes []string   `json:"malware_types,omitempty"`
	Modified     string     `json:"modified"`
	Name         string     `json:"name,omitempty"`
	Markings     []string   `json:"object_marking_refs,omitempty"`
	Refs         []string   `json:"object_refs,omitempty"`
	Pattern      string     `json:"pattern,omitempty"`
	PatternType  string     `json:"pattern_type,omitempty"`
	Published    string     `json:"published,omitempty"`
	ReportTypes  []string   `json:"report_types,omitempty"`
	Sectors      []string   `json:"sectors,omitempty"`
	SpecVersion  string     `json:"spec_version"`
	Type         string     `json:"type"`
	ValidFrom    string     `json:"valid_from,omitempty"`
}

type external struct {
	ID     string `json:"external_id"`
	Source string `json:"source_name"`
}

type bundle struct {
	ID      string   `json:"id"`
	Objects []object `json:"objects"`
	Type    string   `json:"type"`
}

// renderSTIX writes one bundle on one line. The report object carries the id;
// everything else is referenced by it (STIX 2.1, OASIS Standard, 2021).
func renderSTIX(g *generator, rep *report) []byte {
	b := stixBuilder{g: g, rep: rep, created: stixTime(rep.published)}
	b.victim()
	b.attribution()
	for _, i := range rep.indicators {
		b.indicator(i)
	}
	if len(b.refs) == 0 || g.r.Chance(0.3) {
		b.technique()
	}
	title := rep.kind.english
	if rep.victim != "" && g.r.Chance(0.5) {
		title += " at " + rep.victim
	}
	o := object{Name: title, Published: stixTime(rep.published), Refs: b.refs, ReportTypes: []string{"incident"},
		Confidence: rep.confidence, Markings: []string{tlpGreen}, Labels: []string{rep.kind.name}}
	if b.caseRef != "" {
		o.References = []external{{b.caseRef, "national-case"}}
	}
	b.add("report", rep.id, o)
	line, err := json.Marshal(bundle{Type: "bundle", ID: "bundle--" + g.r.UUID(), Objects: b.objects})
	if err != nil {
		return nil // strings, numbers and lists of them always marshal
	}
	return append(line, '\n')
}

// stixBuilder collects the objects of one bundle and the ids that its report
// refers to.
type stixBuilder struct {
	g       *generator
	rep     *report
	created string
	objects []object
	refs    []string
	caseRef string
}

// add completes the common properties. created and modified are the time of the
// report: partners stamp the whole bundle when they publish it.
func (b *stixBuilder) add(kind, id string, o object) {
	o.Type, o.SpecVersion, o.ID = kind, "2.1", id
	o.Created, o.Modified = b.created, b.created
	b.objects = append(b.objects, o)
	b.refs = append(b.refs, id)
}

// named gives an object the id that its partner always uses for that name.
func (b *stixBuilder) named(kind, name string, o object) {
	o.Name = name
	b.add(kind, kind+"--"+generate.NamedUUID(b.rep.partner.name+kind+name), o)
}

func (b *stixBuilder) victim() {
	if b.rep.victim == "" {
		return
	}
	o := object{Class: "organization"}
	if b.rep.sector != "" {
		o.Sectors = []string{b.rep.sector}
	}
	b.named("identity", b.rep.victim, o)
}

func (b *stixBuilder) attribution() {
	if b.rep.actor != "" {
		b.named("intrusion-set", b.rep.actor, object{})
	}
	if b.rep.malware != "" {
		b.named("malware", b.rep.malware, object{IsFamily: true, MalwareTypes: []string{"unknown"}})
	}
}

// technique names an ATT&CK technique. A report that knows nothing else needs
// one, since object_refs must not be empty.
func (b *stixBuilder) technique() {
	id := generate.Pick(b.g.r, b.rep.kind.techniques)
	b.named("attack-pattern", id, object{References: []external{{id, "mitre-attack"}}})
}

// indicator adds a pattern and, when known, the time at which it was observed.
func (b *stixBuilder) indicator(i indicator) {
	if i.kind == ref {
		b.caseRef = i.value
		return
	}
	from := b.rep.published
	if b.rep.hasObserved {
		from = b.rep.observed
	}
	pattern := stixPattern(i)
	b.add("indicator", "indicator--"+generate.NamedUUID(b.rep.id+pattern), object{
		Pattern: pattern, PatternType: "stix", ValidFrom: stixTime(from), Indicates: []string{"malicious-activity"}})
}

// stixPattern writes a comparison expression of the STIX patterning language.
func stixPattern(i indicator) string {
	switch i.kind {
	case sha256:
		return fmt.Sprintf("[file:hashes.'SHA-256' = '%s']", i.value)
	case md5:
		return fmt.Sprintf("[file:hashes.MD5 = '%s']", i.value)
	case ipv4:
		return fmt.Sprintf("[ipv4-addr:value = '%s']", i.value)
	case domain:
		return fmt.Sprintf("[domain-name:value = '%s']", i.value)
	case url:
		return fmt.Sprintf("[url:value = '%s']", i.value)
	}
	return fmt.Sprintf("[email-message:sender_ref.value = '%s']", i.value)
}

// stixTime has milliseconds, which created and modified must have.
func stixTime(at int64) string {
	return time.Unix(at, 0).UTC().Format("2006-01-02T15:04:05.000Z")
}
