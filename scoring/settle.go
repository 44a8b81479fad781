package scoring

import (
	"bytes"
	"context"
	"time"

	"incubator/platform/db"
	"incubator/platform/files"
)

// settle writes the end of a run, its scores and its place on the board in one
// transaction. It does so even when the caller's context has ended.
func (s *Service) settle(ctx context.Context, t *task, out outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if out.output != nil {
		defer out.output.Close()
	}
	log, err := s.keepLog(ctx, &t.log)
	if err != nil {
		return err
	}
	scorerLog, err := s.keepLog(ctx, &t.scorerLog)
	if err != nil {
		return err
	}
	run := t.run
	run.State, run.Cause, run.Detail, run.Step = out.state, out.cause, out.detail, ""
	run.Usage, run.Scores = t.usage, out.scores
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		run.EndedAt = s.Now().UTC()
		if run.Log, err = s.keep(ctx, tx, log); err != nil {
			return err
		}
		if run.ScorerLog, err = s.keep(ctx, tx, scorerLog); err != nil {
			return err
		}
		if run.Output, err = s.keep(ctx, tx, out.output); err != nil {
			return err
		}
		if err := settleRun(ctx, tx, run, s.owner); err != nil {
			return err
		}
		if err := insertScores(ctx, tx, run.ID, out.scores); err != nil {
			return err
		}
		if err := s.conclude(ctx, tx, t); err != nil {
			return err
		}
		s.announceRun(tx, t.submission, run)
		return nil
	})
}

// conclude brings what depends on the run up to date: its submission, the board,
// and the rescore that it is a part of.
func (s *Service) conclude(ctx context.Context, tx *db.Tx, t *task) error {
	run := t.run
	if run.Reason == ForRescore {
		return s.concludeRescore(ctx, tx, run, t.phase)
	}
	counted := t.submission.Counted && (run.State == Scored || (run.State == Failed && run.Cause.Counts()))
	if err := setSubmissionState(ctx, tx, t.submission.ID, run.State, counted); err != nil {
		return err
	}
	if run.State != Scored {
		return nil
	}
	s.announceBoard(tx, t.phase)
	grading := t.challenge.Spec.Grading
	if run.Attempt > 1 { // what stood before may have to go
		return rebuildStandings(ctx, tx, t.phase, grading, run.EndedAt)
	}
	return placeEntry(ctx, tx, t.phase, grading, entry{t.submission, run.ID, run.Scores}, run.EndedAt)
}

// keepLog makes a log that is too large for the database durable ahead of the
// transaction.
func (s *Service) keepLog(ctx context.Context, log *bytes.Buffer) (*upload, error) {
	if log.Len() == 0 {
		return nil, nil
	}
	return s.receive(ctx, log, int64(log.Len()))
}

// keep returns the blob of an upload, storing a small one in the transaction.
func (s *Service) keep(ctx context.Context, tx *db.Tx, u *upload) (files.Blob, error) {
	switch {
	case u == nil:
		return files.Blob{}, nil
	case u.small != nil:
		return s.Files.PutSmallTx(ctx, tx, u.small)
	}
	return u.blob, nil
}
