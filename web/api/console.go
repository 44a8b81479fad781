package api

import (
	"context"
	"math"
	"strconv"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/scoring"
	"incubator/scoring/metrics"
)

// ConsoleRun is a run of whichever challenge.
type ConsoleRun struct {
	Run
	SubmissionID string `json:"submission_id"`
	Number       int    `json:"number"`
	Kind         string `json:"kind"`
	Team         string `json:"team"`
	Challenge    string `json:"challenge" doc:"Slug"`
}

// Queue counts runs.
type Queue struct {
	Waiting       int        `json:"waiting"`
	Working       int        `json:"working"`
	Scored        int        `json:"scored" doc:"In the last 24 hours"`
	Failed        int        `json:"failed" doc:"In the last 24 hours"`
	OldestWaiting *time.Time `json:"oldest_waiting,omitempty"`
}

type runsInput struct {
	State string `query:"state" enum:"queued,preparing,running,scoring,scored,failed,cancelled" doc:"Only in this state"`
	Paging
}

func (a *API) addConsole() {
	add(a, operation{method: "GET", path: "/runs", id: "runs.list", roles: organisers, scope: accounts.ScopeAdmin, tag: tagOrganising,
		summary: "List runs", text: "Of all challenges, the newest first."}, a.listRuns)
	add(a, operation{method: "GET", path: "/queue", id: "queue.get", roles: organisers, scope: accounts.ScopeAdmin, tag: tagOrganising,
		summary: "Count waiting and working runs"}, a.getQueue)
	add(a, operation{method: "GET", path: "/metrics", id: "metrics.list", roles: anyone, tag: tagPlatform,
		summary: "List the built-in metrics", text: "What a challenge can be scored by, with definitions and sources."}, a.listMetrics)
}

// The cursor of runs is the moment at which the last one was queued. Runs queued
// in the very same microsecond as it, by a rescore, may fall between two pages.
func (a *API) listRuns(ctx context.Context, by accounts.Principal, in *runsInput) (Page[ConsoleRun], error) {
	before, err := in.number()
	if err != nil {
		return Page[ConsoleRun]{}, err
	}
	filter := scoring.ConsoleFilter{State: scoring.State(in.State), Limit: in.Limit + 1}
	if before > 0 {
		filter.Before = db.FromMicros(before)
	}
	rows, err := a.Scoring.Console(ctx, by, filter)
	return pageOf(rows, in.Limit, showConsoleRun,
		func(r scoring.ConsoleRow) string { return strconv.FormatInt(db.Micros(r.Run.QueuedAt), 10) }), err
}

func showConsoleRun(r scoring.ConsoleRow) ConsoleRun {
	return ConsoleRun{Run: showRun(r.Run), SubmissionID: r.SubmissionID, Number: r.Number, Kind: string(r.Kind), Team: r.TeamName, Challenge: r.ChallengeSlug}
}

func (a *API) getQueue(ctx context.Context, _ accounts.Principal, _ *struct{}) (Queue, error) {
	q, err := a.Scoring.Queue(ctx)
	return Queue{Waiting: q.Waiting, Working: q.Working, Scored: q.Scored, Failed: q.Failed, OldestWaiting: moment(q.OldestWaiting)}, err
}

// MetricInfo is a built-in metric.
type MetricInfo struct {
	Name       string   `json:"name" example:"roc_auc"`
	Aliases    []string `json:"aliases,omitempty"`
	Title      string   `json:"title"`
	Definition string   `json:"definition"`
	Source     string   `json:"source" doc:"Paper, book or library of the formula"`
	Direction  string   `json:"direction" enum:"higher,lower"`
	Unit       string   `json:"unit"`
	Min        *float64 `json:"min,omitempty" doc:"Missing: unbounded"`
	Max        *float64 `json:"max,omitempty" doc:"Missing: unbounded"`
	Truth      []string `json:"truth" doc:"Roles of the columns that are read"`
	Prediction []string `json:"prediction" doc:"Roles of the columns that are read"`
}

func showMetric(m metrics.Metric) MetricInfo {
	return MetricInfo{Name: m.Name, Aliases: m.Aliases, Title: m.Title, Definition: m.Definition, Source: m.Source,
		Direction: string(m.Direction), Unit: m.Unit, Min: bound(m.Range.Min), Max: bound(m.Range.Max),
		Truth: texts(m.Truth), Prediction: texts(m.Prediction)}
}

func bound(value float64) *float64 {
	if math.IsInf(value, 0) {
		return nil
	}
	return &value
}

func (a *API) listMetrics(context.Context, accounts.Principal, *struct{}) (Page[MetricInfo], error) {
	all := metrics.All()
	return pageOf(all, len(all), showMetric, func(m metrics.Metric) string { return m.Name }), nil
}
