package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"incubator/platform/errs"
	"incubator/scoring/metrics"
)

// ScoreCmd computes one built-in metric on two files.
type ScoreCmd struct {
	Metric     string            `arg:"" optional:"" help:"Name of the metric; see --list."`
	Truth      string            `placeholder:"FILE" help:"Reference data, CSV or JSONL."`
	Prediction string            `placeholder:"FILE" help:"Predictions, CSV or JSONL, joined on the id."`
	Param      map[string]string `placeholder:"KEY=VALUE" help:"A parameter of the metric; may be repeated." mapsep:"none"`

	IDColumn         string   `name:"id-column" placeholder:"NAME" help:"Column of the id in both files (default id)."`
	TruthColumn      []string `placeholder:"NAME" sep:"none" help:"Column of the truth, or ROLE=NAME for another role than the first, as in time=first_seen; may be repeated."`
	PredictionColumn []string `placeholder:"NAME" sep:"none" help:"Column of the prediction, or ROLE=NAME; may be repeated."`
	AllowExtra       bool     `help:"Ignore predictions whose id the truth does not have."`
	MaxRows          int      `placeholder:"N" help:"Refuse files with more rows (default 20 million)."`

	List bool `help:"List the metrics with their columns and parameters."`
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Help is shown by kong below the flags.
func (*ScoreCmd) Help() string {
	return `Examples:
  incubator score roc_auc --truth truth.csv --prediction scores.csv
  incubator score tpr_at_fpr --param alpha=0.01 --truth truth.csv --prediction scores.jsonl --json
  incubator score f1 --truth t.csv --truth-column verdict --prediction p.csv --param positive=malware
  incubator score event_f1 --truth incidents.csv --prediction alerts.csv --param tolerance=300

Warnings go to standard error, or into the object with --json.
Exit codes: 0 scored, 2 wrong usage or invalid input.`
}

// Run prints the value of the metric, or the list.
func (c *ScoreCmd) Run(ctx context.Context, streams *Streams) error {
	if c.List {
		return c.list(streams.Out)
	}
	req, err := c.request()
	if err != nil {
		return err
	}
	result, err := metrics.Evaluate(ctx, req)
	if err != nil {
		return err
	}
	return c.print(streams, result)
}

func (c *ScoreCmd) request() (req metrics.Request, err error) {
	if c.Metric == "" {
		return req, errs.New(errs.Invalid, "name a metric; --list shows them")
	}
	metric, err := metrics.Lookup(c.Metric)
	switch {
	case err != nil:
		return req, err
	case c.Truth == "":
		return req, errs.New(errs.Invalid, "--truth FILE is missing")
	case c.Prediction == "":
		return req, errs.New(errs.Invalid, "--prediction FILE is missing")
	}
	req.Metrics = []metrics.Spec{{Name: metric.Name, Params: c.Param}}
	req.AllowExtra, req.Limits.MaxRows = c.AllowExtra, c.MaxRows
	if req.Truth, err = metrics.FileSource(c.Truth); err != nil {
		return req, err
	}
	if req.Prediction, err = metrics.FileSource(c.Prediction); err != nil {
		return req, err
	}
	if req.Columns.Truth, err = c.columns("--truth-column", c.TruthColumn, metric.Truth); err != nil {
		return req, err
	}
	prediction := metric.Prediction
	if _, ok := c.Param["threshold"]; ok && metric.ScoreInstead {
		prediction = []metrics.Role{metrics.RoleScore}
	}
	req.Columns.Prediction, err = c.columns("--prediction-column", c.PredictionColumn, prediction)
	return req, err
}

// columns reads NAME, which is for the first role, and ROLE=NAME.
func (c *ScoreCmd) columns(flag string, given []string, roles []metrics.Role) (map[metrics.Role]string, error) {
	names := map[metrics.Role]string{}
	if c.IDColumn != "" {
		names[metrics.RoleID] = c.IDColumn
	}
	for _, text := range given {
		role, name, found := strings.Cut(text, "=")
		if !found {
			role, name = string(roles[0]), text
		}
		if name == "" || role == "" {
			return nil, errs.New(errs.Invalid, "%s %q: NAME or ROLE=NAME is expected", flag, text)
		}
		if !knownRole(metrics.Role(role), roles) {
			return nil, errs.New(errs.Invalid, "%s %q: %s reads no %s", flag, text, c.Metric, role)
		}
		names[metrics.Role(role)] = name
	}
	return names, nil
}

// knownRole also accepts the score, which can stand in for a label.
func knownRole(role metrics.Role, roles []metrics.Role) bool {
	for _, known := range roles {
		if role == known || role == metrics.RoleScore && known == metrics.RoleLabel {
			return true
		}
	}
	return role == metrics.RoleID
}

// scoreOutput is the stable form of --json.
type scoreOutput struct {
	Metric   string            `json:"metric"`
	Value    float64           `json:"value"`
	Params   map[string]string `json:"params,omitempty"`
	Warnings []metrics.Warning `json:"warnings"`
	Counts   metrics.Counts    `json:"counts"`
}

func (c *ScoreCmd) print(streams *Streams, result metrics.Result) error {
	value := result.Values[0]
	if c.JSON {
		return json.NewEncoder(streams.Out).Encode(scoreOutput{
			Metric: value.Metric, Value: value.Value, Params: value.Params,
			Warnings: result.Warnings, Counts: result.Counts,
		})
	}
	for _, warning := range result.Warnings {
		fmt.Fprintf(streams.Err, "warning: %s: %s\n", warning.Code, warning.Message)
	}
	_, err := fmt.Fprintln(streams.Out, value.Metric, strconv.FormatFloat(value.Value, 'g', -1, 64))
	return err
}

func (c *ScoreCmd) list(out io.Writer) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(metrics.All())
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "METRIC\tBETTER\tTRUTH\tPREDICTION\tPARAMETERS\tTITLE")
	for _, m := range metrics.All() {
		params := make([]string, len(m.Params))
		for i, p := range m.Params {
			params[i] = p.Name
			if p.Default != "" {
				params[i] += "=" + p.Default
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", m.Name, m.Direction,
			roleList(m.Truth, false), roleList(m.Prediction, m.ScoreInstead), strings.Join(params, " "), m.Title)
	}
	return table.Flush()
}

func roleList(roles []metrics.Role, scoreInstead bool) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = string(role)
	}
	text := strings.Join(names, ",")
	if scoreInstead {
		text += " or score"
	}
	return text
}
