package awareness

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// truthStep is one technique carried out on one host: the window spans its records.
type truthStep struct {
	// Names as in incidents.csv; chain and tactic only go to truth.json.
	incident  string
	chain     string
	host      string
	technique string
	tactic    string
	from, to  int64
	evidence  [logKinds]int
	seen      bool
}

// note widens the step's window to a record. Calling it on nil does nothing: most
// records belong to no intrusion.
func (t *truthStep) note(at int64, log logKind) {
	if t == nil {
		return
	}
	if !t.seen || at < t.from {
		t.from = at
	}
	if !t.seen || at > t.to {
		t.to = at
	}
	t.seen = true
	t.evidence[log]++
}

// writeSideFiles writes the asset list and the truth.
func (s *sim) writeSideFiles(files *fileSet, sum Summary) error {
	for _, side := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{AssetsFile, s.writeAssets},
		{IncidentsFile, s.writeIncidents},
		{TruthFile, func(w io.Writer) error { return s.writeTruth(w, sum) }},
	} {
		w, err := files.open(side.name)
		if err != nil {
			return err
		}
		if err := side.write(w); err != nil {
			return fmt.Errorf("write %s: %w", side.name, err)
		}
	}
	return nil
}

// writeAssets lists the hosts with what an inventory knows of them.
func (s *sim) writeAssets(w io.Writer) error {
	rows := [][]string{{"host", "role", "department", "address", "mac", "agent", "owner"}}
	for _, h := range s.w.hosts {
		owner := ""
		if h.owner != nil {
			owner = h.owner.name
		}
		rows = append(rows, []string{h.name, string(h.role), h.dept, h.first.String(), h.mac, fmt.Sprint(h.agent), owner})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// stamp formats a time of the day as RFC 3339 in UTC with milliseconds.
func (s *sim) stamp(t int64) string {
	return time.UnixMicro(s.out.start + t).UTC().Format("2006-01-02T15:04:05.000Z")
}

func (s *sim) writeIncidents(w io.Writer) error {
	rows := [][]string{{"incident", "host", "technique", "start", "end"}}
	for _, t := range s.truth {
		// The end is rounded up, so that the last record still lies inside.
		rows = append(rows, []string{t.incident, t.host, t.technique, s.stamp(t.from), s.stamp(t.to + millisecond - 1)})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// writeTruth writes what scoring needs besides the steps, and what organisers like to
// know of each step: the kind of intrusion, the tactic, and its records by log.
func (s *sim) writeTruth(w io.Writer, sum Summary) error {
	type step struct {
		Incident  string         `json:"incident"`
		Chain     string         `json:"chain"`
		Host      string         `json:"host"`
		Technique string         `json:"technique"`
		Tactic    string         `json:"tactic"`
		Evidence  map[string]int `json:"evidence"`
	}
	doc := struct {
		Summary
		Start   string `json:"start"`
		Horizon int64  `json:"horizon_seconds"`
		Chains  []step `json:"chain_steps"`
	}{Summary: sum, Start: s.stamp(0), Horizon: day / second}
	for _, t := range s.truth {
		evidence := map[string]int{}
		for i, n := range t.evidence {
			if n > 0 {
				evidence[logNames[i]] = n
			}
		}
		doc.Chains = append(doc.Chains, step{t.incident, t.chain, t.host, t.technique, t.tactic, evidence})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(doc)
}
