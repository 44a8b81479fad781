package site

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/scenarios"
	"incubator/web"
	"incubator/web/pages"
)

// showHome answers, signed out, what this is and what is open; signed in, what is
// open, what is mine, what is next and what is wrong.
func (s *Site) showHome(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Caller(c)
	all, err := s.challenges(ctx)
	if err != nil {
		return err
	}
	open := slices.DeleteFunc(slices.Clone(all), func(ch *scenarios.Challenge) bool { return s.filterWord(ch) != string(scenarios.Open) })
	page := pages.HomePage{Frame: s.app.Frame(c)}
	page.Section = "home"
	if page.Open, err = s.challengeCards(ctx, by, open); err != nil {
		return err
	}
	if !by.SignedIn() {
		err = s.fillPublicHome(ctx, all, &page)
	} else {
		err = s.fillOwnHome(ctx, by, open, &page)
	}
	if err != nil {
		return err
	}
	return s.app.Render(c, "home", page)
}

func (s *Site) fillPublicHome(ctx context.Context, all []*scenarios.Challenge, page *pages.HomePage) error {
	page.Title, page.Heading = "Innovation challenges in cyber defence", "Good ideas in cyber defence, proven on hidden data"
	page.Lede = "Open challenges for companies and academics. What you submit runs in sealed sandboxes, and you see what it is worth: so do evaluators, and the partners who need it."
	page.EmptyWork = pages.Empty{Icon: pages.IconCalendar, Title: "No challenge is open now", Text: "The next ones and their moments are on the list.",
		Action: &pages.Link{Text: "See all challenges", Href: "/challenges"}}
	standing, submissions := map[string]bool{}, 0
	for _, c := range all {
		for _, phase := range c.Phases {
			board, err := s.board(ctx, accounts.Principal{}, phase)
			if err != nil {
				return err
			}
			if board == nil {
				continue
			}
			for _, row := range board.Rows {
				standing[row.TeamID] = true
				submissions += row.Scored
			}
		}
	}
	page.Figures = []pages.Figure{
		{Label: "Open challenges", Value: thousands(len(page.Open)), Note: "of " + count(len(all), "challenge", "challenges")},
		{Label: "Teams", Value: thousands(len(standing)), Note: "on public boards"},
		{Label: "Scored submissions", Value: thousands(submissions), Note: "of those teams"},
	}
	return nil
}

func (s *Site) fillOwnHome(ctx context.Context, by accounts.Principal, open []*scenarios.Challenge, page *pages.HomePage) error {
	name, _, _ := strings.Cut(by.User.Name, " ")
	page.Title, page.Heading = "Home", "Welcome back, "+name
	page.Lede = capital(count(len(open), "challenge is", "challenges are")) + " open."
	page.EmptyWork = pages.Empty{Icon: pages.IconTrophy, Title: "Nothing is due", Text: "Open work of your teams appears here.",
		Action: &pages.Link{Text: "See all challenges", Href: "/challenges"}}
	if by.CanOrganise() {
		if err := s.fillStaffHome(ctx, by, page); err != nil {
			return err
		}
	}
	if len(by.Teams) == 0 {
		if by.HasRole(accounts.Participant) {
			page.EmptyWork = pages.Empty{Icon: pages.IconTeam, Title: "You are not in a team yet", Text: "Submissions come from teams. Found one, or open the link that a captain gave you.",
				Action: &pages.Link{Text: "Find your team", Href: "/teams"}}
		}
		return nil
	}
	for _, c := range open {
		for _, team := range by.Teams {
			if err := s.fillTeamHome(ctx, by, c, team, page); err != nil {
				return err
			}
		}
	}
	return nil
}
