package site

import (
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web/pages"
)

// words explain the end of a run to the team.
type words struct {
	title  string
	advice []string
}

// causeWords explains every cause; the details of one run are in Run.Detail.
var causeWords = map[scoring.Cause]words{
	scoring.Timeout: {"The program ran longer than its limit", []string{
		"Try it at home on the public data, in one process, and measure.", "Write results as you go: what is not written when the time ends is lost."}},
	scoring.OutOfMemory: {"The program used more memory than its limit", []string{
		"Read the data record by record instead of as a whole.", "Try it at home with the same limit: incubator run PACK SUBMISSION."}},
	scoring.OutputTooLarge: {"The program wrote more than its limit", []string{
		"Write only the files that the challenge asks for.", "Keep temporary files out of the output folder: /tmp is for them."}},
	scoring.BadOutput: {"The output could not be scored", []string{
		"Compare names, columns and ids with the data page of the challenge.", "The starter kit checks an output at home before you submit it."}},
	scoring.NonzeroExit: {"The program ended with an error", []string{
		"The last lines of the log usually say why.", "The sandbox has no network, and all but the output folder and /tmp is read-only."}},
	scoring.BadImage: {"The image could not be used", []string{
		"Save it for linux and the architecture of the platform, with docker save or as an OCI layout."}},
	scoring.ScorerFault: {"The scoring program failed", []string{
		"This is not your fault. The organisers see it and run the submission again."}},
	scoring.PlatformFault: {"The platform failed while it worked on this", []string{
		"This is not your fault. The organisers see it and run the submission again."}},
}

func causeTitle(cause scoring.Cause) string {
	if w, ok := causeWords[cause]; ok {
		return w.title
	}
	return capital(string(cause))
}

// failure explains a failed run; nil for any other.
func failure(sub *scoring.Submission, run *scoring.Run) *pages.Failure {
	if run.State != scoring.Failed {
		return nil
	}
	f := &pages.Failure{Title: causeTitle(run.Cause), Text: sentence(run.Detail), Advice: causeWords[run.Cause].advice}
	if sub.Counted {
		f.Counts = "It counts against the limits of the phase, since the program was run. Failures of the platform never count."
	} else {
		f.Counts = "It does not count against the limits of the phase."
	}
	return f
}

// stage is one part of a submission's way, shown as a step.
type stage struct {
	state scoring.State
	name  string
}

// stagesOf returns the way of a kind. Results need no sandbox of their own.
func stagesOf(kind scenarios.Kind) []stage {
	if kind == scenarios.Results {
		return []stage{{scoring.Queued, "Wait"}, {scoring.Scoring, "Score"}}
	}
	return []stage{{scoring.Queued, "Wait"}, {scoring.Preparing, "Prepare"}, {scoring.Running, "Run"}, {scoring.Scoring, "Score"}}
}

// briefSteps returns the steps of an unfinished run without times.
func briefSteps(kind scenarios.Kind, now scoring.State) []pages.Step {
	state := pages.StepDone
	var steps []pages.Step
	for _, stage := range stagesOf(kind) {
		step := pages.Step{Name: stage.name, State: state}
		if stage.state == now {
			step.State, state = pages.StepNow, pages.StepNext
		}
		steps = append(steps, step)
	}
	return steps
}
