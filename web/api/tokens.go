package api

import (
	"context"
	"net/http"
	"time"

	"incubator/platform/accounts"
)

// Token is an API token without its secret.
type Token struct {
	ID         string     `json:"id"`
	Name       string     `json:"name" example:"build server"`
	Prefix     string     `json:"prefix" doc:"The first characters of the secret"`
	Scopes     []string   `json:"scopes" example:"submissions:write"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty" doc:"To the minute; missing when it was never used"`
}

// NewToken is an API token with its secret, which is not shown again.
type NewToken struct {
	Token
	Secret string `json:"secret" doc:"Not shown again"`
}

func showToken(t accounts.Token) Token {
	return Token{ID: t.ID, Name: t.Name, Prefix: t.Prefix, Scopes: texts(t.Scopes), CreatedAt: t.CreatedAt.UTC(),
		ExpiresAt: t.ExpiresAt.UTC(), LastUsedAt: moment(t.LastUsedAt)}
}

type tokenInput struct {
	Body struct {
		Name    string   `json:"name" minLength:"1" maxLength:"200" example:"build server"`
		Scopes  []string `json:"scopes" minItems:"1" enum:"challenges:read,submissions:read,submissions:write,admin" example:"submissions:write"`
		Seconds int64    `json:"expires_in" minimum:"1" maximum:"31622400" example:"7776000" doc:"Seconds, up to a year"`
	}
}

type tokenPath struct {
	ID string `path:"id" maxLength:"64" doc:"The token"`
}

// Tokens are managed with a session alone, so that a leaked one cannot make
// itself permanent.
func (a *API) addTokens() {
	add(a, operation{method: "GET", path: "/tokens", id: "tokens.list", roles: signedIn, tag: tagAccount,
		summary: "List one's API tokens", text: "Expired ones too. With a session alone."}, a.listTokens)
	add(a, operation{method: "POST", path: "/tokens", id: "tokens.create", roles: signedIn, status: http.StatusCreated, tag: tagAccount,
		summary: "Create an API token", text: "With a session alone.", refusals: []int{409}}, a.createToken)
	addEmpty(a, operation{method: "DELETE", path: "/tokens/{id}", id: "tokens.revoke", roles: signedIn, tag: tagAccount,
		summary: "Revoke an API token", text: "At once. With a session alone."}, a.revokeToken)
}

func (a *API) listTokens(ctx context.Context, by accounts.Principal, _ *struct{}) (Page[Token], error) {
	all, err := a.Accounts.Tokens(ctx, by)
	page := Page[Token]{Items: make([]Token, len(all))}
	for i, t := range all {
		page.Items[i] = showToken(t)
	}
	return page, err
}

func (a *API) createToken(ctx context.Context, by accounts.Principal, in *tokenInput) (NewToken, error) {
	scopes := make([]accounts.Scope, len(in.Body.Scopes))
	for i, scope := range in.Body.Scopes {
		scopes[i] = accounts.Scope(scope)
	}
	secret, t, err := a.Accounts.CreateToken(ctx, by, accounts.NewToken{Name: in.Body.Name, Scopes: scopes,
		Life: time.Duration(in.Body.Seconds) * time.Second})
	return NewToken{Token: showToken(t), Secret: secret}, err
}

func (a *API) revokeToken(ctx context.Context, by accounts.Principal, in *tokenPath) error {
	return a.Accounts.RevokeToken(ctx, by, in.ID)
}
