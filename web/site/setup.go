package site

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/web"
	"incubator/web/pages"
)

const (
	setupName = "setup"
	setupLife = time.Hour
)

// showSetup asks for the first administrator. A valid token moves from the address
// into a sealed cookie, so that it stays in no history and on no screen.
func (s *Site) showSetup(c *fiber.Ctx) error {
	token := c.Query("token")
	if token == "" {
		token = s.app.Kept(c, setupName)
	}
	if err := s.Accounts.CheckSetupLink(c.UserContext(), token); err != nil {
		return s.setupEnded(c, err)
	}
	if c.Query("token") != "" {
		s.app.Keep(c, setupName, token, setupLife)
		return c.Redirect("/setup", fiber.StatusSeeOther)
	}
	return s.renderSetup(c, setupForm("", ""))
}

// setup creates the first administrator and signs in.
func (s *Site) setup(c *fiber.Ctx) error {
	token, name, email := s.app.Kept(c, setupName), c.FormValue("name"), c.FormValue("email")
	in, err := s.Accounts.CompleteSetup(c.UserContext(), token, accounts.NewUser{
		Name: name, Email: email, Password: c.FormValue("password"),
	}, clientOf(c))
	if err == nil {
		s.app.Forget(c, setupName)
		return s.enter(c, in, "/", "The platform is set up and you are its administrator.")
	}
	if errs.Is(err, errs.NotFound) {
		return s.setupEnded(c, err)
	}
	form := setupForm(name, email)
	if !refused(c, err, &form) {
		return err
	}
	return s.renderSetup(c, form)
}

func (s *Site) renderSetup(c *fiber.Ctx, form pages.Form) error {
	p := pages.SetupPage{Frame: s.app.Frame(c), Form: form, Steps: []pages.Step{
		{Name: "Link opened", State: pages.StepDone}, {Name: "Administrator", State: pages.StepNow}, {Name: "First challenge", State: pages.StepNext}}}
	p.Title, p.Heading = "Set up this platform", "Set up this platform"
	p.Lede = "Create the first administrator. Everything else can be changed later."
	p.Form.CSRF = s.app.FormToken(c)
	return s.app.Render(c, "setup", p)
}

func setupForm(name, email string) pages.Form {
	return pages.Form{Action: "/setup", Button: "Create the administrator", Fields: []pages.Field{
		{Name: "name", Label: "Name", Type: "text", Value: name, Required: true, Autocomplete: "name", Max: maxName},
		{Name: "email", Label: "E-mail address", Type: "email", Value: email, Required: true, Autocomplete: "username"},
		{Name: "password", Label: "Password", Type: "password", Required: true, Autocomplete: "new-password", Hint: passwordHint, Max: maxPassword},
	}}
}

// setupEnded explains a link that is wrong, used or too old; other errors pass.
func (s *Site) setupEnded(c *fiber.Ctx, err error) error {
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	s.app.Forget(c, setupName)
	p := pages.ErrorPage{Frame: s.app.Frame(c), Status: fiber.StatusNotFound, RequestID: web.RequestID(c),
		Text: "A set-up link is good for one use, for 24 hours, and only until the platform is started again.",
		Advice: []string{"If there is an administrator already, sign in.",
			"If there is none, restart the platform: it prints a new link."},
		Action: pages.Link{Text: "Sign in", Href: "/sign-in"}}
	p.Title, p.Heading = "This set-up link does not work", "This set-up link does not work"
	c.Status(fiber.StatusNotFound)
	return s.app.Render(c, "error", p)
}
