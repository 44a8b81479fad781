package site

import (
	"context"
	"time"

	"incubator/platform/accounts"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web/pages"
)

const (
	recentSubmissions = 10             // of a team that the home page looks at
	newsworthy        = 48 * time.Hour // how long a failure stays on the home page
)

// fillTeamHome adds what concerns one team in one open challenge.
func (s *Site) fillTeamHome(ctx context.Context, by accounts.Principal, c *scenarios.Challenge, team accounts.Membership, page *pages.HomePage) error {
	phase := c.CurrentPhase(s.Now())
	subs, err := s.Scoring.Submissions(ctx, by, scoring.SubmissionFilter{ChallengeID: c.ID, TeamID: team.TeamID, Limit: recentSubmissions})
	if err != nil {
		return err
	}
	runs, err := s.Scoring.Newest(ctx, by, subs)
	if err != nil {
		return err
	}
	for i, sub := range subs {
		run := runs[sub.ID]
		name := "#" + thousands(sub.Number) + " " + sub.Name
		switch {
		case !sub.State.Final():
			page.Work = append(page.Work, pages.WorkItem{Icon: pages.IconRunning, Text: name + " is " + string(sub.State), Note: c.Title, Href: submissionPath(sub.ID)})
		case i == 0 && sub.State == scoring.Failed && run != nil && s.Now().Sub(sub.CreatedAt) < newsworthy:
			page.Attention = append(page.Attention, pages.Notice{Tone: pages.ToneBad, Title: name + " failed", Text: causeTitle(run.Cause) + ".",
				Action: pages.Link{Text: "See why", Href: submissionPath(sub.ID)}})
		}
	}
	quota, err := s.quota(ctx, c, phase, team.TeamID)
	if err != nil {
		return err
	}
	page.Work = append(page.Work, submitItem(c, phase, team, quota, s.moment(phase.Window.Closes), len(by.Teams) > 1))
	return s.addStanding(ctx, by, c, phase, team, page)
}

// submitItem says what a team may still hand in.
func submitItem(c *scenarios.Challenge, phase scenarios.Phase, team accounts.Membership, q pages.Quota, closes pages.Moment, named bool) pages.WorkItem {
	item := pages.WorkItem{Icon: pages.IconUpload, Text: "Submit to " + c.Title, Href: q.Submit, Due: closes, Note: phase.Title}
	if q.Of > 0 {
		item.Note += ", " + thousands(q.Left) + " of " + thousands(q.Of) + " left " + q.Per
	}
	if q.Submit == "" {
		item.Icon, item.Text, item.Href = pages.IconCalendar, c.Title, challengePath(c)
		item.Note = q.Closed
	}
	if named {
		item.Note = team.Name + ": " + item.Note
	}
	return item
}

// addStanding adds the team's place on the board, where there is one to see.
func (s *Site) addStanding(ctx context.Context, by accounts.Principal, c *scenarios.Challenge, phase scenarios.Phase, team accounts.Membership, page *pages.HomePage) error {
	board, err := s.board(ctx, by, phase)
	if err != nil || board == nil {
		return err
	}
	primary := board.Metrics[0]
	for _, row := range board.Rows {
		if row.TeamID != team.TeamID {
			continue
		}
		value, ok := row.Scores[primary.Key]
		score := scoreOf(primary, value, ok)
		score.Href = submissionPath(row.SubmissionID)
		page.Standings = append(page.Standings, pages.Standing{
			Team: row.Team, Challenge: pages.Link{Text: c.Title, Href: challengePath(c)}, Area: areaOf(c.Area),
			Rank: row.Rank, Of: len(board.Rows), Primary: score,
		})
	}
	return nil
}

// fillStaffHome says what organisers must know before anything else.
func (s *Site) fillStaffHome(ctx context.Context, by accounts.Principal, page *pages.HomePage) error {
	queue, err := s.Scoring.Queue(ctx)
	if err != nil {
		return err
	}
	if !s.Sandboxes.Health().Up {
		page.Attention = append(page.Attention, pages.Notice{Tone: pages.ToneBad, Title: "The engine does not answer",
			Text: "Submissions are accepted and wait in the queue.", Action: pages.Link{Text: "Open the console", Href: "/console"}})
	}
	console := pages.WorkItem{Icon: pages.IconRecord, Text: "Runs and health", Href: "/console",
		Note: thousands(queue.Waiting) + " waiting, " + thousands(queue.Working) + " working, " + thousands(queue.Failed) + " failed in the last 24 h"}
	page.Work = append(page.Work, console)
	failed, err := s.Scoring.Console(ctx, by, scoring.ConsoleFilter{State: scoring.Failed, Limit: consoleRuns})
	if err != nil {
		return err
	}
	ours := 0
	for _, row := range failed {
		if !row.Run.Cause.Counts() && s.Now().Sub(row.Run.EndedAt) < newsworthy {
			ours++
		}
	}
	if ours > 0 {
		page.Attention = append(page.Attention, pages.Notice{Tone: pages.ToneWarn, Title: count(ours, "run", "runs") + " failed by our own fault",
			Text: "Teams wait for you to run them again.", Action: pages.Link{Text: "Open the console", Href: "/console"}})
	}
	return nil
}
