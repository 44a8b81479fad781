package scenarios

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// OnTransition is called in the transaction that records the transition. What it
// does there happens exactly once.
type OnTransition func(ctx context.Context, tx *db.Tx, t Transition) error

// ApplyTransitions acts on every moment that has come and was not acted on yet,
// oldest first, each in a transaction of its own, and returns them. One that fails
// does not keep the others back: it is tried again by the next call. Calling it
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
	var failed error
	for _, t := range pending(phases, done, s.now()) {
		t.AppliedAt = s.now()
		claimed, err := s.apply(ctx, t, on)
		failed = errors.Join(failed, err)
		if claimed {
			applied = append(applied, t)
		}
	}
	return applied, failed
}

// pending lists the moments up to now that are not in done, oldest first.
func pending(phases []Phase, done map[transitionKey]bool, now time.Time) []Transition {
	var due []Transition
	for _, phase := range phases {
		due = append(due, phase.due(now)...)
	}
	due = slices.DeleteFunc(due, func(t Transition) bool { return done[transitionKey{t.Phase.ID, t.Kind}] })
	slices.SortStableFunc(due, func(a, b Transition) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Phase.Position, b.Phase.Position))
	})
	return due
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
		claimed = false // the database may ask for a second try
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
