package site

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

// showTeam shows a team: to everybody where it stands, to its members and to
// organisers also who is in it.
func (s *Site) showTeam(c *fiber.Ctx) error {
	team, err := s.Accounts.Team(c.UserContext(), c.Params("team"))
	if err != nil {
		return err
	}
	return s.renderTeam(c, team, renameForm(team, team.Name), inviteForm(c, team))
}

func (s *Site) renderTeam(c *fiber.Ctx, team accounts.Team, rename, invite pages.Form) error {
	by := web.Caller(c)
	p := pages.TeamPage{Frame: s.app.Frame(c), Captain: by.CanManageTeam(team.ID), Rename: rename, Invite: invite}
	p.Inside = by.InTeam(team.ID) || p.Captain
	p.Title, p.Heading, p.Section = team.Name, team.Name, "team"
	if by.InTeam(team.ID) {
		p.Trail = []pages.Link{{Text: "Your teams", Href: "/team"}}
	}
	p.Rename.CSRF, p.Invite.CSRF = p.CSRF, p.CSRF
	for _, fill := range []func(*fiber.Ctx, accounts.Team, *pages.TeamPage) error{s.fillTeamFacts, s.fillTeamInside, s.fillInvitations} {
		if err := fill(c, team, &p); err != nil {
			return err
		}
	}
	return s.app.Render(c, "team", p)
}

// fillTeamFacts adds what everybody may see.
func (s *Site) fillTeamFacts(c *fiber.Ctx, team accounts.Team, p *pages.TeamPage) (err error) {
	if team.OrganizationID != "" {
		o, err := s.Accounts.Organization(c.UserContext(), team.OrganizationID)
		if err != nil {
			return err
		}
		p.Lede = o.Name + " · " + web.KindName(o.Kind)
		p.Facts = append(p.Facts, pages.Fact{Name: "Organisation", Value: o.Name, Href: organizationPath(o.ID)})
	}
	p.Facts = append(p.Facts, pages.Fact{Name: "Founded", Value: s.moment(team.CreatedAt).Day()})
	p.Standings, err = s.teamStandings(c.UserContext(), web.Caller(c), team.ID)
	return err
}

// fillTeamInside adds what members and organisers see.
func (s *Site) fillTeamInside(c *fiber.Ctx, team accounts.Team, p *pages.TeamPage) error {
	if !p.Inside {
		return nil
	}
	by := web.Caller(c)
	members, err := s.Accounts.Members(c.UserContext(), team.ID)
	if err != nil {
		return err
	}
	for _, m := range members {
		p.Members = append(p.Members, s.memberRow(team, m, by.User.ID, p.Captain))
	}
	counts, err := s.Scoring.SubmissionCounts(c.UserContext(), by, team.ID)
	if err != nil {
		return err
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	p.Facts = append(p.Facts, pages.Fact{Name: "Members", Value: strconv.Itoa(len(members))},
		pages.Fact{Name: "Submissions", Value: count(total, "submission", "submissions") + " in " + count(len(counts), "challenge", "challenges")})
	if by.InTeam(team.ID) && team.CaptainID != by.User.ID {
		p.Actions = append(p.Actions, pages.Confirm{Action: teamPath(team.ID) + "/leave", Button: "Leave the team", Icon: pages.IconLeave, Danger: true,
			Title: "Leave " + team.Name + "?", Text: "Your submissions stay with the team. To come back you need a new invitation."})
	}
	return nil
}

func (s *Site) memberRow(team accounts.Team, m accounts.Member, viewerID string, manages bool) pages.Member {
	row := pages.Member{Name: m.Name, Initials: web.Initials(m.Name), Role: "member", Joined: s.moment(m.JoinedAt), You: m.UserID == viewerID}
	if m.Captain {
		row.Role = "captain"
	}
	if !manages || m.Captain {
		return row
	}
	path := teamPath(team.ID) + "/members/" + m.UserID
	row.Actions = []pages.Confirm{
		{Action: path + "/captain", Button: "Make captain", Danger: true, Title: "Make " + m.Name + " the captain?",
			Text: "A team has one captain. Only the new one can give the captaincy back."},
		{Action: path + "/remove", Button: "Remove", Danger: true, Title: "Remove " + m.Name + "?",
			Text: m.Name + " loses access at once. What was submitted stays with the team."},
	}
	return row
}
