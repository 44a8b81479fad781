package scoring

import (
	"context"
	"slices"

	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/scenarios"
)

// OnPublish follows a new version of a challenge: where it changes who stands or
// what the frozen board counts, the standings are worked out anew. What the runs
// scored stays; that is for a rescore. It is given to scenarios.Service.OnPublish.
func (s *Service) OnPublish(ctx context.Context, tx *db.Tx, before, next *scenarios.Challenge) error {
	for _, phase := range next.Phases {
		old, known := before.Phase(phase.Name)
		if !known {
			continue
		}
		s.announceBoard(tx, phase)
		if ranksAlike(old, phase, before.Spec.Grading, next.Spec.Grading) {
			continue
		}
		if err := rebuild(ctx, tx, phase, next.Spec.Grading, ""); err != nil {
			return err
		}
		if err := touchBoard(ctx, tx, phase.ID, s.Now()); err != nil {
			return err
		}
	}
	return nil
}

func ranksAlike(old, next scenarios.Phase, before, after scenarios.Grading) bool {
	same := func(a, b scenarios.Metric) bool { return a.Key == b.Key && a.Direction == b.Direction }
	return old.Window.Freezes.Equal(next.Window.Freezes) && old.Spec.Selection == next.Spec.Selection &&
		slices.EqualFunc(deciding(before), deciding(after), same)
}

// rebuild writes both views anew from the newest scored run of every submission,
// oldest submission first: of one team, or of the whole phase when teamID is empty.
func rebuild(ctx context.Context, tx *db.Tx, phase scenarios.Phase, grading scenarios.Grading, teamID string) error {
	for _, table := range []string{"standings", "standing_changes"} {
		query, args := `DELETE FROM `+table+` WHERE phase_id = $1`, []any{phase.ID}
		if teamID != "" {
			query, args = query+` AND team_id = $2`, append(args, teamID)
		}
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return errs.Wrap(err, errs.Internal, "the board cannot be rebuilt")
		}
	}
	entries, err := listEntries(ctx, tx, phase.ID, teamID)
	if err != nil {
		return err
	}
	for _, view := range []View{Live, Public} {
		if err := rebuildView(ctx, tx, phase, grading, view, entries); err != nil {
			return err
		}
	}
	return nil
}

func rebuildView(ctx context.Context, tx *db.Tx, phase scenarios.Phase, grading scenarios.Grading, view View, entries []entry) error {
	standings := map[string]*standing{}
	for _, e := range entries {
		if !slices.Contains(viewsOf(phase, e.submission), view) {
			continue
		}
		next, change := advance(phase.Spec.Selection, grading, standings[e.submission.TeamID], e)
		standings[e.submission.TeamID] = &next
		if change != nil {
			if err := insertChange(ctx, tx, phase.ID, view, *change); err != nil {
				return err
			}
		}
	}
	for teamID, standing := range standings {
		if err := writeStanding(ctx, tx, phase.ID, view, teamID, *standing); err != nil {
			return err
		}
	}
	return nil
}

// countingRun selects the run that counts for submission s: its newest scored one,
// without those of a rescore whose board is not published yet.
const countingRun = `r.submission_id = s.id AND r.state = 'scored' AND r.attempt =
	(SELECT max(a.attempt) FROM runs a WHERE a.submission_id = s.id AND a.state = 'scored' AND NOT (a.reason = 'rescore' AND EXISTS
		(SELECT 1 FROM rescore_runs m JOIN rescores x ON x.id = m.rescore_id WHERE m.run_id = a.id AND x.ended_at IS NULL)))`

// listEntries returns the scored submissions of a phase, or of one team in it, each
// with the run that counts.
func listEntries(ctx context.Context, q db.Querier, phaseID, teamID string) ([]entry, error) {
	where, args := `s.phase_id = $1`, []any{phaseID}
	if teamID != "" {
		where, args = where+` AND s.team_id = $2`, append(args, teamID)
	}
	rows, err := q.QueryContext(ctx, `SELECT s.id, s.number, s.team_id, s.created_at, r.id, c.metric, c.value
		FROM submissions s JOIN runs r ON `+countingRun+` JOIN scores c ON c.run_id = r.id
		WHERE `+where+` ORDER BY s.number`, args...)
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
	if err := rows.Err(); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the scored submissions cannot be listed")
	}
	return entries, nil
}
