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

// placeEntry updates both views of the board with a newly scored run. The board is
// the same in whatever order runs end: where one comes after its turn, the team's
// part of it is worked out anew.
func placeEntry(ctx context.Context, tx *db.Tx, phase scenarios.Phase, grading scenarios.Grading, e entry, run *Run) error {
	late, err := hasLaterScored(ctx, tx, e.submission)
	switch {
	case err != nil:
	case late || run.Attempt > 1:
		err = rebuild(ctx, tx, phase, grading, e.submission.TeamID)
	default:
		err = placeNext(ctx, tx, phase, grading, e)
	}
	if err != nil {
		return err
	}
	return touchBoard(ctx, tx, phase.ID, run.EndedAt)
}

func placeNext(ctx context.Context, tx *db.Tx, phase scenarios.Phase, grading scenarios.Grading, e entry) error {
	for _, view := range viewsOf(phase, e.submission) {
		before, err := findStanding(ctx, tx, phase.ID, view, e.submission.TeamID)
		if err != nil {
			return err
		}
		next, change := advance(phase.Spec.Selection, grading, before, e)
		if err := writeStanding(ctx, tx, phase.ID, view, e.submission.TeamID, next); err != nil {
			return err
		}
		if change != nil {
			if err := insertChange(ctx, tx, phase.ID, view, *change); err != nil {
				return err
			}
		}
	}
	return nil
}

const laterQuery = `SELECT 1 FROM submissions s JOIN runs r ON r.submission_id = s.id AND r.state = 'scored'
		WHERE s.challenge_id = $1 AND s.team_id = $2 AND s.number > $3 AND s.phase_id = $4 LIMIT 1`

// hasLaterScored reports whether a later submission of the team in the phase has
// been scored already.
func hasLaterScored(ctx context.Context, q db.Querier, s *Submission) (bool, error) {
	var found int
	err := q.QueryRowContext(ctx, laterQuery,
		s.ChallengeID, s.TeamID, s.Number, s.PhaseID).Scan(&found)
	if err != nil && !db.NotFound(err) {
		return false, errs.Wrap(err, errs.Internal, "the submissions cannot be searched")
	}
	return found == 1, nil
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

// advance returns the standing after the next submission of a team, and the change
// that it makes to the plot, nil where it makes none.
func advance(selection scenarios.Selection, grading scenarios.Grading, before *standing, e entry) (standing, *Change) {
	next := standing{
		submissionID: e.submission.ID, number: e.submission.Number, runID: e.runID,
		scores: e.scores, submittedAt: e.submission.CreatedAt, scored: 1,
	}
	if before != nil {
		next.scored = before.scored + 1
		if !replaces(selection, grading, *before, next) {
			kept := *before
			kept.scored = next.scored
			return kept, nil
		}
	}
	value, ok := e.scores[grading.PrimaryMetric().Key]
	if !ok {
		return next, nil
	}
	return next, &Change{TeamID: e.submission.TeamID, SubmissionID: e.submission.ID, At: e.submission.CreatedAt, Value: value}
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
