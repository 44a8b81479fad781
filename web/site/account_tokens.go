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
	tokensPath = "/account/tokens"
	tokenName  = "new-token" // of the kept cookie that brings a secret to the next page
	tokenLife  = time.Minute // of that cookie
)

// tokenLives are the lifetimes that the form offers, in days.
var tokenLives = []string{"7", "30", "90", "365"}

// showTokens lists the viewer's API tokens, with the secret of one just made.
func (s *Site) showTokens(c *fiber.Ctx) error {
	return s.renderTokens(c, newTokenForm(c, web.Caller(c), []string{string(accounts.ScopeChallengesRead)}), s.app.TakeKept(c, tokenName))
}

// createToken makes a token. Its secret travels to the page that shows it in a
// sealed cookie: reloading that page neither shows it again nor makes another.
func (s *Site) createToken(c *fiber.Ctx) error {
	by, scopes := web.Caller(c), formValues(c, "scopes")
	in := accounts.NewToken{Name: c.FormValue("name"), Life: days(c.FormValue("life"))}
	for _, scope := range scopes {
		in.Scopes = append(in.Scopes, accounts.Scope(scope))
	}
	secret, _, err := s.Accounts.CreateToken(c.UserContext(), by, in)
	if err == nil {
		s.app.Keep(c, tokenName, secret, tokenLife)
		return c.Redirect(tokensPath, fiber.StatusSeeOther)
	}
	form := newTokenForm(c, by, scopes)
	if !refused(c, err, &form) {
		return err
	}
	return s.renderTokens(c, form, "")
}

// revokeToken ends a token at once.
func (s *Site) revokeToken(c *fiber.Ctx) error {
	if err := s.Accounts.RevokeToken(c.UserContext(), web.Caller(c), c.Params("token")); err != nil {
		return s.undone(c, tokensPath, err)
	}
	return s.done(c, tokensPath, "The token is revoked. Programs that use it stop working now.")
}

func (s *Site) renderTokens(c *fiber.Ctx, form pages.Form, secret string) error {
	list, err := s.Accounts.Tokens(c.UserContext(), web.Caller(c))
	if err != nil {
		return err
	}
	p := s.accountPage(c, "tokens")
	p.Secret, p.NewToken = secret, form
	p.NewToken.CSRF = p.CSRF
	p.Empty = pages.Empty{Icon: pages.IconKey, Title: "No API token yet",
		Text: "A token lets a program of yours read challenges or submit for you, without your password. Make one with the form."}
	for _, t := range list {
		p.Tokens = append(p.Tokens, s.tokenRow(t))
	}
	return s.app.Render(c, "account", p)
}

func (s *Site) tokenRow(t accounts.Token) pages.Token {
	row := pages.Token{Name: t.Name, Prefix: t.Prefix, State: pages.StateOf("active"),
		Created: s.moment(t.CreatedAt), Expires: s.moment(t.ExpiresAt), Used: s.moment(t.LastUsedAt),
		Revoke: pages.Confirm{Action: tokensPath + "/" + t.ID + "/revoke", Button: "Revoke", Danger: true,
			Title: "Revoke “" + t.Name + "”?", Text: "Programs that use it stop working at once."}}
	for _, scope := range t.Scopes {
		row.Scopes = append(row.Scopes, string(scope))
	}
	if !s.Now().Before(t.ExpiresAt) {
		row.State = pages.StateOf("expired")
		row.Revoke = pages.Confirm{Action: row.Revoke.Action, Button: "Remove"}
	}
	return row
}

func newTokenForm(c *fiber.Ctx, by accounts.Principal, scopes []string) pages.Form {
	life := c.FormValue("life", "90")
	var offered []pages.Option
	for _, scope := range accounts.Scopes() {
		if scope == accounts.ScopeAdmin && !by.CanOrganise() {
			continue
		}
		offered = append(offered, pages.Option{Value: string(scope), Text: scopeText(scope), Selected: contains(scopes, string(scope))})
	}
	return pages.Form{Action: tokensPath, Button: "Make the token", Fields: []pages.Field{
		{Name: "name", Label: "Name", Type: "text", Value: c.FormValue("name"), Required: true, Hint: "Where it will be used.", Max: maxName},
		{Name: "scopes", Label: "It may", Type: "checks", Options: offered},
		{Name: "life", Label: "Expires after", Type: "select", Required: true, Options: options(tokenLives, daysText, life)},
	}}
}

func scopeText(scope accounts.Scope) string {
	switch scope {
	case accounts.ScopeChallengesRead:
		return "read challenges and boards"
	case accounts.ScopeSubmissionsRead:
		return "read my teams' submissions"
	case accounts.ScopeSubmissionsWrite:
		return "submit for my teams"
	case accounts.ScopeAdmin:
		return "do everything that I may do"
	}
	return string(scope)
}

// days reads a number of days; what is none is 0, which accounts refuses.
func days(text string) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 3660 {
		return 0
	}
	return time.Duration(n) * 24 * time.Hour
}

func daysText(n string) string {
	if n == "1" {
		return "1 day"
	}
	return n + " days"
}

func contains(list []string, value string) bool {
	for _, v := range list {
		if v == value {
			return true
		}
	}
	return false
}
