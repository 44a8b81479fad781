package scoring

import (
	"context"

	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/scenarios"
)

// OnTransition does what the moments of a phase ask for: submissions are carried
// over when it opens, and its board is announced anew when it freezes or closes.
// It is given to scenarios.Service.ApplyTransitions.
func (s *Service) OnTransition(ctx context.Context, tx *db.Tx, t scenarios.Transition) error {
	s.announceBoard(tx, t.Phase)
	if t.Kind != scenarios.OpenTransition || t.Phase.Spec.Carry == "" || t.Phase.Spec.Carry == scenarios.CarryNone {
		return nil
	}
	return s.carryOver(ctx, tx, t.Phase)
}

// carryOver submits each team's standing submission of the phase before again, in
// the phase that opens. It does not count against the limits there.
func (s *Service) carryOver(ctx context.Context, tx *db.Tx, phase scenarios.Phase) error {
	ids, err := listCarried(ctx, tx, phase)
	if err != nil {
		return err
	}
	challenge, err := s.challenge(ctx, phase.ChallengeID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		earlier, err := findSubmission(ctx, tx, id)
		if err != nil {
			return err
		}
		// Predictions made for the data of one phase mean nothing in another that
		// does not take them.
		if !phase.Takes(earlier.Kind, challenge.Spec) {
			continue
		}
		if err := s.carryOne(ctx, tx, phase, earlier, challenge.Version); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) carryOne(ctx context.Context, tx *db.Tx, phase scenarios.Phase, earlier *Submission, version int) error {
	carried := *earlier
	carried.ID, carried.PhaseID, carried.CarriedFrom = s.newID(), phase.ID, earlier.ID
	carried.State, carried.Counted, carried.CreatedAt = Queued, false, s.Now().UTC()
	if err := insertSubmission(ctx, tx, &carried); err != nil {
		return err
	}
	_, err := s.enqueue(ctx, tx, &carried, ForCarry, version, "")
	return err
}

// listCarried returns the best (the standing one) or the last scored submission of
// every team in the phase before.
func listCarried(ctx context.Context, q db.Querier, phase scenarios.Phase) ([]string, error) {
	query := `SELECT st.submission_id FROM standings st JOIN phases p ON p.id = st.phase_id
		WHERE p.challenge_id = $1 AND p.position = $2 AND st.view = 'live' ORDER BY st.number`
	if phase.Spec.Carry == scenarios.CarryLast {
		query = `SELECT s.id FROM submissions s JOIN phases p ON p.id = s.phase_id
			WHERE p.challenge_id = $1 AND p.position = $2 AND s.number =
				(SELECT max(number) FROM submissions WHERE phase_id = p.id AND team_id = s.team_id AND state = 'scored')
			ORDER BY s.number`
	}
	rows, err := q.QueryContext(ctx, query, phase.ChallengeID, phase.Position-1)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the submissions to carry over cannot be listed")
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the submissions to carry over cannot be listed")
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
