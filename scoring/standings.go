package scoring

import (
	"context"
	"encoding/json"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/scenarios"
)

// standing is the submission that counts for a team in one view of a board.
type standing struct {
	submissionID string
	number       int
	runID        string
	scores       map[string]float64
	submittedAt  time.Time
	scored       int
}

// entry is a scored submission on its way to the board.
type entry struct {
	submission *Submission
	runID      string
	scores     map[string]float64
}

// placeEntry updates both views of the board with a newly scored submission.
func placeEntry(ctx context.Context, tx *db.Tx, phase scenarios.Phase, grading scenarios.Grading, e entry, now time.Time) error {
	for _, view := range viewsOf(phase, e.submission) {
		if err := placeInView(ctx, tx, phase, grading, view, e); err != nil {
			return err
		}
	}
	return touchBoard(ctx, tx, phase.ID, now)
}

// viewsOf says which views count the submission: one handed in before the freeze
// counts in both, whenever its run ends.
func viewsOf(phase scenarios.Phase, s *Submission) []View {
	freeze := phase.Window.Freezes
	if freeze.IsZero() || s.CreatedAt.Before(freeze) {
		return []View{Live, Public}
	}
	return []View{Live}
}

func placeInView(ctx context.Context, tx *db.Tx, phase scenarios.Phase, grading scenarios.Grading, view View, e entry) error {
	before, err := findStanding(ctx, tx, phase.ID, view, e.submission.TeamID)
	if err != nil {
		return err
	}
	next := standing{
		submissionID: e.submission.ID, number: e.submission.Number, runID: e.runID,
		scores: e.scores, submittedAt: e.submission.CreatedAt, scored: 1,
	}
	if before != nil {
		next.scored = before.scored + 1
		if !replaces(phase.Spec.Selection, grading, *before, next) {
			kept := *before
			kept.scored = next.scored
			return writeStanding(ctx, tx, phase.ID, view, e.submission.TeamID, kept)
		}
	}
	if err := writeStanding(ctx, tx, phase.ID, view, e.submission.TeamID, next); err != nil {
		return err
	}
	value, ok := e.scores[grading.PrimaryMetric().Key]
	if !ok {
		return nil
	}
	return insertChange(ctx, tx, phase.ID, view, Change{
		TeamID: e.submission.TeamID, SubmissionID: e.submission.ID, At: e.submission.CreatedAt, Value: value,
	})
}

// replaces reports whether next stands instead of before. Of equal submissions
// the earlier one stands.
func replaces(selection scenarios.Selection, grading scenarios.Grading, before, next standing) bool {
	if selection == scenarios.Last {
		return next.number > before.number
	}
	order := compareScores(deciding(grading), next.scores, before.scores)
	return order < 0 || (order == 0 && next.number < before.number)
}

func findStanding(ctx context.Context, q db.Querier, phaseID string, view View, teamID string) (*standing, error) {
	var (
		s      standing
		scores string
		at     int64
	)
	err := q.QueryRowContext(ctx, `SELECT submission_id, number, run_id, scores, submitted_at, scored
		FROM standings WHERE phase_id = $1 AND view = $2 AND team_id = $3`, phaseID, view, teamID).
		Scan(&s.submissionID, &s.number, &s.runID, &scores, &at, &s.scored)
	if db.NotFound(err) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(scores), &s.scores)
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the board cannot be read")
	}
	s.submittedAt = db.FromMicros(at)
	return &s, nil
}

func writeStanding(ctx context.Context, tx *db.Tx, phaseID string, view View, teamID string, s standing) error {
	scores, err := json.Marshal(s.scores)
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO standings (phase_id, view, team_id, submission_id, number, run_id, scores, submitted_at, scored)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (phase_id, view, team_id) DO UPDATE SET submission_id = excluded.submission_id, number = excluded.number,
				run_id = excluded.run_id, scores = excluded.scores, submitted_at = excluded.submitted_at, scored = excluded.scored`,
			phaseID, view, teamID, s.submissionID, s.number, s.runID, string(scores), db.Micros(s.submittedAt), s.scored)
	}
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the board cannot be stored")
	}
	return nil
}

func insertChange(ctx context.Context, tx *db.Tx, phaseID string, view View, c Change) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO standing_changes (phase_id, view, submission_id, team_id, at, value)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (phase_id, view, submission_id) DO UPDATE SET value = excluded.value`,
		phaseID, view, c.SubmissionID, c.TeamID, db.Micros(c.At), c.Value)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the board cannot be stored")
	}
	return nil
}

// touchBoard counts a change of the board, so that caches in every process see it.
func touchBoard(ctx context.Context, tx *db.Tx, phaseID string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO boards (phase_id, revision, version, changed_at) VALUES ($1, 1, 1, $2)
		ON CONFLICT (phase_id) DO UPDATE SET version = boards.version + 1, changed_at = excluded.changed_at`,
		phaseID, db.Micros(now))
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the board cannot be stored")
	}
	return nil
}

// rebuildStandings writes both views anew from the newest scored run of every
// submission of the phase, oldest submission first.
func rebuildStandings(ctx context.Context, tx *db.Tx, phase scenarios.Phase, grading scenarios.Grading, now time.Time) error {
	for _, table := range []string{"standings", "standing_changes"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE phase_id = $1`, phase.ID); err != nil {
			return errs.Wrap(err, errs.Internal, "the board cannot be rebuilt")
		}
	}
	entries, err := listEntries(ctx, tx, phase.ID)
	if err != nil {
		return err
	}
	for _, e := range entries {
		for _, view := range viewsOf(phase, e.submission) {
			if err := placeInView(ctx, tx, phase, grading, view, e); err != nil {
				return err
			}
		}
	}
	return touchBoard(ctx, tx, phase.ID, now)
}

// listEntries returns the scored submissions of a phase, each with its newest
// scored run.
func listEntries(ctx context.Context, q db.Querier, phaseID string) ([]entry, error) {
	rows, err := q.QueryContext(ctx, `SELECT s.id, s.number, s.team_id, s.created_at, r.id, c.metric, c.value
		FROM submissions s
		JOIN runs r ON r.submission_id = s.id AND r.state = 'scored' AND r.attempt =
			(SELECT max(attempt) FROM runs WHERE submission_id = s.id AND state = 'scored')
		JOIN scores c ON c.run_id = r.id
		WHERE s.phase_id = $1 ORDER BY s.number`, phaseID)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the scored submissions cannot be listed")
	}
	defer rows.Close()
	var entries []entry
	for rows.Next() {
		var (
			s     Submission
			at    int64
			runID string
			key   string
			value float64
		)
		if err := rows.Scan(&s.ID, &s.Number, &s.TeamID, &at, &runID, &key, &value); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the scored submissions cannot be listed")
		}
		s.CreatedAt, s.PhaseID = db.FromMicros(at), phaseID
		if n := len(entries); n == 0 || entries[n-1].runID != runID {
			entries = append(entries, entry{submission: &s, runID: runID, scores: map[string]float64{}})
		}
		entries[len(entries)-1].scores[key] = value
	}
	return entries, rows.Err()
}
