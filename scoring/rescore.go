package scoring

import (
	"context"
	"encoding/json"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/scenarios"
)

// Rescore scores every scored submission of the phase again, with the challenge as
// it is now, from the outputs that their runs left. The board keeps its revision
// until all are done; then the next revision replaces it in one step, and the old
// one is kept. Errors: Conflict while another rescore of the phase is under way.
func (s *Service) Rescore(ctx context.Context, by accounts.Principal, phaseID, reason string) error {
	if !by.CanOrganise() {
		return errs.New(errs.Forbidden, "only organisers rescore a phase")
	}
	phase, err := s.Challenge.Phase(ctx, phaseID)
	if err != nil {
		return err
	}
	challenge, err := s.challenge(ctx, phase.ChallengeID)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id := s.newID()
		if err := insertRescore(ctx, tx, id, phaseID, reason, by.User.ID, s.Now()); err != nil {
			return err
		}
		entries, err := listEntries(ctx, tx, phaseID, "")
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := s.enqueueRescore(ctx, tx, id, e, challenge.Version); err != nil {
				return err
			}
		}
		if len(entries) == 0 {
			if err := s.publishRevision(ctx, tx, id, phase); err != nil {
				return err
			}
		}
		return s.Audit.Record(ctx, tx, by.Actor().Did(s.Now(), "phase.rescore", "phase", phaseID,
			map[string]any{"reason": reason, "submissions": len(entries)}))
	})
}

func (s *Service) enqueueRescore(ctx context.Context, tx *db.Tx, rescoreID string, e entry, version int) error {
	sub, err := findSubmission(ctx, tx, e.submission.ID)
	if err != nil {
		return err
	}
	outputFrom := ""
	if sub.Kind != scenarios.Results {
		outputFrom = e.runID
	}
	runID, err := s.enqueue(ctx, tx, sub, ForRescore, version, outputFrom)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO rescore_runs (rescore_id, run_id) VALUES ($1, $2)`, rescoreID, runID)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the rescore cannot be stored")
	}
	return nil
}

func insertRescore(ctx context.Context, tx *db.Tx, id, phaseID, reason, actorID string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO rescores (id, phase_id, reason, actor_id, started_at) VALUES ($1, $2, $3, $4, $5)`,
		id, phaseID, reason, actorID, db.Micros(at))
	if _, twice := db.Unique(err); twice {
		return errs.New(errs.Conflict, "this phase is being rescored already")
	}
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the rescore cannot be stored")
	}
	return nil
}

// concludeRescore publishes the next revision when the run was the last one of its
// rescore.
func (s *Service) concludeRescore(ctx context.Context, tx *db.Tx, run *Run, phase scenarios.Phase) error {
	var (
		rescoreID string
		left      int
	)
	err := tx.QueryRowContext(ctx, `SELECT rescore_id FROM rescore_runs WHERE run_id = $1`, run.ID).Scan(&rescoreID)
	if err == nil {
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM rescore_runs m JOIN runs r ON r.id = m.run_id
			WHERE m.rescore_id = $1 AND r.state IN ('queued', 'preparing', 'running', 'scoring')`, rescoreID).Scan(&left)
	}
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the rescore cannot be read")
	}
	if left > 0 {
		return nil
	}
	return s.publishRevision(ctx, tx, rescoreID, phase)
}

// publishRevision keeps the present board as it is and replaces it by one that is
// built anew.
func (s *Service) publishRevision(ctx context.Context, tx *db.Tx, rescoreID string, phase scenarios.Phase) error {
	challenge, err := s.challenge(ctx, phase.ChallengeID)
	if err != nil {
		return err
	}
	now := s.Now()
	before, err := buildBoard(ctx, tx, challenge, phase, Live)
	if err != nil {
		return err
	}
	kept, err := json.Marshal(before)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the board cannot be stored")
	}
	if err := touchBoard(ctx, tx, phase.ID, now); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO board_revisions (phase_id, revision, board, reason, actor_id, closed_at)
		SELECT $1, $2, $3, reason, actor_id, $4 FROM rescores WHERE id = $5`,
		phase.ID, before.Revision, string(kept), db.Micros(now), rescoreID)
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE boards SET revision = revision + 1 WHERE phase_id = $1`, phase.ID)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE rescores SET ended_at = $2 WHERE id = $1`, rescoreID, db.Micros(now))
	}
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the next revision of the board cannot be stored")
	}
	s.announceBoard(tx, phase)
	return rebuild(ctx, tx, phase, challenge.Spec.Grading, "")
}

// listUnpublished returns the submission's runs that belong to a rescore under way.
func listUnpublished(ctx context.Context, q db.Querier, submissionID string) (map[string]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT m.run_id FROM runs r JOIN rescore_runs m ON m.run_id = r.id
		JOIN rescores x ON x.id = m.rescore_id WHERE r.submission_id = $1 AND x.ended_at IS NULL`, submissionID)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the rescore cannot be read")
	}
	defer rows.Close()
	runs := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the rescore cannot be read")
		}
		runs[id] = true
	}
	if err := rows.Err(); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the rescore cannot be read")
	}
	return runs, nil
}

// Revision is a board that a rescore replaced.
type Revision struct {
	Revision int
	Board    *Leaderboard
	Reason   string // why the next revision was made
	ClosedAt time.Time
}

// Revisions returns the replaced boards of a phase, the newest first. They show
// everything, so they are for organisers.
func (s *Service) Revisions(ctx context.Context, phaseID string) ([]Revision, error) {
	rows, err := s.DB.Read().QueryContext(ctx, `SELECT revision, board, reason, closed_at FROM board_revisions
		WHERE phase_id = $1 ORDER BY revision DESC`, phaseID)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the revisions cannot be read")
	}
	defer rows.Close()
	var all []Revision
	for rows.Next() {
		var (
			r     Revision
			board string
			at    int64
		)
		if err := rows.Scan(&r.Revision, &board, &r.Reason, &at); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the revisions cannot be read")
		}
		if err := json.Unmarshal([]byte(board), &r.Board); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the revisions cannot be read")
		}
		r.ClosedAt = db.FromMicros(at)
		all = append(all, r)
	}
	return all, rows.Err()
}
