package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/web"
	"incubator/web/pages"
)

// showJoin shows who invites into which team. Who is not signed in is offered both
// ways in, each of which keeps the token.
func (s *Site) showJoin(c *fiber.Ctx) error {
	token := c.Query("token")
	invited, err := s.Accounts.LookAtInvitation(c.UserContext(), token)
	switch {
	case err != nil:
		return s.invitationEnded(c, err)
	case invited.Team.ID == "":
		return c.Redirect(withQuery("/sign-up", "invitation", token), fiber.StatusSeeOther)
	case web.Caller(c).InTeam(invited.Team.ID):
		return c.Redirect(teamPath(invited.Team.ID), fiber.StatusSeeOther)
	}
	return s.renderJoin(c, invited, token, pages.Form{})
}

// join makes the viewer a member of the team.
func (s *Site) join(c *fiber.Ctx) error {
	token := c.FormValue("token")
	team, err := s.Accounts.JoinTeam(c.UserContext(), web.Caller(c), token)
	if err == nil {
		return s.done(c, teamPath(team.ID), "You are a member of "+team.Name+".")
	}
	invited, lookErr := s.Accounts.LookAtInvitation(c.UserContext(), token)
	if lookErr != nil {
		return s.invitationEnded(c, lookErr)
	}
	var form pages.Form
	if !refused(c, err, &form) {
		return err
	}
	return s.renderJoin(c, invited, token, form)
}

func (s *Site) renderJoin(c *fiber.Ctx, invited accounts.Invited, token string, form pages.Form) error {
	p := pages.JoinPage{Frame: s.app.Frame(c), SignIn: withQuery("/sign-in", "next", withQuery("/join", "token", token)),
		SignUp: withQuery("/sign-up", "invitation", token)}
	p.Title, p.Heading = "Join "+invited.Team.Name, "Join "+invited.Team.Name
	host, err := s.Accounts.User(c.UserContext(), invited.Invitation.CreatedBy)
	if err != nil {
		return err
	}
	p.Lede = host.Name + " invites you to this team."
	if invited.Team.OrganizationID != "" {
		o, err := s.Accounts.Organization(c.UserContext(), invited.Team.OrganizationID)
		if err != nil {
			return err
		}
		p.Facts = append(p.Facts, pages.Fact{Name: "Organisation", Value: o.Name})
	}
	p.Facts = append(p.Facts, pages.Fact{Name: "Expires", Value: s.moment(invited.Invitation.ExpiresAt).Relative()})
	if web.Caller(c).SignedIn() {
		form.Action, form.CSRF, form.Button = "/join", p.CSRF, "Join the team"
		form.Fields = []pages.Field{{Name: "token", Type: "hidden", Value: token}}
		p.Join = &form
	}
	return s.app.Render(c, "join", p)
}

// invitationEnded explains a link that does not work; other errors pass.
func (s *Site) invitationEnded(c *fiber.Ctx, err error) error {
	if !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Conflict) {
		return err
	}
	p := pages.ErrorPage{Frame: s.app.Frame(c), Status: web.StatusOf(err), RequestID: web.RequestID(c), Text: reason(err),
		Advice: []string{"Check that the whole link was copied.", "Ask the team's captain for a new link."},
		Action: pages.Link{Text: "Go to your teams", Href: "/team"}}
	p.Title, p.Heading = "This invitation does not work", "This invitation does not work"
	c.Status(p.Status)
	return s.app.Render(c, "error", p)
}
