package site

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/events"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/pages"
)

const (
	consoleRuns  = 200 // that the console counts, the newest
	consoleEnded = 25  // of those that ended, shown
)

// showConsole answers whether everything is healthy. ?cause= keeps the ended runs
// that failed for it.
func (s *Site) showConsole(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Caller(c)
	queue, err := s.Scoring.Queue(ctx)
	if err != nil {
		return err
	}
	challenges, err := s.challenges(ctx)
	if err != nil {
		return err
	}
	page := pages.ConsolePage{Frame: s.app.Frame(c), Self: c.OriginalURL(),
		Live: pages.Live{Stream: "/api/v1/events?topics=" + events.TopicRuns, Fresh: s.moment(s.Now())}}
	page.Title, page.Heading, page.Section = "Console", "Is everything healthy?", "console"
	page.Empty = pages.Empty{Icon: pages.IconRunning, Title: "Nothing waits", Text: "Submissions appear here until a sandbox is free."}
	if err := s.fillRuns(ctx, by, c.Query("cause"), areasBySlug(challenges), &page); err != nil {
		return err
	}
	if page.Phases, err = s.phaseRows(ctx, by, challenges); err != nil {
		return err
	}
	health := s.Sandboxes.Health()
	page.Figures = s.consoleFigures(queue, page.Causes)
	page.Parts = s.consoleParts(health, queue)
	page.Lede = consoleLede(health, page.Causes)
	return s.app.Render(c, "console", page)
}

func areasBySlug(all []*scenarios.Challenge) map[string]pages.Area {
	areas := map[string]pages.Area{}
	for _, c := range all {
		areas[c.Slug] = areaOf(c.Area)
	}
	return areas
}

// fillRuns sorts the newest runs into those that wait, work and have ended. What
// is older than those and still waits is asked for by itself.
func (s *Site) fillRuns(ctx context.Context, by accounts.Principal, cause string, areas map[string]pages.Area, page *pages.ConsolePage) error {
	for _, state := range []scoring.State{scoring.Queued, scoring.Preparing, scoring.Running, scoring.Scoring} {
		rows, err := s.Scoring.Console(ctx, by, scoring.ConsoleFilter{State: state, Limit: consoleRuns})
		if err != nil {
			return err
		}
		for i := len(rows) - 1; i >= 0; i-- { // oldest first: who has waited longest
			row := s.runRow(rows[i], areas)
			if state == scoring.Queued {
				page.Queue = append(page.Queue, row)
			} else {
				page.Running = append(page.Running, row)
			}
		}
	}
	newest, err := s.Scoring.Console(ctx, by, scoring.ConsoleFilter{Limit: consoleRuns})
	if err != nil {
		return err
	}
	var ended []scoring.ConsoleRow
	for _, row := range newest {
		if row.Run.State.Final() {
			ended = append(ended, row)
		}
	}
	page.Causes, page.Filter = causesOf(ended), causeLinks(ended, cause)
	for _, row := range ended {
		if (cause == "" || string(row.Run.Cause) == cause) && len(page.Ended) < consoleEnded {
			page.Ended = append(page.Ended, s.runRow(row, areas))
		}
	}
	return nil
}

func (s *Site) runRow(row scoring.ConsoleRow, areas map[string]pages.Area) pages.RunRow {
	run := row.Run
	out := pages.RunRow{
		ID: run.ID, Submission: pages.Link{Text: "#" + thousands(row.Number) + ", " + string(row.Kind), Href: submissionPath(row.SubmissionID)},
		Team: row.TeamName, Challenge: row.Challenge, Area: areas[row.ChallengeSlug], State: pages.StateOf(string(run.State)), At: s.moment(run.QueuedAt),
	}
	name := out.Submission.Text + " of " + row.TeamName
	switch {
	case !run.State.Final():
		out.Cause = run.Step
		if !run.StartedAt.IsZero() {
			out.At = s.moment(run.StartedAt)
		}
		out.Actions = []pages.Confirm{{Action: submissionPath(row.SubmissionID) + "/cancel", Button: "Cancel", Danger: true,
			Title: "Cancel " + name + "?", Text: "Its sandbox is ended and what it wrote is thrown away. The submission is not counted for the team."}}
		return out
	case run.State == scoring.Failed:
		out.Cause = causeTitle(run.Cause)
		out.Actions = []pages.Confirm{{Action: submissionPath(row.SubmissionID) + "/rerun", Button: "Run again", Icon: pages.IconRerun,
			Title: "Run " + name + " again?", Text: "It is run from the start with the challenge as it is now."}}
	}
	out.At = s.moment(run.EndedAt)
	if !run.StartedAt.IsZero() {
		out.Took = pages.Span(run.EndedAt.Sub(run.StartedAt))
	}
	return out
}

// phaseRows lists the phases that are not over, and those that have a board.
func (s *Site) phaseRows(ctx context.Context, by accounts.Principal, all []*scenarios.Challenge) ([]pages.PhaseRow, error) {
	var rows []pages.PhaseRow
	for _, c := range all {
		for _, phase := range c.Phases {
			board, err := s.Scoring.Board(ctx, by, phase)
			if err != nil {
				return nil, err
			}
			row := pages.PhaseRow{
				Challenge: pages.Link{Text: c.Title, Href: challengePath(c)}, Area: areaOf(c.Area),
				Phase: pages.Link{Text: phase.Title, Href: "/console/phases/" + phase.ID},
				State: pages.StateOf(string(phase.State(s.Now()))), Teams: len(board.Rows), Revision: board.Revision,
			}
			row.Due, row.DueVerb = s.due(phase)
			rows = append(rows, row)
		}
	}
	return rows, nil
}
