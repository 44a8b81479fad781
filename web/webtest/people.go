package webtest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/db"
)

// Password is that of everybody in People.
const Password = "violet-Otter-42"

// People are real accounts for tests: one user for each role, signed in.
type People struct {
	Accounts *accounts.Service
	Users    map[accounts.Role]accounts.Principal
	// Sessions holds the session token of each, Tokens one API token for each
	// scope that the user may ask for.
	Sessions map[accounts.Role]string
	Tokens   map[accounts.Role]map[accounts.Scope]string
}

// NewPeople creates the accounts. Hashing is cheap and sign-in has no practical
// rate limit; now may be nil.
func NewPeople(t testing.TB, d *db.DB, now func() time.Time) *People {
	t.Helper()
	s, err := accounts.New(d, audit.New(d), accounts.Options{
		Now: now, Log: slog.New(slog.DiscardHandler), Hash: accounts.HashOptions{Memory: 8, Iterations: 1},
		Limits: accounts.LimitOptions{AccountBurst: 1000, AddressBurst: 1000},
	})
	require.NoError(t, err)
	p := &People{Accounts: s, Users: map[accounts.Role]accounts.Principal{},
		Sessions: map[accounts.Role]string{}, Tokens: map[accounts.Role]map[accounts.Scope]string{}}
	for _, role := range accounts.Roles() {
		p.Users[role], p.Sessions[role] = p.Add(t, string(role)+"@example.org", "Ida Holm", role)
		p.Tokens[role] = map[accounts.Scope]string{}
		for _, scope := range accounts.Scopes() {
			if scope == accounts.ScopeAdmin && !p.Users[role].CanOrganise() {
				continue
			}
			p.Tokens[role][scope] = p.Token(t, role, scope)
		}
	}
	return p
}

// Add creates a user with exactly the roles and returns the principal and the
// token of a session.
func (p *People) Add(t testing.TB, email, name string, roles ...accounts.Role) (accounts.Principal, string) {
	t.Helper()
	ctx := context.Background()
	_, err := p.Accounts.CreateUser(ctx, accounts.System(), accounts.NewUser{Email: email, Name: name, Password: Password}, roles)
	require.NoError(t, err)
	in, err := p.Accounts.SignIn(ctx, email, Password, accounts.Client{IP: "192.0.2.7", UserAgent: "Test/1.0"})
	require.NoError(t, err)
	by, err := p.Accounts.Authenticate(ctx, in.Token)
	require.NoError(t, err)
	return by, in.Token
}

// Token returns a new API token of the user with the role.
func (p *People) Token(t testing.TB, role accounts.Role, scopes ...accounts.Scope) string {
	t.Helper()
	secret, _, err := p.Accounts.CreateToken(context.Background(), p.Users[role],
		accounts.NewToken{Name: "test", Scopes: scopes, Life: time.Hour})
	require.NoError(t, err)
	return secret
}
