package site

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/events"
	"incubator/platform/files"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/pages"
)

// showSubmission explains one submission to its team and to organisers.
func (s *Site) showSubmission(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Caller(c)
	v, err := s.Scoring.View(ctx, by, c.Params("id"))
	if err != nil {
		return err
	}
	page := pages.SubmissionPage{Frame: s.submissionFrame(c, v), Number: v.Number, Team: pages.Link{Text: v.TeamName, Href: "/teams/" + v.TeamID}}
	page.Actions = submissionActions(v)
	if !v.State.Final() {
		page.Live = pages.Live{Stream: "/api/v1/events?topics=" + events.SubmissionTopic(v.ID), Fresh: s.moment(s.Now())}
	}
	onBoard, err := s.standing(ctx, by, v.Challenge, []*scoring.Submission{v.Submission})
	if err != nil {
		return err
	}
	page.Steps = s.submissionSteps(v, onBoard[v.ID])
	page.Facts = s.submissionFacts(ctx, v)
	page.Outputs = submissionParts(v)
	if len(v.Runs) == 0 {
		return s.app.Render(c, "submission", page)
	}
	run := v.Runs[0]
	page.Failure = failure(v.Submission, run)
	page.Metrics = metricsOf(v.Challenge.Spec.Grading, run, onBoard[v.ID])
	page.Warnings, page.Earlier = run.Usage.Warnings, s.earlierRuns(v)
	page.Usage = usageOf(v.Challenge.Spec.Run, run)
	if page.Logs, err = s.logs(ctx, v); err != nil {
		return err
	}
	page.LogPolicy = logPolicy(v)
	return s.app.Render(c, "submission", page)
}

func (s *Site) submissionFrame(c *fiber.Ctx, v *scoring.SubmissionView) pages.Frame {
	f := s.app.Frame(c)
	f.Heading = "#" + thousands(v.Number) + " " + v.Name
	f.Title, f.Section, f.Lede = f.Heading, "challenges", v.TeamName+", in the phase "+v.Phase.Title
	f.Area, f.State = areaOf(v.Challenge.Area), pages.StateOf(string(v.State))
	f.Trail = []pages.Link{
		{Text: "Challenges", Href: "/challenges"}, {Text: v.Challenge.Title, Href: challengePath(v.Challenge)},
		{Text: "Submissions", Href: challengePath(v.Challenge) + "/submissions"},
	}
	return f
}

func (s *Site) submissionFacts(ctx context.Context, v *scoring.SubmissionView) []pages.Fact {
	facts := []pages.Fact{
		{Name: "Kind", Value: kindWords[v.Kind].Title},
		{Name: "File", Value: v.FileName},
		{Name: "Size", Value: pages.Size(v.File.Size)},
		{Name: "SHA-256", Value: v.File.SHA256, Code: true},
		{Name: "Handed in", Value: v.CreatedAt.UTC().Format("2 Jan 2006, 15:04:05 UTC")},
	}
	// A page without the name is better than none: accounts may be gone.
	if user, err := s.Accounts.User(ctx, v.UserID); err == nil {
		facts = append(facts, pages.Fact{Name: "By", Value: user.Name})
	}
	if len(v.Runs) == 0 {
		return facts
	}
	run := v.Runs[0]
	facts = append(facts, pages.Fact{Name: "Run", Value: thousands(run.Attempt) + ", " + reasonWords[run.Reason]})
	if run.Usage.Runtime != "" {
		facts = append(facts, pages.Fact{Name: "Sandbox", Value: run.Usage.Runtime + ", no network"})
	}
	if run.Usage.CPU > 0 {
		facts = append(facts, pages.Fact{Name: "CPU time", Value: pages.Span(run.Usage.CPU)})
	}
	if image, ok := strings.CutPrefix(run.Usage.Image, "sha256:"); ok && len(image) > 12 {
		facts = append(facts, pages.Fact{Name: "Image", Value: image[:12], Code: true})
	}
	return facts
}

