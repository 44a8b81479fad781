package scenarios

import (
	"context"
	"encoding/json"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const phaseColumns = `id, challenge_id, position, name, title, opens_at, freezes_at, closes_at, spec`

// Phase returns one phase.
func (s *Service) Phase(ctx context.Context, id string) (Phase, error) {
	return FindPhase(ctx, s.db.Read(), id)
}

// FindPhase reads one phase inside a caller's transaction.
func FindPhase(ctx context.Context, q db.Querier, id string) (Phase, error) {
	phase, err := scanPhase(q.QueryRowContext(ctx, `SELECT `+phaseColumns+` FROM phases WHERE id = $1`, id))
	if db.NotFound(err) {
		return Phase{}, errs.New(errs.NotFound, "there is no such phase")
	}
	return phase, err
}

// listPhases returns the phases of one challenge, or of all when the id is empty.
func listPhases(ctx context.Context, q db.Querier, challengeID string) ([]Phase, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+phaseColumns+` FROM phases
		WHERE $1 = '' OR challenge_id = $1 ORDER BY challenge_id, position`, challengeID)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the phases cannot be listed")
	}
	defer rows.Close()
	var phases []Phase
	for rows.Next() {
		phase, err := scanPhase(rows)
		if err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the phases cannot be listed")
		}
		phases = append(phases, phase)
	}
	return phases, rows.Err()
}

func scanPhase(row scanner) (Phase, error) {
	var (
		p             Phase
		spec          string
		opens, closes int64
		freezes       *int64
	)
	err := row.Scan(&p.ID, &p.ChallengeID, &p.Position, &p.Name, &p.Title, &opens, &freezes, &closes, &spec)
	if err != nil {
		return Phase{}, err
	}
	p.Window = Window{Opens: db.FromMicros(opens), Freezes: optionalTime(freezes), Closes: db.FromMicros(closes)}
	return p, json.Unmarshal([]byte(spec), &p.Spec)
}

func writePhases(ctx context.Context, tx *db.Tx, phases []Phase) error {
	for _, p := range phases {
		spec, err := encode(p.Spec)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO phases (`+phaseColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (id) DO UPDATE SET position = excluded.position, title = excluded.title, opens_at = excluded.opens_at,
				freezes_at = excluded.freezes_at, closes_at = excluded.closes_at, spec = excluded.spec`,
			p.ID, p.ChallengeID, p.Position, p.Name, p.Title,
			db.Micros(p.Window.Opens), optionalMicros(p.Window.Freezes), db.Micros(p.Window.Closes), spec)
		if err != nil {
			return errs.Wrap(err, errs.Internal, "phase %s cannot be stored", p.Name)
		}
	}
	return nil
}

// forgetMovedTransitions makes a moment that was moved into the future fall due
// once more, as a freeze may be.
func forgetMovedTransitions(ctx context.Context, tx *db.Tx, c *Challenge) error {
	for _, p := range c.Phases {
		_, err := tx.ExecContext(ctx, `DELETE FROM phase_transitions WHERE phase_id = $1 AND kind = 'freeze' AND due_at <> $2`,
			p.ID, db.Micros(p.Window.Freezes))
		if err != nil {
			return errs.Wrap(err, errs.Internal, "phase %s cannot be stored", p.Name)
		}
	}
	return nil
}

func deletePhase(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM phases WHERE id = $1`, id); err != nil {
		return errs.Wrap(err, errs.Internal, "the phase cannot be removed")
	}
	return nil
}

// NextMoment returns the earliest moment after now at which some phase opens,
// freezes or closes; the zero time when none is left.
func (s *Service) NextMoment(ctx context.Context) (time.Time, error) {
	var next *int64
	err := s.db.Read().QueryRowContext(ctx, `SELECT min(at) FROM (
		SELECT opens_at AS at FROM phases UNION ALL SELECT freezes_at FROM phases UNION ALL SELECT closes_at FROM phases
		) AS moments WHERE at > $1`, db.Micros(s.now())).Scan(&next)
	if err != nil {
		return time.Time{}, errs.Wrap(err, errs.Internal, "the next moment cannot be read")
	}
	return optionalTime(next), nil
}
