package scoring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
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
	// maxWait is how long after its first start a run waits for an engine that does
	// not answer before it ends as a platform fault.
	maxWait = 2 * time.Hour
	// maxFaults is how often a run is tried after a fault of ours, and
	// maxInterruptions how often after those and after processes that ended under
	// it, so that a run that brings its process down ends some day.
	maxFaults        = 3
	maxInterruptions = 10
	retryIn          = 5 * time.Second
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
	s.point(ctx, "claimed")
	t := &task{service: s, run: run}
	defer t.close()
	if err := t.load(ctx); err != nil {
		return s.fault(ctx, t, err)
	}
	if run.CancelRequested {
		return s.end(ctx, t, cancelled())
	}
	if run.PlatformFaults >= maxInterruptions {
		return s.end(ctx, t, givenUp())
	}
	runCtx, stop := s.supervise(ctx, run)
	out, err := t.safely(runCtx)
	cause := context.Cause(runCtx)
	stop()
	switch {
	case errors.Is(cause, errLost):
		return 0, nil
	case errors.Is(cause, errCancelled):
		out = cancelled()
	case err != nil:
		return s.fault(ctx, t, err)
	}
	return s.end(ctx, t, out)
}

// end settles the run; where that fails, for lack of disk space as an example, the
// run goes back into the queue.
func (s *Service) end(ctx context.Context, t *task, out outcome) (time.Duration, error) {
	s.point(ctx, "settling")
	err := s.settle(ctx, t, out)
	if err == nil || errors.Is(err, errLost) { // overtaken: the end is another's to write
		s.point(ctx, "settled")
		return 0, nil
	}
	return s.fault(ctx, t, err)
}

// safely turns a panic into a fault, since a run whose worker is gone would keep
// its lease for ever.
func (t *task) safely(ctx context.Context) (out outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errs.Wrap(fmt.Errorf("panic: %v\n%s", p, debug.Stack()), errs.Internal, "the run met a defect of the platform")
		}
	}()
	return t.perform(ctx)
}

func cancelled() outcome {
	return outcome{state: Cancelled, detail: "The run was cancelled by an organiser."}
}

func givenUp() outcome {
	return outcome{
		state: Failed, cause: PlatformFault,
		detail: "The platform could not run this submission. It does not count against your limits; submit it again, or ask the organisers.",
	}
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
func (s *Service) fault(ctx context.Context, t *task, failure error) (time.Duration, error) {
	run := t.run
	s.Log.Error("a run met a fault of the platform", slog.String("run", run.ID), slog.Any("error", failure))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if s.givesUp(run, failure) {
		err := s.settle(ctx, t, givenUp())
		if err == nil || errors.Is(err, errLost) {
			return 0, nil
		}
		s.Log.Error("a run could not be ended", slog.String("run", run.ID), slog.Any("error", err))
	}
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		run.State, run.Step = Queued, stepOf(failure)
		if t.submission != nil {
			s.announceRun(tx, t.submission, run)
		}
		return requeueRun(ctx, tx, run, s.owner, !outage(failure), s.Now())
	})
	if errors.Is(err, errLost) {
		return 0, nil
	}
	return retryIn, nil // a run that could not be written is released when its lease is over
}

// outage reports a failure that passes by itself: no engine, no room, a stop of
// the process. It does not count as a fault of the run.
func outage(failure error) bool {
	return errs.Is(failure, errs.Unavailable) || errs.Is(failure, errs.TooMany) || errors.Is(failure, context.Canceled)
}

// stepOf says what a run in the queue waits for, in words for its team.
func stepOf(failure error) string {
	switch {
	case errors.Is(failure, context.Canceled):
		return "starts again after an interruption"
	case outage(failure):
		return "waits: " + errs.MessageOf(failure)
	}
	return "waits: the platform had a fault and tries again"
}

func (s *Service) givesUp(run *Run, failure error) bool {
	if outage(failure) {
		return s.Now().Sub(run.StartedAt) > maxWait
	}
	return run.PlatformFaults+1 >= maxFaults
}
