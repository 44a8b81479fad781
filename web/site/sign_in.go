package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

// showSignIn asks who is there; who is signed in already goes on.
func (s *Site) showSignIn(c *fiber.Ctx) error {
	next := web.LocalPath(c.Query("next"))
	if web.Caller(c).SignedIn() {
		return c.Redirect(next, fiber.StatusSeeOther)
	}
	return s.renderSignIn(c, signInForm("", next), next)
}

// signIn starts a session and sends the person to where they wanted to go.
func (s *Site) signIn(c *fiber.Ctx) error {
	email, next := c.FormValue("email"), web.LocalPath(c.FormValue("next"))
	in, err := s.Accounts.SignIn(c.UserContext(), email, c.FormValue("password"), clientOf(c))
	if err == nil {
		return s.enter(c, in, next, "")
	}
	form := signInForm(email, next)
	if !refused(c, err, &form) {
		return err
	}
	return s.renderSignIn(c, form, next)
}

func (s *Site) renderSignIn(c *fiber.Ctx, form pages.Form, next string) error {
	p := pages.SignInPage{Frame: s.app.Frame(c), Form: form}
	p.Title, p.Heading, p.Next = "Sign in", "Sign in", next
	p.SignUp = "/sign-up"
	if next != "/" {
		p.SignUp = withQuery(p.SignUp, "next", next)
	}
	p.Form.CSRF = s.app.FormToken(c)
	return s.app.Render(c, "sign_in", p)
}

func signInForm(email, next string) pages.Form {
	return pages.Form{Action: "/sign-in", Button: "Sign in", Fields: []pages.Field{
		{Name: "next", Type: "hidden", Value: next},
		{Name: "email", Label: "E-mail address", Type: "email", Value: email, Required: true, Autocomplete: "username"},
		{Name: "password", Label: "Password", Type: "password", Required: true, Autocomplete: "current-password"},
	}}
}

// enter hands the browser its new session.
func (s *Site) enter(c *fiber.Ctx, in accounts.SignedIn, path, message string) error {
	s.app.SetSession(c, in.Token, in.Session.ExpiresAt)
	if message == "" {
		return c.Redirect(path, fiber.StatusSeeOther)
	}
	return s.done(c, path, message)
}

// signOut ends the session of this browser.
func (s *Site) signOut(c *fiber.Ctx) error {
	if err := s.Accounts.SignOut(c.UserContext(), s.app.SessionToken(c), clientOf(c)); err != nil {
		return err
	}
	s.app.ClearSession(c)
	return s.done(c, "/sign-in", "You are signed out.")
}
