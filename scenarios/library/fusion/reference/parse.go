package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// report is what all formats have in common. Times are Unix hours;
// hasObserved says whether the observation time is known.
type report struct {
	id, partner            string
	published, observed    float64
	hasObserved            bool
	victim, actor, malware string
	contact, kind          string
	indicators             []string // sorted, as kind:value
}

// readReports reads every file of the folder by its ending.
func readReports(dir string) ([]*report, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	var all []*report
	for _, path := range paths {
		name := filepath.Base(path)
		var list []*report
		switch {
		case strings.HasSuffix(name, ".stix.jsonl"):
			list, err = readLines(path, parseSTIX)
		case strings.HasSuffix(name, ".misp.jsonl"):
			list, err = readLines(path, parseMISP)
		case strings.HasSuffix(name, ".syslog"):
			list, err = readLines(path, parseSyslog)
		case strings.HasSuffix(name, ".csv"):
			list, err = readCSV(path)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, r := range list {
			r.partner = name
		}
		all = append(all, list...)
	}
	return all, nil
}

func readLines(path string, parse func([]byte) (*report, error)) ([]*report, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var list []*report
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 16<<20)
	for line := 1; scanner.Scan(); line++ {
		r, err := parse(scanner.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		list = append(list, r)
	}
	return list, scanner.Err()
}

// stixObject is the union of the fields that matter of all object types.
type stixObject struct {
	Type, ID, Name, Pattern string
	Published               string
	ValidFrom               string `json:"valid_from"`
	Labels                  []string
	References              []struct {
		Source string `json:"source_name"`
		ID     string `json:"external_id"`
	} `json:"external_references"`
}

// parseSTIX takes valid_from for the time of observation only where it differs
// from the time of publication, which partners put there when they know no other.
func parseSTIX(line []byte) (*report, error) {
	var bundle struct{ Objects []stixObject }
	if err := json.Unmarshal(line, &bundle); err != nil {
		return nil, err
	}
	r := &report{}
	validFrom := ""
	for _, o := range bundle.Objects {
		for _, reference := range o.References {
			if reference.Source == "national-case" {
				r.add("ref:" + reference.ID)
			}
		}
		switch o.Type {
		case "report":
			r.id, r.published, r.kind = o.ID, parseTime(o.Published), kindOf(strings.Join(o.Labels, " "))
		case "identity":
			r.victim = o.Name
		case "intrusion-set":
			r.actor = o.Name
		case "malware":
			r.malware = o.Name
		case "indicator":
			r.extract(o.Pattern)
			validFrom = o.ValidFrom
		}
	}
	if validFrom != "" && parseTime(validFrom) != r.published {
		r.observed, r.hasObserved = parseTime(validFrom), true
	}
	return r, nil
}

var galaxy = regexp.MustCompile(`^misp-galaxy:(threat-actor|malpedia)="(.*)"$`)

// parseMISP falls back to noon of the day where no attribute has first_seen.
func parseMISP(line []byte) (*report, error) {
	var in struct {
		Event struct {
			UUID, Info, Date, Timestamp string
			Attribute                   []struct {
				Type, Value string
				FirstSeen   string `json:"first_seen"`
			}
			Tag []struct{ Name string }
		}
	}
	if err := json.Unmarshal(line, &in); err != nil {
		return nil, err
	}
	r := &report{}
	r.id, r.kind = in.Event.UUID, kindOf(in.Event.Info)
	seconds, err := strconv.ParseInt(in.Event.Timestamp, 10, 64)
	if err != nil {
		return nil, err
	}
	r.published = float64(seconds) / 3600
	r.observed, r.hasObserved = parseTime(in.Event.Date)+12, true // somewhere in that day
	for _, a := range in.Event.Attribute {
		if a.Type == "target-org" {
			r.victim = a.Value
			continue
		}
		r.extract(a.Value)
		if a.FirstSeen != "" {
			r.observed = parseTime(a.FirstSeen)
		}
	}
	for _, tag := range in.Event.Tag {
		if m := galaxy.FindStringSubmatch(tag.Name); m != nil && m[1] == "malpedia" {
			r.malware = m[2]
		} else if m != nil {
			r.actor = m[2]
		}
	}
	return r, nil
}

var param = regexp.MustCompile(` (\w+)="((?:[^"\\]|\\.)*)"`)

// parseSyslog reads the structured data of the report; the line's own time is the
// observation.
func parseSyslog(line []byte) (*report, error) {
	fields := strings.SplitN(string(line), " ", 3)
	if len(fields) < 3 {
		return nil, fmt.Errorf("not an RFC 5424 line")
	}
	r := &report{}
	r.published = parseTime(fields[1])
	r.observed, r.hasObserved = r.published, true
	for _, m := range param.FindAllStringSubmatch(fields[2], -1) {
		value := strings.NewReplacer(`\"`, `"`, `\]`, `]`, `\\`, `\`).Replace(m[2])
		switch m[1] {
		case "id":
			r.id = value
		case "org":
			r.victim = value
		case "actor":
			r.actor = value
		case "family":
			r.malware = value
		case "type":
			r.kind = kindOf(value)
		}
	}
	_, message, _ := strings.Cut(fields[2], "] ")
	r.extract(message)
	return r, nil
}

// column names of the two CSV partners, in either language.
var columns = map[string]string{"gemeldet": "reported", "festgestellt": "observed", "akteur": "actor",
	"schadsoftware": "malware", "indikatoren": "indicators", "beschreibung": "summary"}

// readCSV tells the separator from the header and the columns by their names.
func readCSV(path string) ([]*report, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	reader := csv.NewReader(strings.NewReader(string(data)))
	head, _, _ := strings.Cut(string(data), "\n")
	if strings.Contains(head, ";") {
		reader.Comma = ';'
	}
	rows, err := reader.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var list []*report
	for _, row := range rows[1:] {
		field := map[string]string{}
		for i, name := range rows[0] {
			if translated, ok := columns[name]; ok {
				name = translated
			}
			field[name] = row[i]
		}
		list = append(list, fromRow(field))
	}
	return list, nil
}

func fromRow(field map[string]string) *report {
	r := &report{}
	r.id, r.victim, r.actor, r.malware = field["id"], field["organisation"], field["actor"], field["malware"]
	r.contact = strings.ToLower(field["contact"])
	r.published, r.kind = parseTime(field["reported"]), kindOf(field["summary"])
	if field["observed"] != "" {
		r.observed, r.hasObserved = parseTime(field["observed"]), true
	}
	r.extract(field["indicators"])
	return r
}

var layouts = []string{time.RFC3339Nano, "02.01.2006 15:04", "01/02/2006 03:04 PM", "01/02/2006", time.DateOnly}

// parseTime returns Unix hours; local times without a zone are read as UTC and
// corrected later with the partner's clock. A date alone means its noon.
func parseTime(s string) float64 {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, s); err == nil {
			if layout == "01/02/2006" {
				at = at.Add(12 * time.Hour)
			}
			return float64(at.Unix()) / 3600
		}
	}
	return 0
}