// reasonWords says what a run was started for.
var reasonWords = map[scoring.Reason]string{
	scoring.ForSubmission: "as handed in", scoring.ForCarry: "carried over from the phase before",
	scoring.ForRerun: "again, by an organiser", scoring.ForRescore: "rescored",
}

// submissionParts lists what the viewer may download.
func submissionParts(v *scoring.SubmissionView) []pages.DataSet {
	parts := []pages.DataSet{part(v, scoring.SubmittedFile, v.FileName, "As handed in", v.File, pages.IconUpload)}
	if len(v.Runs) == 0 {
		return parts
	}
	run := v.Runs[0]
	for _, p := range []pages.DataSet{
		part(v, scoring.RunOutput, "output.tar", "What the run left", run.Output, pages.IconPackage),
		part(v, scoring.RunLog, "log.txt", "What the program printed", run.Log, pages.IconDocument),
		part(v, scoring.ScorerLog, "scorer-log.txt", "What the scoring program printed, for organisers", run.ScorerLog, pages.IconDocument),
	} {
		if p.SHA256 != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

func part(v *scoring.SubmissionView, p scoring.Part, name, text string, blob files.Blob, icon string) pages.DataSet {
	return pages.DataSet{Name: name, Href: submissionPath(v.ID) + "/" + string(p), Text: text, Size: blob.Size, SHA256: blob.SHA256, Icon: icon}
}

// metricsOf lists the scores of a run, the one that ranks first.
func metricsOf(g scenarios.Grading, run *scoring.Run, onBoard bool) []pages.Metric {
	if run.State != scoring.Scored || run.Scores == nil {
		return nil
	}
	var first, rest []pages.Metric
	for _, m := range g.Metrics {
		value, ok := run.Scores[m.Key]
		metric := pages.Metric{Score: scoreOf(m, value, ok), Meaning: meaningOf(m), Primary: m.Primary}
		if m.Unit == seconds && ok && value >= 120 {
			metric.Best = spanOfSeconds(value)
		}
		if !m.Primary {
			rest = append(rest, metric)
			continue
		}
		if onBoard {
			metric.Best = "stands on the board"
		}
		first = append(first, metric)
	}
	return append(first, rest...)
}

// usageOf compares what a run took with its limits. A run that never started a
// sandbox took nothing.
func usageOf(limits scenarios.RunLimits, run *scoring.Run) []pages.Usage {
	var out []pages.Usage
	add := func(name, used, limit string, part, whole float64) {
		if part > 0 {
			out = append(out, pages.Usage{Name: name, Used: used, Limit: limit, Percent: percent(part, whole)})
		}
	}
	u := run.Usage
	if u.Prediction > 0 || u.PeakMemory > 0 {
		add("Time", pages.Span(u.Prediction), pages.Span(limits.Time.Std()), float64(u.Prediction), float64(limits.Time))
		add("Memory, peak", files.FormatSize(u.PeakMemory), files.FormatSize(int64(limits.Memory)), float64(u.PeakMemory), float64(limits.Memory))
		add("Output", files.FormatSize(run.Output.Size), files.FormatSize(int64(limits.Output)), float64(run.Output.Size), float64(limits.Output))
	}
	return out
}

func (s *Site) earlierRuns(v *scoring.SubmissionView) []pages.Attempt {
	var out []pages.Attempt
	primary := v.Challenge.Spec.Grading.PrimaryMetric()
	for _, run := range v.Runs[1:] {
		attempt := pages.Attempt{Number: run.Attempt, Reason: reasonWords[run.Reason], State: pages.StateOf(string(run.State)), Ended: s.moment(run.EndedAt)}
		if value, ok := run.Scores[primary.Key]; ok {
			attempt.Primary = scoreOf(primary, value, true)
		}
		if run.State == scoring.Failed {
			attempt.Note = causeTitle(run.Cause)
		}
		out = append(out, attempt)
	}
	return out
}
