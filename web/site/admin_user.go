package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

func userPath(id string) string { return usersPath + "/" + id }

// showUser shows one account and, to administrators, what may be changed about it.
func (s *Site) showUser(c *fiber.Ctx) error {
	u, err := s.Accounts.User(c.UserContext(), c.Params("user"))
	if err != nil {
		return err
	}
	return s.renderUser(c, u, rolesForm(u, u.Roles), userPasswordForm(u))
}

// setRoles replaces the roles of a user.
func (s *Site) setRoles(c *fiber.Ctx) error {
	u, err := s.Accounts.User(c.UserContext(), c.Params("user"))
	if err != nil {
		return err
	}
	roles := readRoles(c)
	if _, err = s.Accounts.SetRoles(c.UserContext(), web.Caller(c), u.ID, roles); err == nil {
		return s.done(c, userPath(u.ID), "The roles of "+u.Name+" are saved.")
	}
	form := rolesForm(u, roles)
	if !refused(c, err, &form) {
		return err
	}
	return s.renderUser(c, u, form, userPasswordForm(u))
}

// setPassword gives a user a new password, which ends their sessions and tokens.
func (s *Site) setPassword(c *fiber.Ctx) error {
	u, err := s.Accounts.User(c.UserContext(), c.Params("user"))
	if err != nil {
		return err
	}
	if err = s.Accounts.SetPassword(c.UserContext(), web.Caller(c), u.ID, c.FormValue("password")); err == nil {
		return s.done(c, userPath(u.ID), u.Name+" has a new password. Tell it to them in person, and ask them to change it.")
	}
	form := userPasswordForm(u)
	if !refused(c, err, &form) {
		return err
	}
	return s.renderUser(c, u, rolesForm(u, u.Roles), form)
}

// disableUser keeps a user out at once.
func (s *Site) disableUser(c *fiber.Ctx) error {
	u, err := s.Accounts.Disable(c.UserContext(), web.Caller(c), c.Params("user"))
	if err != nil {
		return s.undone(c, userPath(c.Params("user")), err)
	}
	return s.done(c, userPath(u.ID), u.Name+" is disabled. All their sessions have ended.")
}

// enableUser lets a disabled user in again.
func (s *Site) enableUser(c *fiber.Ctx) error {
	u, err := s.Accounts.Enable(c.UserContext(), web.Caller(c), c.Params("user"))
	if err != nil {
		return s.undone(c, userPath(c.Params("user")), err)
	}
	return s.done(c, userPath(u.ID), u.Name+" may sign in again.")
}

func (s *Site) renderUser(c *fiber.Ctx, u accounts.User, roles, password pages.Form) error {
	p := pages.AdminUserPage{Frame: s.adminFrame(c, "users", u.Name)}
	p.Lede, p.State = u.Email, s.userMember(u).State
	p.Trail = []pages.Link{{Text: "Users", Href: usersPath}}
	if u.OrganizationID != "" {
		o, err := s.Accounts.Organization(c.UserContext(), u.OrganizationID)
		if err != nil {
			return err
		}
		p.Facts = append(p.Facts, pages.Fact{Name: "Organisation", Value: o.Name, Href: organizationPath(o.ID)})
	}
	p.Facts = append(p.Facts, pages.Fact{Name: "Since", Value: s.moment(u.CreatedAt).Day()})
	if u.Disabled() {
		p.Facts = append(p.Facts, pages.Fact{Name: "Disabled", Value: s.moment(u.DisabledAt).Day()})
	}
	if web.Caller(c).CanAdminister() {
		p.Facts = append(p.Facts, pages.Fact{Name: "Record", Value: "what they did", Href: withQuery(auditPath, "actor", u.ID)})
		p.Roles, p.Actions = roles, []pages.Confirm{entryAction(u)}
		p.Roles.CSRF = p.CSRF
		if u.ID != web.Caller(c).User.ID { // one's own is changed with the old one, in the account
			p.Password = password
			p.Password.CSRF = p.CSRF
		}
	}
	return s.app.Render(c, "admin_user", p)
}

// entryAction keeps a user out or lets them in again. Enabling is the undo of
// disabling, but the sessions that end do not come back: so it asks.
func entryAction(u accounts.User) pages.Confirm {
	if u.Disabled() {
		return pages.Confirm{Action: userPath(u.ID) + "/enable", Button: "Enable"}
	}
	return pages.Confirm{Action: userPath(u.ID) + "/disable", Button: "Disable", Danger: true, Title: "Disable " + u.Name + "?",
		Text: "All sessions end at once and API tokens stop working, until the account is enabled again."}
}

func rolesForm(u accounts.User, ticked []accounts.Role) pages.Form {
	return pages.Form{Action: userPath(u.ID) + "/roles", Button: "Save the roles", Fields: []pages.Field{
		{Name: "roles", Label: "This user is", Type: "checks", Options: options(accounts.Roles(), roleText, ticked...), Hint: "Roles add up. They count from the next request on."},
	}}
}

func userPasswordForm(u accounts.User) pages.Form {
	return pages.Form{Action: userPath(u.ID) + "/password", Button: "Set the password", Fields: []pages.Field{
		{Name: "password", Label: "New password", Type: "password", Required: true, Autocomplete: "new-password", Hint: passwordHint, Max: maxPassword},
	}}
}
