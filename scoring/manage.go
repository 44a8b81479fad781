package scoring

import (
	"context"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/errs"
)

// Cancel ends the newest run of a submission: a queued one at once, a working one
// as soon as its process hears of it. Errors: Conflict when nothing is under way.
func (s *Service) Cancel(ctx context.Context, by accounts.Principal, submissionID string) error {
	if !by.CanOrganise() {
		return errs.New(errs.Forbidden, "only organisers cancel a run")
	}
	var working string
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sub, run, err := newestRun(ctx, tx, submissionID)
		if err != nil {
			return err
		}
		if run.State.Final() {
			return errs.New(errs.Conflict, "submission #%d is %s; there is nothing to cancel", sub.Number, run.State)
		}
		if err := requestCancel(ctx, tx, run); err != nil {
			return err
		}
		if run.State == Queued {
			if err := s.cancelQueued(ctx, tx, sub, run); err != nil {
				return err
			}
		} else {
			working = run.ID
		}
		return s.record(ctx, tx, by, "run.cancel", sub)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.cancels[working]; cancel != nil {
		cancel(errCancelled)
	}
	return nil
}

func newestRun(ctx context.Context, q db.Querier, submissionID string) (*Submission, *Run, error) {
	sub, err := findSubmission(ctx, q, submissionID)
	if err != nil {
		return nil, nil, err
	}
	run, err := scanRun(q.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs
		WHERE submission_id = $1 AND reason <> 'rescore' ORDER BY attempt DESC LIMIT 1`, submissionID))
	return sub, run, err
}

func requestCancel(ctx context.Context, tx *db.Tx, run *Run) error {
	if _, err := tx.ExecContext(ctx, `UPDATE runs SET cancel_requested = 1 WHERE id = $1`, run.ID); err != nil {
		return errs.Wrap(err, errs.Internal, "the run cannot be stored")
	}
	return nil
}

func (s *Service) cancelQueued(ctx context.Context, tx *db.Tx, sub *Submission, run *Run) error {
	run.State, run.Detail, run.EndedAt = Cancelled, "The run was cancelled by an organiser.", s.Now().UTC()
	if err := settleRun(ctx, tx, run, ""); err != nil {
		return err
	}
	s.announceRun(tx, sub, run)
	return setSubmissionState(ctx, tx, sub.ID, Cancelled, counts(sub, run))
}

// Rerun runs a settled submission again from the start. Its newest scored run is
// the one that counts.
func (s *Service) Rerun(ctx context.Context, by accounts.Principal, submissionID string) error {
	if !by.CanOrganise() {
		return errs.New(errs.Forbidden, "only organisers run a submission again")
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sub, run, err := newestRun(ctx, tx, submissionID)
		if err != nil {
			return err
		}
		if !run.State.Final() {
			return errs.New(errs.Conflict, "submission #%d is %s; wait for its end or cancel it first", sub.Number, run.State)
		}
		version, err := challengeVersion(ctx, tx, sub.ChallengeID)
		if err != nil {
			return err
		}
		if _, err := s.enqueue(ctx, tx, sub, ForRerun, version, ""); err != nil {
			return err
		}
		if err := setSubmissionState(ctx, tx, sub.ID, Queued, sub.Counted); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "run.again", sub)
	})
}

func challengeVersion(ctx context.Context, q db.Querier, id string) (version int, err error) {
	if err := q.QueryRowContext(ctx, `SELECT version FROM challenges WHERE id = $1`, id).Scan(&version); err != nil {
		return 0, errs.Wrap(err, errs.Internal, "the challenge cannot be read")
	}
	return version, nil
}

func (s *Service) record(ctx context.Context, tx *db.Tx, by accounts.Principal, action string, sub *Submission) error {
	return s.Audit.Record(ctx, tx, by.Actor().Did(s.Now(), action, "submission", sub.ID, map[string]any{"number": sub.Number}))
}
