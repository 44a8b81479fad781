package site

import (
	"cmp"
	"context"
	"slices"

	"incubator/platform/accounts"
	"incubator/platform/events"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web/pages"
)

// shownSubmissions is how many submissions the overview of a challenge lists.
const shownSubmissions = 5

// fillMine sets what concerns the viewer: the submissions of the teams, what is
// left of the limits, or how to take part.
func (s *Site) fillMine(ctx context.Context, by accounts.Principal, c *scenarios.Challenge, phase scenarios.Phase, page *pages.ChallengePage) error {
	switch {
	case !by.SignedIn():
		page.Join = &pages.Join{Text: "Sign up, found a team or join one by link, and submit. Data and starter kit are open to everybody.",
			Action: pages.Link{Text: "Take part", Href: "/sign-up"}}
		return nil
	case len(by.Teams) == 0 && !by.CanOrganise():
		page.Join = &pages.Join{Text: "Submissions come from teams. Found one, or open the link that a captain gave you.",
			Action: pages.Link{Text: "Find your team", Href: "/teams"}}
		return nil
	}
	if len(by.Teams) == 0 {
		page.MineHead, page.Quota.Closed = "Newest submissions", "You follow this challenge as an organiser."
	}
	subs, err := s.ownSubmissions(ctx, by, c.ID, shownSubmissions)
	if err != nil {
		return err
	}
	if len(subs) > 0 {
		page.List = pages.Link{Text: "All submissions", Href: challengePath(c) + "/submissions"}
	}
	if page.Mine, err = s.submissionCards(ctx, by, c, subs); err != nil || len(by.Teams) == 0 {
		return err
	}
	page.Quota, err = s.quota(ctx, c, phase, by.Teams[0].TeamID)
	return err
}

// followed returns the topics that change a challenge's page for the viewer.
func followed(by accounts.Principal, c *scenarios.Challenge) []string {
	topics := []string{events.ChallengeTopic(c.ID)}
	for _, id := range teamsOf(by) {
		topics = append(topics, events.TeamTopic(id))
	}
	if len(by.Teams) == 0 && by.CanOrganise() {
		topics = append(topics, events.TopicRuns)
	}
	return topics
}

// ownSubmissions returns the newest submissions of the caller's teams, or of all
// teams for an organiser without one.
func (s *Site) ownSubmissions(ctx context.Context, by accounts.Principal, challengeID string, limit int) ([]*scoring.Submission, error) {
	teams := teamsOf(by)
	if len(teams) == 0 {
		teams = []string{""}
	}
	var all []*scoring.Submission
	for _, team := range teams {
		subs, err := s.Scoring.Submissions(ctx, by, scoring.SubmissionFilter{ChallengeID: challengeID, TeamID: team, Limit: limit})
		if err != nil {
			return nil, err
		}
		all = append(all, subs...)
	}
	slices.SortFunc(all, func(a, b *scoring.Submission) int { return cmp.Compare(b.Number, a.Number) })
	return all[:min(limit, len(all))], nil
}

// submissionCards describes submissions of one challenge for a list.
func (s *Site) submissionCards(ctx context.Context, by accounts.Principal, c *scenarios.Challenge, subs []*scoring.Submission) ([]pages.SubmissionCard, error) {
	runs, err := s.Scoring.Newest(ctx, by, subs)
	if err != nil {
		return nil, err
	}
	standing, err := s.standing(ctx, by, c, subs)
	if err != nil {
		return nil, err
	}
	cards := make([]pages.SubmissionCard, len(subs))
	for i, sub := range subs {
		cards[i] = s.submissionCard(c, sub, runs[sub.ID])
		cards[i].Best = standing[sub.ID]
	}
	return cards, nil
}

// standing reports which of the submissions stand on a board that the viewer sees.
func (s *Site) standing(ctx context.Context, by accounts.Principal, c *scenarios.Challenge, subs []*scoring.Submission) (map[string]bool, error) {
	on := map[string]bool{}
	for _, phase := range c.Phases {
		if !slices.ContainsFunc(subs, func(sub *scoring.Submission) bool { return sub.PhaseID == phase.ID }) {
			continue
		}
		board, err := s.board(ctx, by, phase)
		if err != nil {
			return nil, err
		}
		if board == nil {
			continue
		}
		for _, row := range board.Rows {
			on[row.SubmissionID] = true
		}
	}
	return on, nil
}

func (s *Site) submissionCard(c *scenarios.Challenge, sub *scoring.Submission, run *scoring.Run) pages.SubmissionCard {
	card := pages.SubmissionCard{
		Number: sub.Number, Href: submissionPath(sub.ID), Kind: kindWords[sub.Kind].Title, Name: sub.Name,
		State: pages.StateOf(string(sub.State)), At: s.moment(sub.CreatedAt), Primary: pages.Score{Missing: true},
	}
	if run == nil {
		return card
	}
	if value, ok := run.Scores[c.Spec.Grading.PrimaryMetric().Key]; ok {
		card.Primary = scoreOf(c.Spec.Grading.PrimaryMetric(), value, true)
		card.Primary.Href = submissionPath(sub.ID)
	}
	switch {
	case sub.State == scoring.Failed:
		card.Note = causeTitle(run.Cause)
	case !sub.State.Final():
		card.Note, card.Steps = capital(run.Step), briefSteps(sub.Kind, run.State)
	}
	return card
}
