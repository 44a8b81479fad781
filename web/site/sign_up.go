package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/web"
	"incubator/web/pages"
)

const passwordHint = "At least 12 characters. A sentence is easy to remember."

// showSignUp asks for a new account, with or without an invitation.
func (s *Site) showSignUp(c *fiber.Ctx) error {
	next, invitation := web.LocalPath(c.Query("next")), c.Query("invitation")
	if web.Caller(c).SignedIn() {
		if invitation != "" {
			next = withQuery("/join", "token", invitation)
		}
		return c.Redirect(next, fiber.StatusSeeOther)
	}
	form, err := s.signUpForm(c, next, invitation)
	if err != nil {
		return err
	}
	return s.renderSignUp(c, form, invitation)
}

// signUp creates the account and signs it in.
func (s *Site) signUp(c *fiber.Ctx) error {
	next, invitation := web.LocalPath(c.FormValue("next")), c.FormValue("invitation")
	choice, err := organizationChoice(c)
	var in accounts.SignedIn
	if err == nil {
		in, err = s.Accounts.SignUp(c.UserContext(), accounts.NewUser{
			Email: c.FormValue("email"), Name: c.FormValue("name"), Password: c.FormValue("password"),
			OrganizationID: choice.id, Organization: choice.added,
		}, invitation, clientOf(c))
	}
	if err == nil {
		return s.welcome(c, in, next, invitation)
	}
	form, formErr := s.signUpForm(c, next, invitation)
	if formErr != nil {
		return formErr
	}
	if !refused(c, err, &form) {
		return err
	}
	return s.renderSignUp(c, form, invitation)
}

// welcome sends a new account on: into the team that it was invited to, else to
// where the person wanted to go.
func (s *Site) welcome(c *fiber.Ctx, in accounts.SignedIn, next, invitation string) error {
	message := "Welcome, " + in.User.Name + ". Your account is ready."
	if invitation == "" {
		return s.enter(c, in, next, message)
	}
	by, err := s.Accounts.Authenticate(c.UserContext(), in.Token)
	if err == nil && len(by.Teams) > 0 {
		return s.enter(c, in, teamPath(by.Teams[0].TeamID), message+" You are a member of "+by.Teams[0].Name+".")
	}
	return s.enter(c, in, next, message)
}

func (s *Site) renderSignUp(c *fiber.Ctx, form pages.Form, invitation string) error {
	p := pages.SignUpPage{Frame: s.app.Frame(c), Form: form, SignIn: "/sign-in"}
	p.Title, p.Heading, p.Lede = "Create an account", "Create an account", "One account, for every challenge."
	if invitation != "" {
		p.SignIn = withQuery(p.SignIn, "next", withQuery("/join", "token", invitation))
		p.Invitation = s.invitationText(c, invitation)
	}
	p.Form.CSRF = s.app.FormToken(c)
	return s.app.Render(c, "sign_up", p)
}

// invitationText says what an invitation leads to, or why it does not.
func (s *Site) invitationText(c *fiber.Ctx, token string) string {
	invited, err := s.Accounts.LookAtInvitation(c.UserContext(), token)
	switch {
	case err != nil:
		return "The invitation does not work: " + errs.MessageOf(err) + ". Ask for a new link."
	case invited.Team.ID == "":
		return "You were invited to this platform" + asRoles(invited.Invitation.Roles) + "."
	}
	return "You were invited to the team " + invited.Team.Name + ". You join it with this account."
}

func (s *Site) signUpForm(c *fiber.Ctx, next, invitation string) (pages.Form, error) {
	organization, err := s.organizationFields(c, c.FormValue("organization_id"), typedOrganization(c))
	fields := []pages.Field{
		{Name: "next", Type: "hidden", Value: next},
		{Name: "invitation", Type: "hidden", Value: invitation},
		{Name: "name", Label: "Name", Type: "text", Value: c.FormValue("name"), Required: true, Autocomplete: "name", Max: maxName},
		{Name: "email", Label: "E-mail address", Type: "email", Value: c.FormValue("email"), Required: true, Autocomplete: "username"},
		{Name: "password", Label: "Password", Type: "password", Required: true, Autocomplete: "new-password", Hint: passwordHint, Max: maxPassword},
	}
	return pages.Form{Action: "/sign-up", Button: "Create the account", Fields: append(fields, organization...)}, err
}
