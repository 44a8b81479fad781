package scoring

import (
	"bytes"
	"context"
	"time"

	"incubator/platform/db"
	"incubator/platform/files"
	"incubator/scenarios"
)

// settle writes the end of a run, its scores and its place on the board in one
// transaction. It does so even when the caller's context has ended. A run that
// somebody asked to cancel ends as cancelled, whatever it came to.
func (s *Service) settle(ctx context.Context, t *task, out outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	log, err := s.keepLog(ctx, &t.log)
	if err != nil {
		return err
	}
	defer log.Close()
	scorerLog, err := s.keepLog(ctx, &t.scorerLog)
	if err != nil {
		return err
	}
	defer scorerLog.Close()
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		end := out
		if requested, err := cancelRequested(ctx, tx, t.run.ID); err != nil {
			return err
		} else if requested {
			end = cancelled()
		}
		if err := s.keepAll(ctx, tx, t.run, log, scorerLog, end.output); err != nil {
			return err
		}
		return s.writeEnd(ctx, tx, t, end)
	})
}

// keepAll refers the run to what it left. A rescore has the log already of the run
// whose output it scores.
func (s *Service) keepAll(ctx context.Context, tx *db.Tx, run *Run, log, scorerLog, output *upload) (err error) {
	if log != nil {
		if run.Log, err = s.keep(ctx, tx, log); err != nil {
			return err
		}
	}
	if run.ScorerLog, err = s.keep(ctx, tx, scorerLog); err != nil {
		return err
	}
	run.Output, err = s.keep(ctx, tx, output)
	return err
}

func (s *Service) writeEnd(ctx context.Context, tx *db.Tx, t *task, end outcome) error {
	run := t.run
	run.State, run.Cause, run.Detail, run.Step = end.state, end.cause, end.detail, ""
	run.Usage, run.Scores, run.EndedAt = t.usage, end.scores, s.Now().UTC()
	if err := settleRun(ctx, tx, run, s.owner); err != nil {
		return err
	}
	if err := insertScores(ctx, tx, run.ID, end.scores); err != nil {
		return err
	}
	if t.submission == nil { // what could not be loaded cannot be shown either
		var err error
		if t.submission, err = findSubmission(ctx, tx, run.SubmissionID); err != nil {
			return err
		}
	}
	s.announceRun(tx, t.submission, run)
	return s.conclude(ctx, tx, t.submission, run)
}

// conclude brings what depends on the run up to date: its submission, the board,
// and the rescore that it is a part of. Phase and rules are read anew, as they may
// have moved while the run went on.
func (s *Service) conclude(ctx context.Context, tx *db.Tx, sub *Submission, run *Run) error {
	phase, err := scenarios.FindPhase(ctx, tx, sub.PhaseID)
	if err != nil {
		return err
	}
	if run.Reason == ForRescore {
		return s.concludeRescore(ctx, tx, run, phase)
	}
	if err := setSubmissionState(ctx, tx, sub.ID, run.State, counts(sub, run)); err != nil {
		return err
	}
	if run.State != Scored {
		return nil
	}
	challenge, err := s.challenge(ctx, phase.ChallengeID)
	if err != nil {
		return err
	}
	s.announceBoard(tx, phase)
	return placeEntry(ctx, tx, phase, challenge.Spec.Grading, entry{sub, run.ID, run.Scores}, run)
}

// counts reports whether a submission counts against its team's limits after the
// run. What was given back once stays so, and running it again takes nothing.
func counts(sub *Submission, run *Run) bool {
	if run.Attempt > 1 {
		return sub.Counted
	}
	return sub.Counted && (run.State == Scored || (run.State == Failed && run.Cause.Counts()))
}

// keepLog makes a log that is too large for the database durable ahead of the
// transaction.
func (s *Service) keepLog(ctx context.Context, log *bytes.Buffer) (*upload, error) {
	if log.Len() == 0 {
		return nil, nil
	}
	return s.receive(ctx, bytes.NewReader(log.Bytes()), int64(log.Len()))
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
