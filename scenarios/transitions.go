package scenarios

import (
	"context"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// OnTransition is called in the transaction that records the transition. What it
// does there happens exactly once.
type OnTransition func(ctx context.Context, tx *db.Tx, t Transition) error

// ApplyTransitions acts on every moment that has come and was not acted on yet,
// oldest first, each in a transaction of its own, and returns them. Calling it
// late, twice, or from several processes at once is harmless.
func (s *Service) ApplyTransitions(ctx context.Context, on OnTransition) ([]Transition, error) {
	phases, err := listPhases(ctx, s.db.Read(), "")
	if err != nil {
		return nil, err
	}
	done, err := s.applied(ctx)
	if err != nil {
		return nil, err
	}
	var applied []Transition
	for _, phase := range phases {
		for _, t := range phase.due(s.now()) {
			if done[transitionKey{phase.ID, t.Kind}] {
				continue
			}
			t.AppliedAt = s.now()
			claimed, err := s.apply(ctx, t, on)
			if err != nil {
				return applied, err
			}
			if claimed {
				applied = append(applied, t)
			}
		}
	}
	return applied, nil
}

type transitionKey struct {
	phaseID string
	kind    TransitionKind
}

func (s *Service) applied(ctx context.Context) (map[transitionKey]bool, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT phase_id, kind FROM phase_transitions`)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the transitions cannot be listed")
	}
	defer rows.Close()
	done := map[transitionKey]bool{}
	for rows.Next() {
		var key transitionKey
		if err := rows.Scan(&key.phaseID, &key.kind); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the transitions cannot be listed")
		}
		done[key] = true
	}
	return done, rows.Err()
}

// apply claims the transition by its primary key; only the one who claims it acts.
func (s *Service) apply(ctx context.Context, t Transition, on OnTransition) (claimed bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO phase_transitions (phase_id, kind, due_at, applied_at)
			VALUES ($1, $2, $3, $4) ON CONFLICT (phase_id, kind) DO NOTHING`,
			t.Phase.ID, t.Kind, db.Micros(t.DueAt), db.Micros(t.AppliedAt))
		if err != nil {
			return errs.Wrap(err, errs.Internal, "the transition cannot be stored")
		}
		rows, err := result.RowsAffected()
		if err != nil || rows == 0 {
			return err
		}
		claimed = true
		if on == nil {
			return nil
		}
		return on(ctx, tx, t)
	})
	return claimed && err == nil, err
}
