package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

func (s *Site) showPassword(c *fiber.Ctx) error { return s.renderPassword(c, passwordForm(false)) }

// changePassword sets a new password, which ends every other session.
func (s *Site) changePassword(c *fiber.Ctx) error {
	revoke := c.FormValue("revoke_tokens") != ""
	err := s.Accounts.ChangePassword(c.UserContext(), web.Caller(c), accounts.PasswordChange{
		Current: c.FormValue("current"), New: c.FormValue("password"), RevokeTokens: revoke,
	})
	if err == nil {
		message := "Your password is changed. Every other session has ended."
		if revoke {
			message = "Your password is changed. Every other session and all API tokens have ended."
		}
		return s.done(c, "/account/password", message)
	}
	form := passwordForm(revoke)
	if !refused(c, err, &form) {
		return err
	}
	return s.renderPassword(c, form)
}

func (s *Site) renderPassword(c *fiber.Ctx, form pages.Form) error {
	p := s.accountPage(c, "password")
	p.Password = form
	p.Password.CSRF = p.CSRF
	return s.app.Render(c, "account", p)
}

func passwordForm(revokeTokens bool) pages.Form {
	return pages.Form{Action: "/account/password", Button: "Change the password", Fields: []pages.Field{
		{Name: "current", Label: "Password now", Type: "password", Required: true, Autocomplete: "current-password", Max: maxPassword},
		{Name: "password", Label: "New password", Type: "password", Required: true, Autocomplete: "new-password", Hint: passwordHint, Max: maxPassword},
		{Name: "revoke_tokens", Label: "If somebody else may know the password", Type: "checks", Options: []pages.Option{
			{Value: "yes", Text: "Revoke all API tokens too", Selected: revokeTokens}}},
	}}
}
