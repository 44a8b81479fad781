package metrics

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"

	"incubator/platform/errs"
)

// step is one row of incidents.csv: a technique on a host within a time span.
type step struct {
	incident, host, technique string
	start, end                int64 // microseconds since the epoch, both inclusive
}

// alert is one row of alerts.csv. Host is in lower case, technique in upper case.
type alert struct {
	host, technique string
	at              int64 // microseconds since the epoch
}

// events is what event metrics are computed from.
type events struct {
	steps     []step
	alerts    []alert // in the order of time
	incidents int
	matches   map[matchKey]*matching
}

var (
	truthRoles = []Role{RoleIncident, RoleHost, RoleTechnique, RoleStart, RoleEnd}
	alertRoles = []Role{RoleTime, RoleHost, RoleTechnique, RoleConfidence}
)

// evaluateEvents computes metrics of the family that matches alerts with steps.
// The truth is read first, so that its faults are reported first.
func evaluateEvents(ctx context.Context, req Request, calls []call) (Result, error) {
	limits := req.Limits.withDefaults()
	steps, err := loadSteps(ctx, req.Truth, req.Columns, limits)
	if err != nil {
		return Result{}, truthFault(err)
	}
	result := Result{Warnings: []Warning{}}
	alerts, repeated, err := loadAlerts(ctx, req.Prediction, req.Columns, limits)
	if err != nil {
		return Result{}, err
	}
	if repeated > 0 {
		result.Warnings = append(result.Warnings, repeatedAlerts(repeated))
	}
	result.Counts = Counts{Truth: len(steps), Prediction: len(alerts)}
	data := newEvents(steps, alerts)
	err = result.compute(ctx, calls, func(c call, n *notes) (float64, error) {
		return c.metric.events(data, c.args, n)
	})
	return result, err
}

func checkAlerts(ctx context.Context, src Source, columns Columns, limits Limits) (int, error) {
	alerts, _, err := loadAlerts(ctx, src, columns, limits)
	return len(alerts), err
}

// eachRow calls visit for every data row with the text of the wanted roles.
// visit answers with the role at fault and the problem, "" for none.
func eachRow(ctx context.Context, src Source, schema Schema, limits Limits, visit func(cells []cell, line int) (Role, string)) error {
	rows, closer, err := openRows(ctx, src, limits)
	if err != nil {
		return err
	}
	defer closer.Close()
	roles, err := schema.resolve(rows, src.Name)
	if err != nil {
		return err
	}
	rows.want(schema.names(roles))
	cells := make([]cell, len(roles))
	for count := 0; ; count++ {
		err := rows.next(cells)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if count == limits.MaxRows {
			return errs.New(errs.Invalid, "%s has more than %d data rows", src.Name, limits.MaxRows)
		}
		for i, c := range cells {
			if len(c.text) == 0 {
				return invalidRow(src.Name, rows.line(), schema.name(roles[i]), "", missingValue)
			}
		}
		if role, problem := visit(cells, rows.line()); problem != "" {
			at := slices.Index(roles, role)
			return invalidRow(src.Name, rows.line(), schema.name(role), string(cells[at].text), problem)
		}
	}
}

// loadSteps refuses a step that is there twice: it would count twice in min_steps.
func loadSteps(ctx context.Context, src Source, columns Columns, limits Limits) ([]step, error) {
	var steps []step
	seen := map[step]bool{}
	schema := Schema{Required: truthRoles, Names: columns.Truth}
	err := eachRow(ctx, src, schema, limits, func(cells []cell, _ int) (Role, string) {
		s := step{incident: string(cells[0].text), host: strings.ToLower(string(cells[1].text))}
		var problem string
		if s.technique, problem = parseTechnique(cells[2].text); problem != "" {
			return RoleTechnique, problem
		}
		if s.start, problem = parseInstant(cells[3].text); problem != "" {
			return RoleStart, problem
		}
		if s.end, problem = parseInstant(cells[4].text); problem != "" {
			return RoleEnd, problem
		}
		if s.end < s.start {
			return RoleEnd, "is before the start"
		}
		if seen[s] {
			return RoleIncident, "has the same step twice"
		}
		seen[s] = true
		steps = append(steps, s)
		return "", ""
	})
	if err == nil && len(steps) == 0 {
		err = errs.New(errs.Invalid, "%s has no data rows", src.Name)
	}
	return steps, err
}

// loadAlerts returns the alerts in the order of time, and how many repeat an
// earlier one. A file with a header and no rows is a valid, silent submission.
func loadAlerts(ctx context.Context, src Source, columns Columns, limits Limits) ([]alert, int, error) {
	var alerts []alert
	repeated, seen, ids := 0, map[alert]bool{}, map[string]bool{}
	schema := Schema{Required: alertRoles, Optional: []Role{RoleID}, Names: columns.Prediction}
	hosts := map[string]string{}
	err := eachRow(ctx, src, schema, limits, func(cells []cell, _ int) (Role, string) {
		a, role, problem := parseAlert(cells, hosts)
		if problem != "" {
			return role, problem
		}
		if len(cells) > len(alertRoles) {
			id := string(cells[len(alertRoles)].text)
			if ids[id] {
				return RoleID, "occurs twice"
			}
			ids[id] = true
		}
		if seen[a] {
			repeated++
		}
		seen[a] = true
		alerts = append(alerts, a)
		return "", ""
	})
	slices.SortStableFunc(alerts, func(a, b alert) int { return cmp.Compare(a.at, b.at) })
	return alerts, repeated, err
}

// parseAlert keeps one string for each spelling of a host, since alerts are many
// and hosts are few.
func parseAlert(cells []cell, hosts map[string]string) (a alert, role Role, problem string) {
	if a.at, problem = parseInstant(cells[0].text); problem != "" {
		return a, RoleTime, problem
	}
	host, known := hosts[string(cells[1].text)]
	if !known {
		host = strings.ToLower(string(cells[1].text))
		hosts[string(cells[1].text)] = host
	}
	a.host = host
	if a.technique, problem = parseTechnique(cells[2].text); problem != "" {
		return a, RoleTechnique, problem
	}
	confidence, ok := parseFloat(cells[3].text)
	if !ok || confidence < 0 || confidence > 1 {
		return a, RoleConfidence, "is not a number from 0 to 1"
	}
	return a, "", ""
}

// parseTechnique reads an ATT&CK technique or sub-technique id: T1059, T1059.001.
func parseTechnique(text []byte) (string, string) {
	const problem = "is not an ATT&CK technique id such as T1059 or T1059.001"
	if len(text) != 5 && len(text) != 9 || text[0]|0x20 != 't' {
		return "", problem
	}
	for i, c := range text[1:] {
		if i == 4 && c != '.' || i != 4 && (c < '0' || c > '9') {
			return "", problem
		}
	}
	return "T" + string(text[1:]), ""
}
