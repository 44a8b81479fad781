package fusion

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"incubator/scenarios/library/generate"
)

// mispEvent has the fields of the MISP core format that the partners use; numbers
// are strings there.
type mispEvent struct {
	UUID        string          `json:"uuid"`
	Info        string          `json:"info"`
	Date        string          `json:"date"`
	Timestamp   string          `json:"timestamp"`
	ThreatLevel string          `json:"threat_level_id"`
	Orgc        mispOrg         `json:"Orgc"`
	Attribute   []mispAttribute `json:"Attribute"`
	Tag         []mispTag       `json:"Tag,omitempty"`
}

type mispOrg struct {
	Name string `json:"name"`
}

type mispTag struct {
	Name string `json:"name"`
}

type mispAttribute struct {
	UUID      string `json:"uuid"`
	Type      string `json:"type"`
	Category  string `json:"category"`
	Value     string `json:"value"`
	ToIDs     bool   `json:"to_ids"`
	FirstSeen string `json:"first_seen,omitempty"`
	Comment   string `json:"comment,omitempty"`
}

// renderMISP writes one event on one line. One of the two partners writes
// French and local times with an offset; the other English and UTC.
func renderMISP(g *generator, rep *report) []byte {
	french := rep.partner.name == "cirt-ouest"
	event := mispEvent{UUID: rep.id, Info: rep.kind.english, Date: time.Unix(rep.observed, 0).UTC().Format(time.DateOnly),
		Timestamp: strconv.FormatInt(rep.published, 10), Orgc: mispOrg{rep.partner.name},
		ThreatLevel: strconv.Itoa(1 + (99-rep.confidence)/34), Attribute: []mispAttribute{}}
	if french {
		event.Info = rep.kind.french + frenchSector(rep.sector)
	}
	if rep.victim != "" {
		event.Attribute = append(event.Attribute, mispAttribute{UUID: g.r.UUID(), Type: "target-org",
			Category: "Targeting data", Value: rep.victim})
		if french && g.r.Chance(0.4) {
			event.Info += " : " + rep.victim
		}
	}
	for _, i := range rep.indicators {
		event.Attribute = append(event.Attribute, mispIndicator(g, rep, i, french))
	}
	event.Tag = mispTags(rep)
	line, err := json.Marshal(struct{ Event mispEvent }{event})
	if err != nil {
		return nil // strings and booleans always marshal
	}
	return append(line, '\n')
}

// mispIndicator maps our types to MISP's types and categories.
func mispIndicator(g *generator, rep *report, i indicator, french bool) mispAttribute {
	a := mispAttribute{UUID: g.r.UUID(), Category: "Network activity", Value: i.value, ToIDs: true}
	switch i.kind {
	case sha256, md5:
		a.Type, a.Category = i.kind, "Payload delivery"
	case ipv4:
		a.Type = generate.Pick(g.r, []string{"ip-dst", "ip-src"})
	case email:
		a.Type, a.Category = "email-src", "Payload delivery"
	case ref:
		a.Type, a.Category, a.ToIDs, a.Value = "text", "Internal reference", false, "ref:"+i.value
	default:
		a.Type = i.kind
	}
	if rep.hasObserved {
		zone := time.UTC
		if french {
			zone = time.FixedZone("", 2*hour)
		}
		a.FirstSeen = time.Unix(rep.observed, 0).In(zone).Format("2006-01-02T15:04:05.000000-07:00")
	}
	return a
}

// mispTags carries attribution and confidence as galaxy and taxonomy tags.
func mispTags(rep *report) []mispTag {
	tags := []mispTag{{"tlp:green"}}
	add := func(galaxy, name string) {
		if name != "" {
			tags = append(tags, mispTag{fmt.Sprintf("misp-galaxy:%s=%q", galaxy, name)})
		}
	}
	add("threat-actor", rep.actor)
	add("malpedia", rep.malware)
	add("sector", rep.sector)
	levels := []string{"low", "moderate", "high"}
	return append(tags, mispTag{fmt.Sprintf("estimative-language:confidence-in-analytic-judgment=%q", levels[min(rep.confidence/34, 2)])})
}

func frenchSector(name string) string {
	for _, s := range sectors {
		if s.name == name {
			return " (" + s.french + ")"
		}
	}
	return ""
}
