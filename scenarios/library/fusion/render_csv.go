package fusion

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"incubator/scenarios/library/generate"
)

const (
	southHeader    = "id;gemeldet;festgestellt;organisation;ort;branche;akteur;schadsoftware;indikatoren;vertrauen;beschreibung\n"
	helpdeskHeader = "id,reported,observed,organisation,contact,street,site,town,postcode,region,actor,malware,indicators,confidence,summary\n"
)

// renderSouth writes a line of the German partner: semicolons, local time
// without a zone (UTC+1 all year), an Admiralty code as confidence.
func renderSouth(g *generator, rep *report) []byte {
	const layout = "02.01.2006 15:04"
	zone := time.FixedZone("", hour)
	observed, town := "", ""
	if rep.hasObserved {
		observed = time.Unix(rep.observed, 0).In(zone).Format(layout)
	}
	if rep.victim != "" && g.r.Chance(0.6) {
		town = rep.org.town
	}
	text := rep.kind.german
	if g.r.Chance(0.3) && rep.victim != "" {
		text += " bei " + rep.victim
	}
	return csvLine(';', rep.id, time.Unix(rep.published, 0).In(zone).Format(layout), observed, rep.victim, town,
		germanSector(rep.sector), rep.actor, rep.malware, joinIndicators(g, rep), admiralty(rep.confidence), text)
}

// renderHelpdesk writes a line of the helpdesk: commas, American times at
// UTC-5, the caller's name and address.
func renderHelpdesk(g *generator, rep *report) []byte {
	const layout = "01/02/2006 03:04 PM"
	zone := time.FixedZone("", -5*hour)
	observed := ""
	if rep.hasObserved {
		observed = time.Unix(rep.observed, 0).In(zone).Format(layout)
		if g.r.Chance(0.25) {
			observed, _, _ = strings.Cut(observed, " ")
		}
	}
	o := rep.org
	address := []string{o.contact, o.street, "", o.town, o.postcode, o.region}
	for i := range address {
		switch {
		case g.r.Chance(0.3):
			address[i] = ""
		case g.r.Chance(rep.partner.typos / 2):
			address[i] = typo(g.r, address[i])
		}
	}
	text := fmt.Sprintf("Caller reports %s.", strings.ToLower(rep.kind.english))
	if g.r.Chance(0.2) {
		text += fmt.Sprintf(" User \"%s\", asks for a call back.", strings.Fields(o.contact)[0])
	}
	fields := append([]string{rep.id, time.Unix(rep.published, 0).In(zone).Format(layout), observed, rep.victim}, address...)
	fields = append(fields, rep.actor, rep.malware, joinIndicators(g, rep),
		generate.Pick(g.r, confidenceWords[min(rep.confidence/34, 2)]), text)
	return csvLine(',', fields...)
}

var confidenceWords = [3][]string{{"low", "unsure"}, {"medium", "likely"}, {"high", "certain"}}

// csvLine quotes the fields as RFC 4180 asks, with the given separator.
func csvLine(comma rune, fields ...string) []byte {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.Comma = comma
	_ = w.Write(fields) // a bytes.Buffer does not fail
	w.Flush()
	return buf.Bytes()
}

func joinIndicators(g *generator, rep *report) string {
	list := make([]string, 0, len(rep.indicators))
	for _, i := range rep.indicators {
		list = append(list, i.text(g.r, rep.partner.harmless))
	}
	return strings.Join(list, " ")
}

// admiralty maps 0 to 100 to a source and information grade, A1 the best.
func admiralty(confidence int) string {
	grade := (99 - confidence) / 20
	return fmt.Sprintf("%c%d", 'A'+grade, grade+1)
}

// germanSector returns "" for an unknown sector, as do its relatives.
func germanSector(name string) string {
	for _, s := range sectors {
		if s.name == name {
			return s.german
		}
	}
	return ""
}
