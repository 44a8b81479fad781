package site

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

// showTeams lists the viewer's teams, or says how to come to one.
func (s *Site) showTeams(c *fiber.Ctx) error { return s.renderTeams(c, foundForm("")) }

// foundTeam creates a team with the viewer as its captain.
func (s *Site) foundTeam(c *fiber.Ctx) error {
	name := c.FormValue("name")
	team, err := s.Accounts.FoundTeam(c.UserContext(), web.Caller(c), accounts.NewTeam{Name: name})
	if err == nil {
		return s.done(c, teamPath(team.ID), "The team is founded and you are its captain. Invite the others next.")
	}
	form := foundForm(name)
	if !refused(c, err, &form) {
		return err
	}
	return s.renderTeams(c, form)
}

func (s *Site) renderTeams(c *fiber.Ctx, form pages.Form) error {
	by := web.Caller(c)
	p := pages.TeamsPage{Frame: s.app.Frame(c)}
	p.Title, p.Heading, p.Section = "Your teams", "Your teams", "team"
	p.Empty = pages.Empty{Icon: pages.IconTeam, Title: "You are in no team yet",
		Text: "Challenges are solved by teams; a team may be one person. Found one with the form, or open the link that a captain sent you."}
	if slices.Contains(by.User.Roles, accounts.Participant) {
		p.Found = form
		p.Found.CSRF = p.CSRF
	} else {
		p.Empty.Text = "Only participants take part in teams. Ask the administrators for the role if you want to take part."
	}
	for _, m := range by.Teams {
		card, err := s.teamCard(c, m.TeamID, m.Name)
		if err != nil {
			return err
		}
		p.Teams = append(p.Teams, card)
	}
	return s.app.Render(c, "teams", p)
}

func (s *Site) teamCard(c *fiber.Ctx, id, name string) (pages.TeamCard, error) {
	members, err := s.Accounts.Members(c.UserContext(), id)
	if err != nil {
		return pages.TeamCard{}, err
	}
	boards, err := s.teamStandings(c.UserContext(), web.Caller(c), id)
	return pages.TeamCard{Name: name, Href: teamPath(id), Members: len(members), Boards: boards}, err
}

func foundForm(name string) pages.Form {
	return pages.Form{Action: "/teams", Button: "Found the team", Fields: []pages.Field{
		{Name: "name", Label: "Name of the team", Type: "text", Value: name, Required: true, Max: maxName,
			Hint: "Everybody sees it on the boards. The team stands for your organisation."},
	}}
}
