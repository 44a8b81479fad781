package site

import (
	"slices"
	"time"

	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web/pages"
)

// spanOfSeconds writes a metric in seconds for reading.
func spanOfSeconds(v float64) string { return pages.Span(time.Duration(v * float64(time.Second))) }

// submissionSteps is the way of a submission from upload to board, as far as its
// newest run has come.
func (s *Site) submissionSteps(v *scoring.SubmissionView, onBoard bool) []pages.Step {
	steps := []pages.Step{{Name: "Accepted", State: pages.StepDone, At: s.moment(v.CreatedAt)}}
	if v.Kind == scenarios.Document {
		return append(steps, pages.Step{Name: "Read by evaluators", State: pages.StepNext, Note: "Documents are not run."})
	}
	if len(v.Runs) == 0 {
		return steps
	}
	run, history := v.Runs[0], sinceQueued(v.History)
	reached := lastStage(v.Kind, history)
	for i, stage := range stagesOf(v.Kind) {
		step := pages.Step{Name: stage.name, State: pages.StepNext}
		from, took := spent(history, stage.state, run, s.Now())
		switch {
		case i < reached || (i == reached && run.State == scoring.Scored):
			step.State = pages.StepDone
		case i == reached && run.State.Final():
			step.State, step.Note = pages.StepBad, endNote(run)
		case i == reached:
			step.State, step.Note = pages.StepNow, nowNote(v, run)
		}
		if step.State != pages.StepNext && !from.IsZero() {
			step.At, step.Took = s.moment(from), pages.Span(took)
		}
		steps = append(steps, step)
	}
	return append(steps, s.lastStep(run, onBoard))
}

func (s *Site) lastStep(run *scoring.Run, onBoard bool) pages.Step {
	last := pages.Step{Name: "Scored", State: pages.StepNext}
	if run.State != scoring.Scored {
		return last
	}
	last.State, last.At = pages.StepDone, s.moment(run.EndedAt)
	if onBoard {
		last.Note = "Stands on the board."
	}
	return last
}

// sinceQueued drops what came before a run was last put into the queue: a run
// whose process died starts again.
func sinceQueued(history []scoring.RunEvent) []scoring.RunEvent {
	for i := len(history) - 1; i >= 0; i-- {
		if history[i].State == scoring.Queued {
			return history[i:]
		}
	}
	return history
}

// lastStage returns the index of the last stage that the history has come to.
func lastStage(kind scenarios.Kind, history []scoring.RunEvent) int {
	reached := 0
	for _, event := range history {
		at := slices.IndexFunc(stagesOf(kind), func(st stage) bool { return st.state == event.State })
		reached = max(reached, at)
	}
	return reached
}

// spent returns when a run came to a state and how long it was in it.
func spent(history []scoring.RunEvent, state scoring.State, run *scoring.Run, now time.Time) (from time.Time, took time.Duration) {
	until := now
	if !run.EndedAt.IsZero() {
		until = run.EndedAt
	}
	for _, event := range history {
		if event.State == state && from.IsZero() {
			from = event.At
		}
		if event.State != state && !from.IsZero() {
			until = event.At
			break
		}
	}
	return from, max(0, until.Sub(from))
}

// nowNote says what goes on, and how long it may take at most.
func nowNote(v *scoring.SubmissionView, run *scoring.Run) string {
	note := capital(run.Step)
	if run.State == scoring.Queued {
		note = "Waits for a free sandbox"
	}
	if run.State == scoring.Running {
		if note != "" {
			note += ", "
		}
		note += "at most " + pages.Span(v.Challenge.Spec.Run.Time.Std())
	}
	if run.CancelRequested {
		note = "An organiser has cancelled it; it ends in a moment"
	}
	return capital(note)
}

func endNote(run *scoring.Run) string {
	if run.State == scoring.Failed {
		return causeTitle(run.Cause)
	}
	return sentence(run.Detail)
}
