package fusion

import (
	"encoding/json"
	"fmt"
	"time"

	"incubator/scenarios/library/generate"
)

const tlpGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"

// object is a STIX 2.1 object; json.Marshal sorts its keys, so output is stable.
type object map[string]any

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
	o := object{"name": title, "published": stixTime(rep.published), "object_refs": b.refs,
		"report_types": []string{"incident"}, "confidence": rep.confidence, "object_marking_refs": []string{tlpGreen},
		"labels": []string{rep.kind.name}}
	if b.caseRef != "" {
		o["external_references"] = []object{{"source_name": "national-case", "external_id": b.caseRef}}
	}
	b.add("report", rep.id, o)
	line, err := json.Marshal(object{"type": "bundle", "id": "bundle--" + g.r.UUID(), "objects": b.objects})
	if err != nil {
		return nil // strings, ints and slices of them always marshal
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
func (b *stixBuilder) add(kind, id string, o object) string {
	o["type"], o["spec_version"], o["id"] = kind, "2.1", id
	o["created"], o["modified"] = b.created, b.created
	b.objects = append(b.objects, o)
	b.refs = append(b.refs, id)
	return id
}

// named gives an object the id that its partner always uses for that name.
func (b *stixBuilder) named(kind, name string, o object) string {
	o["name"] = name
	return b.add(kind, kind+"--"+generate.NamedUUID(b.rep.partner.name+kind+name), o)
}

func (b *stixBuilder) victim() {
	if b.rep.victim == "" {
		return
	}
	o := object{"identity_class": "organization"}
	if b.rep.sector != "" {
		o["sectors"] = []string{b.rep.sector}
	}
	b.named("identity", b.rep.victim, o)
}

func (b *stixBuilder) attribution() {
	if b.rep.actor != "" {
		b.named("intrusion-set", b.rep.actor, object{})
	}
	if b.rep.malware != "" {
		b.named("malware", b.rep.malware, object{"is_family": true, "malware_types": []string{"unknown"}})
	}
}

// technique names an ATT&CK technique. A report that knows nothing else needs
// one, since object_refs must not be empty.
func (b *stixBuilder) technique() {
	id := generate.Pick(b.g.r, b.rep.kind.techniques)
	b.named("attack-pattern", id, object{"external_references": []object{{"source_name": "mitre-attack", "external_id": id}}})
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
		"pattern": pattern, "pattern_type": "stix", "valid_from": stixTime(from), "indicator_types": []string{"malicious-activity"}})
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
