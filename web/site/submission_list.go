package site

import (
	"context"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/pages"
)

// listedSubmissions is how many rows one page of the list has.
const listedSubmissions = 50

// listSubmissions shows the submissions of one of the caller's teams, or of all
// teams to organisers. ?state=, ?team= filter; ?before= is the cursor.
func (s *Site) listSubmissions(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Caller(c)
	challenge, err := s.Scenarios.ChallengeBySlug(ctx, c.Params("slug"))
	if err != nil {
		return err
	}
	before, _ := strconv.Atoi(c.Query("before")) // anything else starts at the newest
	filter := scoring.SubmissionFilter{ChallengeID: challenge.ID, TeamID: c.Query("team"), State: scoring.State(c.Query("state")),
		Before: max(0, before), Limit: listedSubmissions + 1}
	if filter.TeamID == "" && !by.CanOrganise() && len(by.Teams) > 0 {
		filter.TeamID = by.Teams[0].TeamID
	}
	page := pages.SubmissionsPage{Frame: s.submissionsFrame(c, challenge), AllTeam: by.CanOrganise(), Empty: emptySubmissions(challenge, filter.State)}
	page.States, page.Teams = stateLinks(c, filter.State), teamLinks(c, by, filter.TeamID)
	if !by.CanOrganise() && len(by.Teams) == 0 {
		page.Empty = pages.Empty{Icon: pages.IconTeam, Title: "You are not in a team", Text: "Submissions belong to teams. Found one, or open the link that a captain gave you.",
			Action: &pages.Link{Text: "Find your team", Href: "/teams"}}
		return s.app.Render(c, "submissions", page)
	}
	subs, err := s.Scoring.Submissions(ctx, by, filter)
	if err != nil {
		return err
	}
	if len(subs) > listedSubmissions {
		subs = subs[:listedSubmissions]
		page.Pages.Next = withParam(c, "before", strconv.Itoa(subs[listedSubmissions-1].Number))
	}
	if filter.Before > 0 {
		page.Pages.Previous = withParam(c, "before", "")
	}
	if page.Rows, err = s.submissionRows(ctx, by, challenge, subs); err != nil {
		return err
	}
	return s.app.Render(c, "submissions", page)
}

func (s *Site) submissionsFrame(c *fiber.Ctx, challenge *scenarios.Challenge) pages.Frame {
	f := s.app.Frame(c)
	f.Title, f.Heading, f.Section = "Submissions · "+challenge.Title, "Submissions", "challenges"
	f.Lede = "Newest first, with the score that ranks the board."
	f.Area = areaOf(challenge.Area)
	f.Trail = []pages.Link{{Text: "Challenges", Href: "/challenges"}, {Text: challenge.Title, Href: challengePath(challenge)}}
	return f
}

func (s *Site) submissionRows(ctx context.Context, by accounts.Principal, c *scenarios.Challenge, subs []*scoring.Submission) ([]pages.SubmissionRow, error) {
	cards, err := s.submissionCards(ctx, by, c, subs)
	if err != nil {
		return nil, err
	}
	phases := map[string]string{}
	for _, phase := range c.Phases {
		phases[phase.ID] = phase.Title
	}
	teams := map[string]string{}
	rows := make([]pages.SubmissionRow, len(subs))
	for i, sub := range subs {
		if _, known := teams[sub.TeamID]; !known {
			team, err := s.Accounts.Team(ctx, sub.TeamID)
			if err != nil {
				return nil, err
			}
			teams[sub.TeamID] = team.Name
		}
		rows[i] = pages.SubmissionRow{SubmissionCard: cards[i], Team: teams[sub.TeamID], TeamHref: "/teams/" + sub.TeamID, Phase: phases[sub.PhaseID]}
	}
	return rows, nil
}

func stateLinks(c *fiber.Ctx, chosen scoring.State) []pages.FilterLink {
	links := []pages.FilterLink{{Text: "All", Href: withParam(c, "state", ""), Current: chosen == ""}}
	for _, state := range []scoring.State{scoring.Queued, scoring.Running, scoring.Scored, scoring.Failed, scoring.Cancelled, scoring.Received} {
		links = append(links, pages.FilterLink{Text: capital(string(state)), Href: withParam(c, "state", string(state)), Current: chosen == state})
	}
	return links
}

// teamLinks lets a member of several teams choose whose submissions to see.
func teamLinks(c *fiber.Ctx, by accounts.Principal, chosen string) []pages.FilterLink {
	if len(by.Teams) < 2 {
		return nil
	}
	var links []pages.FilterLink
	for _, team := range by.Teams {
		links = append(links, pages.FilterLink{Text: team.Name, Href: withParam(c, "team", team.TeamID), Current: team.TeamID == chosen})
	}
	return links
}

// withParam returns the address of the page with one parameter changed. Any
// change but that of the cursor starts at the newest again.
func withParam(c *fiber.Ctx, name, value string) string {
	query := url.Values{}
	for key, old := range c.Queries() {
		query.Set(key, old)
	}
	query.Del("before")
	query.Set(name, value)
	if value == "" {
		query.Del(name)
	}
	if len(query) == 0 {
		return c.Path()
	}
	return c.Path() + "?" + query.Encode()
}

func emptySubmissions(c *scenarios.Challenge, state scoring.State) pages.Empty {
	e := pages.Empty{Icon: pages.IconUpload, Title: "Nothing submitted yet", Text: "The starter kit holds a baseline that scores as it is. Submit it first, then improve it.",
		Action: &pages.Link{Text: "See the challenge", Href: challengePath(c)}}
	if state != "" {
		e.Title, e.Text, e.Action = "No submission is "+string(state), "Choose another state above.", nil
	}
	return e
}
