package scoring

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// RunArgs is the job that executes one run.
type RunArgs struct {
	RunID string `json:"run_id"`
}

// Kind names the job for the queue.
func (RunArgs) Kind() string { return "run" }

const (
	lease = 30 * time.Second
	beat  = lease / 3
	// maxWait is how long a run waits for an engine that does not answer before
	// it ends as a platform fault.
	maxWait = 2 * time.Hour
	// maxFaults is how often a run is tried again after a fault of ours.
	maxFaults = 3
	retryIn   = 5 * time.Second
)

// errCancelled is the cause of a run's context when somebody cancelled it.
var errCancelled = errors.New("scoring: the run was cancelled")

// Worker executes runs from the queue.
type Worker struct {
	river.WorkerDefaults[RunArgs]
	service *Service
}

// NewWorker returns the worker to register with the job client.
func NewWorker(s *Service) *Worker { return &Worker{service: s} }

// Timeout is off: a run's own limits end it.
func (w *Worker) Timeout(*river.Job[RunArgs]) time.Duration { return -1 }

// Work executes the run of the job, or does nothing if it is settled or in other
// hands. After a fault of ours the job comes back later.
func (w *Worker) Work(ctx context.Context, job *river.Job[RunArgs]) error {
	again, err := w.service.execute(ctx, job.Args.RunID)
	if again > 0 {
		return river.JobSnooze(again)
	}
	return err
}

// execute claims the run and brings it to its end. A positive again asks for
// another try after that time.
func (s *Service) execute(ctx context.Context, runID string) (again time.Duration, err error) {
	var run *Run
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		run, err = claimRun(ctx, tx, runID, s.owner, s.Now(), lease)
		return err
	})
	if err != nil || run == nil {
		return 0, err
	}
	task, err := s.load(ctx, run)
	if err != nil {
		return s.fault(ctx, run, err)
	}
	runCtx, stop := s.supervise(ctx, run)
	out, err := task.perform(runCtx)
	cause := context.Cause(runCtx)
	stop()
	switch {
	case err == nil:
		return 0, ignoreLost(s.settle(ctx, task, out))
	case errors.Is(cause, errCancelled):
		return 0, ignoreLost(s.settle(ctx, task, outcome{state: Cancelled, detail: "The run was cancelled by an organiser."}))
	case errors.Is(cause, errLost):
		return 0, nil
	}
	return s.fault(ctx, run, err)
}

// ignoreLost drops the error of a process that was overtaken: the run's end is
// another's to write.
func ignoreLost(err error) error {
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

// supervise keeps the lease while the run works and ends its context when it is
// cancelled or taken over.
func (s *Service) supervise(ctx context.Context, run *Run) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	s.mu.Lock()
	s.cancels[run.ID] = cancel
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(beat)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				s.heartbeat(ctx, run.ID, cancel)
			}
		}
	}()
	return ctx, func() {
		s.mu.Lock()
		delete(s.cancels, run.ID)
		s.mu.Unlock()
		cancel(nil)
		<-done
	}
}

func (s *Service) heartbeat(ctx context.Context, runID string, cancel context.CancelCauseFunc) {
	var mine, cancelled bool
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		mine, cancelled, err = extendLease(ctx, tx, runID, s.owner, s.Now().Add(lease))
		return err
	})
	switch {
	case err != nil:
		s.Log.Warn("a run's lease could not be extended", slog.String("run", runID), slog.Any("error", err))
	case !mine:
		cancel(errLost)
	case cancelled:
		cancel(errCancelled)
	}
}

// fault handles a failure of the platform itself: back into the queue, or, when
// that went on for too long, an end that does not count against the team.
func (s *Service) fault(ctx context.Context, run *Run, failure error) (time.Duration, error) {
	s.Log.Error("a run met a fault of the platform", slog.String("run", run.ID), slog.Any("error", failure))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	sub, err := findSubmission(ctx, s.DB.Read(), run.SubmissionID)
	if err != nil {
		return retryIn, nil
	}
	if s.givesUp(run, failure) {
		return 0, ignoreLost(s.settle(ctx, &task{service: s, run: run, submission: sub}, outcome{
			state: Failed, cause: PlatformFault,
			detail: "The platform could not run this submission. It does not count against your limits; submit it again, or ask the organisers.",
		}))
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		run.State, run.Step = Queued, "waits: the platform had a fault and tries again"
		if errs.Is(failure, errs.Unavailable) {
			run.Step = "waits for the sandbox engine, which does not answer"
		}
		s.announceRun(tx, sub, run)
		return requeueRun(ctx, tx, run, s.owner, run.Step, s.Now())
	})
	if errors.Is(err, errLost) {
		return 0, nil
	}
	return retryIn, nil
}

func (s *Service) givesUp(run *Run, failure error) bool {
	if errs.Is(failure, errs.Unavailable) || errors.Is(failure, context.Canceled) {
		return s.Now().Sub(run.QueuedAt) > maxWait
	}
	return run.PlatformFaults+1 >= maxFaults
}
