package scoring

import (
	"cmp"
	"slices"
	"time"

	"incubator/platform/accounts"
	"incubator/scenarios"
)

// View selects which submissions a board counts.
type View string

// The views.
const (
	Live   View = "live"   // everything: organisers, and everyone while nothing is frozen
	Public View = "public" // what was submitted before the freeze
)

// Leaderboard is the ranked table of a phase.
type Leaderboard struct {
	PhaseID   string             `json:"phase_id"`
	View      View               `json:"view"`
	Revision  int                `json:"revision"`
	Version   int                `json:"version"` // counts every change; 0 in the public view
	ChangedAt time.Time          `json:"changed_at"`
	Metrics   []scenarios.Metric `json:"metrics"` // primary first, then tie-breaks in order, then the rest
	TieBreaks []string           `json:"tie_breaks"`
	Rows      []Row              `json:"rows"` // by rank, equal ranks by team name
	History   []Change           `json:"history"`
}

// Row is one team's place. Teams that tie on the primary metric and on every
// tie-break share a rank, and the ranks after it are skipped (1, 2, 2, 4).
type Row struct {
	Rank         int                `json:"rank"`
	TeamID       string             `json:"team_id"`
	Team         string             `json:"team"`
	Organization string             `json:"organization,omitempty"`
	Kind         accounts.Kind      `json:"kind,omitempty"` // of the organisation
	SubmissionID string             `json:"submission_id"`
	Number       int                `json:"number"`
	RunID        string             `json:"run_id"`
	Scores       map[string]float64 `json:"scores"` // by metric key; a key is missing where the run has no such score
	SubmittedAt  time.Time          `json:"submitted_at"`
	Scored       int                `json:"scored"` // the team's scored submissions
}

// Change is a moment at which a team's standing submission changed.
type Change struct {
	TeamID       string    `json:"team_id"`
	SubmissionID string    `json:"submission_id"`
	At           time.Time `json:"at"`
	Value        float64   `json:"value"` // of the primary metric
}

// boardMetrics returns the metrics in the order in which they decide.
func boardMetrics(g scenarios.Grading) []scenarios.Metric {
	ordered := []scenarios.Metric{g.PrimaryMetric()}
	for _, key := range g.TieBreaks {
		if m, ok := g.Metric(key); ok && !m.Primary {
			ordered = append(ordered, m)
		}
	}
	for _, m := range g.Metrics {
		if !slices.ContainsFunc(ordered, func(o scenarios.Metric) bool { return o.Key == m.Key }) {
			ordered = append(ordered, m)
		}
	}
	return ordered
}

// deciding returns the primary metric and the tie-breaks.
func deciding(g scenarios.Grading) []scenarios.Metric {
	ordered := boardMetrics(g)
	n := 1
	for _, key := range g.TieBreaks {
		if m, ok := g.Metric(key); ok && !m.Primary {
			n++
		}
	}
	return ordered[:n]
}

// compareScores returns a negative number when a ranks before b, by the metrics in
// order. A missing value ranks after every value.
func compareScores(metrics []scenarios.Metric, a, b map[string]float64) int {
	for _, m := range metrics {
		x, hasX := a[m.Key]
		y, hasY := b[m.Key]
		switch {
		case !hasX && !hasY:
			continue
		case !hasX:
			return 1
		case !hasY:
			return -1
		}
		order := cmp.Compare(y, x)
		if m.Direction == scenarios.Lower {
			order = -order
		}
		if order != 0 {
			return order
		}
	}
	return 0
}

// rank sorts rows in place and gives them their ranks.
func rank(metrics []scenarios.Metric, rows []Row) {
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(compareScores(metrics, a.Scores, b.Scores), cmp.Compare(a.Team, b.Team), cmp.Compare(a.TeamID, b.TeamID))
	})
	for i := range rows {
		rows[i].Rank = i + 1
		if i > 0 && compareScores(metrics, rows[i-1].Scores, rows[i].Scores) == 0 {
			rows[i].Rank = rows[i-1].Rank
		}
	}
}
