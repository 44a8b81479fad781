package site

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

const (
	usersPath   = "/admin/users"
	usersOnPage = 50
)

// showUsers lists accounts by search and cursor, with the invitations to the platform.
func (s *Site) showUsers(c *fiber.Ctx) error { return s.renderUsers(c, s.platformInviteForm(c, nil)) }

// inviteToPlatform makes a link for signing up with roles and shows it once.
func (s *Site) inviteToPlatform(c *fiber.Ctx) error {
	roles := readRoles(c)
	token, invitation, err := s.Accounts.InviteToPlatform(c.UserContext(), web.Caller(c), roles, inviteTerms(c))
	if err == nil {
		s.keepInvitation(c, invitation.ID, "/sign-up", "invitation", token)
		return c.Redirect(usersPath+"#invitations", fiber.StatusSeeOther)
	}
	form := s.platformInviteForm(c, roles)
	if !refused(c, err, &form) {
		return err
	}
	return s.renderUsers(c, form)
}

// revokePlatformInvitation ends a link to the platform.
func (s *Site) revokePlatformInvitation(c *fiber.Ctx) error {
	if err := s.Accounts.RevokeInvitation(c.UserContext(), web.Caller(c), c.Params("invitation")); err != nil {
		return s.undone(c, usersPath, err)
	}
	return s.done(c, usersPath, "The invitation is revoked. Its link no longer works.")
}

func (s *Site) renderUsers(c *fiber.Ctx, invite pages.Form) error {
	by, search, after := web.Caller(c), c.Query("q"), c.Query("after")
	list, err := s.Accounts.Users(c.UserContext(), by, search, after, usersOnPage+1)
	if err != nil {
		return err
	}
	p := pages.AdminUsersPage{Frame: s.adminFrame(c, "users", "Who may do what"), Invite: invite}
	p.Invite.CSRF = p.CSRF
	p.Search = pages.Field{Name: "q", Label: "Name or address", Type: "search", Value: search, Max: 200}
	p.Empty = pages.Empty{Icon: pages.IconUsers, Title: "Nobody found", Text: "No name or address holds this text.", Action: &pages.Link{Text: "Show all users", Href: usersPath}}
	p.Pages.Note = count(min(len(list), usersOnPage), "user", "users") + " on this page, oldest first"
	if len(list) > usersOnPage {
		list = list[:usersOnPage]
		p.Pages.Next = usersPath + "?" + url.Values{"q": {search}, "after": {list[usersOnPage-1].ID}}.Encode()
	}
	if after != "" {
		p.Trail = []pages.Link{{Text: "First page", Href: withQuery(usersPath, "q", search)}}
	}
	if p.Users, err = s.userRows(c, list); err != nil {
		return err
	}
	invitations, err := s.Accounts.Invitations(c.UserContext(), by, "")
	if err != nil {
		return err
	}
	p.Invitations = s.invitationRows(c, invitations, "/admin/invitations/")
	return s.app.Render(c, "admin_users", p)
}

func (s *Site) userRows(c *fiber.Ctx, list []accounts.User) ([]pages.UserRow, error) {
	organizations, err := s.Accounts.Organizations(c.UserContext())
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, o := range organizations {
		names[o.ID] = o.Name
	}
	var out []pages.UserRow
	for _, u := range list {
		row := pages.UserRow{Member: s.userMember(u), Href: usersPath + "/" + u.ID, Organization: names[u.OrganizationID]}
		row.You = u.ID == web.Caller(c).User.ID
		for _, r := range u.Roles {
			row.Roles = append(row.Roles, string(r))
		}
		out = append(out, row)
	}
	return out, nil
}

// platformInviteForm offers the roles that the viewer may invite to.
func (s *Site) platformInviteForm(c *fiber.Ctx, ticked []accounts.Role) pages.Form {
	var offered []accounts.Role
	for _, r := range accounts.Roles() {
		if r == accounts.Participant || ((r == accounts.Administrator || r == accounts.Organiser) && !web.Caller(c).CanAdminister()) {
			continue
		}
		offered = append(offered, r)
	}
	fields := []pages.Field{{Name: "roles", Label: "Roles", Type: "checks", Options: options(offered, roleText, ticked...),
		Hint: "Everybody who signs up also is a participant."}}
	return pages.Form{Action: "/admin/invitations", Button: "Make a link", Fields: append(fields, inviteFields(c)...)}
}

func readRoles(c *fiber.Ctx) (roles []accounts.Role) {
	for _, r := range formValues(c, "roles") {
		roles = append(roles, accounts.Role(r))
	}
	return roles
}

// roleText says what a role is for.
func roleText(r accounts.Role) string {
	switch r {
	case accounts.Administrator:
		return "administrator: runs the installation and decides who may do what"
	case accounts.Organiser:
		return "organiser: publishes challenges, helps teams, edits organisations"
	case accounts.Trainer:
		return "trainer: runs exercises"
	case accounts.Evaluator:
		return "evaluator: reviews submissions"
	case accounts.Participant:
		return "participant: takes part in teams"
	case accounts.Partner:
		return "partner: shares information under an agreement"
	case accounts.Observer:
		return "observer: reads"
	}
	return string(r)
}
