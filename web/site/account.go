package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

// accountPage starts a page of the viewer's own account with its tabs.
func (s *Site) accountPage(c *fiber.Ctx, tab string) pages.AccountPage {
	p := pages.AccountPage{Frame: s.app.Frame(c)}
	p.Title, p.Heading, p.Section = "Your account", "Your account", "account"
	p.Lede = web.Caller(c).User.Email
	p.Tabs = pages.Tabs{Label: "Parts of the account", Current: tab, Items: []pages.Tab{
		{Key: "profile", Text: "Profile", Href: "/account", Icon: pages.IconUser},
		{Key: "password", Text: "Password", Href: "/account/password", Icon: pages.IconLock},
		{Key: "sessions", Text: "Sessions", Href: "/account/sessions", Icon: pages.IconDevice},
		{Key: "tokens", Text: "API tokens", Href: "/account/tokens", Icon: pages.IconKey},
	}}
	return p
}

// showProfile shows name and organisation in a form.
func (s *Site) showProfile(c *fiber.Ctx) error {
	u := web.Caller(c).User
	form, err := s.profileForm(c, u.Name, u.OrganizationID, accounts.NewOrganization{})
	if err != nil {
		return err
	}
	return s.renderProfile(c, form)
}

// editProfile changes name and organisation.
func (s *Site) editProfile(c *fiber.Ctx) error {
	choice, err := organizationChoice(c)
	if err == nil {
		_, err = s.Accounts.EditProfile(c.UserContext(), web.Caller(c), c.FormValue("name"), choice.id, choice.added)
	}
	if err == nil {
		return s.done(c, "/account", "Your profile is saved.")
	}
	form, formErr := s.profileForm(c, c.FormValue("name"), c.FormValue("organization_id"), typedOrganization(c))
	if formErr != nil {
		return formErr
	}
	if !refused(c, err, &form) {
		return err
	}
	return s.renderProfile(c, form)
}

func (s *Site) renderProfile(c *fiber.Ctx, form pages.Form) error {
	p := s.accountPage(c, "profile")
	p.Profile = form
	p.Profile.CSRF = p.CSRF
	return s.app.Render(c, "account", p)
}

func (s *Site) profileForm(c *fiber.Ctx, name, organizationID string, typed accounts.NewOrganization) (pages.Form, error) {
	organization, err := s.organizationFields(c, organizationID, typed)
	return pages.Form{Action: "/account", Button: "Save", Fields: append([]pages.Field{
		{Name: "name", Label: "Name", Type: "text", Value: name, Required: true, Autocomplete: "name", Max: maxName},
	}, organization...)}, err
}
