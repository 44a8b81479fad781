package site

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

const (
	inviteName = "new-invitation" // of the kept cookie that brings a link to the next page
	inviteKept = time.Minute
)

var (
	inviteLives = []string{"1", "7", "30", "90"} // days
	inviteUses  = []string{"1", "2", "3", "5", "10", "25"}
)

// inviteToTeam makes a link into the team and shows it once.
func (s *Site) inviteToTeam(c *fiber.Ctx) error {
	team, err := s.Accounts.Team(c.UserContext(), c.Params("team"))
	if err != nil {
		return err
	}
	token, invitation, err := s.Accounts.InviteToTeam(c.UserContext(), web.Caller(c), team.ID, inviteTerms(c))
	if err == nil {
		s.keepInvitation(c, invitation.ID, "/join", "token", token)
		return c.Redirect(teamPath(team.ID)+"#invitations", fiber.StatusSeeOther)
	}
	form := inviteForm(c, team)
	if !mendable(err) || !refused(c, err, &form) {
		return err
	}
	return s.renderTeam(c, team, renameForm(team, team.Name), form)
}

// revokeTeamInvitation ends a link into the team.
func (s *Site) revokeTeamInvitation(c *fiber.Ctx) error {
	path := teamPath(c.Params("team"))
	if err := s.Accounts.RevokeInvitation(c.UserContext(), web.Caller(c), c.Params("invitation")); err != nil {
		return s.undone(c, path, err)
	}
	return s.done(c, path, "The invitation is revoked. Its link no longer works.")
}

// fillInvitations adds the team's links for who manages it.
func (s *Site) fillInvitations(c *fiber.Ctx, team accounts.Team, p *pages.TeamPage) error {
	if !p.Captain {
		return nil
	}
	list, err := s.Accounts.Invitations(c.UserContext(), web.Caller(c), team.ID)
	if err != nil {
		return err
	}
	p.Invitations = s.invitationRows(c, list, teamPath(team.ID)+"/invitations/")
	return nil
}

// keepInvitation brings the link of a new invitation to the next page.
func (s *Site) keepInvitation(c *fiber.Ctx, id, path, parameter, token string) {
	s.app.Keep(c, inviteName, id+" "+s.PublicURL+withQuery(path, parameter, token), inviteKept)
}

// invitationRows lists invitations, the new one with its link; path is where each
// is revoked, without the id.
func (s *Site) invitationRows(c *fiber.Ctx, list []accounts.Invitation, path string) []pages.Invitation {
	newID, link := cutPair(s.app.TakeKept(c, inviteName))
	var out []pages.Invitation
	for _, i := range list {
		row := pages.Invitation{For: invitationFor(i), State: pages.StateOf(s.invitationState(i)),
			Created: s.moment(i.CreatedAt), Expires: s.moment(i.ExpiresAt)}
		if row.State.Word == "open" {
			row.Revoke = pages.Confirm{Action: path + i.ID + "/revoke", Button: "Revoke"}
		}
		if i.ID == newID {
			row.Link = link
		}
		out = append(out, row)
	}
	return out
}

func (s *Site) invitationState(i accounts.Invitation) string {
	switch {
	case !i.RevokedAt.IsZero():
		return "revoked"
	case i.Uses >= i.MaxUses:
		return "used up"
	case !s.Now().Before(i.ExpiresAt):
		return "expired"
	}
	return "open"
}

// invitationFor says whom a link is for: "Link for 5 people, 2 have used it".
func invitationFor(i accounts.Invitation) string {
	text := "Link for " + count(i.MaxUses, "person", "people") + asRoles(i.Roles)
	switch i.Uses {
	case 0:
		return text + ", not used yet"
	case 1:
		return text + ", used once"
	}
	return text + ", used " + strconv.Itoa(i.Uses) + " times"
}

func inviteForm(c *fiber.Ctx, team accounts.Team) pages.Form {
	return pages.Form{Action: teamPath(team.ID) + "/invitations", Button: "Make a link", Fields: inviteFields(c)}
}

func inviteFields(c *fiber.Ctx) []pages.Field {
	return []pages.Field{
		{Name: "max_uses", Label: "For", Type: "select", Required: true, Options: options(inviteUses, peopleText, c.FormValue("max_uses", "1"))},
		{Name: "life", Label: "Expires after", Type: "select", Required: true, Options: options(inviteLives, daysText, c.FormValue("life", "7")),
			Hint: "You get a link to send. Whoever opens it first can use it."},
	}
}

func inviteTerms(c *fiber.Ctx) accounts.Terms {
	uses, err := strconv.Atoi(c.FormValue("max_uses"))
	if err != nil {
		uses = 0 // which accounts refuses, with a message at the field
	}
	return accounts.Terms{Life: days(c.FormValue("life")), MaxUses: uses}
}

func peopleText(n string) string {
	if n == "1" {
		return "1 person"
	}
	return n + " people"
}
