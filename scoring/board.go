package scoring

import (
	"context"
	"encoding/json"

	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/scenarios"
)

// buildBoard reads one row for each team on the board, however many submissions
// there are.
func buildBoard(ctx context.Context, q db.Querier, c *scenarios.Challenge, phase scenarios.Phase, view View) (*Leaderboard, error) {
	board := &Leaderboard{
		PhaseID: phase.ID, View: view, Revision: 1,
		Metrics: boardMetrics(c.Spec.Grading), TieBreaks: append([]string{}, c.Spec.Grading.TieBreaks...),
		Rows: []Row{}, History: []Change{},
	}
	var changed int64
	err := q.QueryRowContext(ctx, `SELECT revision, version, changed_at FROM boards WHERE phase_id = $1`, phase.ID).
		Scan(&board.Revision, &board.Version, &changed)
	if err != nil && !db.NotFound(err) {
		return nil, errs.Wrap(err, errs.Internal, "the board cannot be read")
	}
	if err == nil {
		board.ChangedAt = db.FromMicros(changed)
	}
	if err := readRows(ctx, q, board); err != nil {
		return nil, err
	}
	rank(deciding(c.Spec.Grading), board.Rows)
	return board, readHistory(ctx, q, board)
}

const standingsQuery = `SELECT s.team_id, t.name, coalesce(o.name, ''), coalesce(o.kind, ''), s.submission_id, s.number, s.run_id, s.scores, s.submitted_at, s.scored
		FROM standings s JOIN teams t ON t.id = s.team_id LEFT JOIN organizations o ON o.id = t.organization_id
		WHERE s.phase_id = $1 AND s.view = $2`

func readRows(ctx context.Context, q db.Querier, board *Leaderboard) error {
	rows, err := q.QueryContext(ctx, standingsQuery, board.PhaseID, board.View)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the board cannot be read")
	}
	defer rows.Close()
	for rows.Next() {
		var (
			row    Row
			scores string
			at     int64
		)
		err := rows.Scan(&row.TeamID, &row.Team, &row.Organization, &row.Kind, &row.SubmissionID, &row.Number, &row.RunID, &scores, &at, &row.Scored)
		if err == nil {
			err = json.Unmarshal([]byte(scores), &row.Scores)
		}
		if err != nil {
			return errs.Wrap(err, errs.Internal, "the board cannot be read")
		}
		row.SubmittedAt = db.FromMicros(at)
		board.Rows = append(board.Rows, row)
	}
	return rows.Err()
}

// maxHistory bounds the plot; a board with more changes shows the newest.
const maxHistory = 5000

const historyQuery = `SELECT team_id, submission_id, at, value FROM
			(SELECT team_id, submission_id, at, value FROM standing_changes WHERE phase_id = $1 AND view = $2
			ORDER BY at DESC, submission_id DESC LIMIT $3) AS newest
		ORDER BY at, submission_id`

func readHistory(ctx context.Context, q db.Querier, board *Leaderboard) error {
	rows, err := q.QueryContext(ctx, historyQuery, board.PhaseID, board.View, maxHistory)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the board's history cannot be read")
	}
	defer rows.Close()
	for rows.Next() {
		var (
			change Change
			at     int64
		)
		if err := rows.Scan(&change.TeamID, &change.SubmissionID, &at, &change.Value); err != nil {
			return errs.Wrap(err, errs.Internal, "the board's history cannot be read")
		}
		change.At = db.FromMicros(at)
		board.History = append(board.History, change)
	}
	return rows.Err()
}
