package accounts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/errs"
)

func (f *fixture) token(by accounts.Principal, scopes ...accounts.Scope) (string, accounts.Principal) {
	f.t.Helper()
	bearer, _, err := f.CreateToken(f.ctx, by, accounts.NewToken{Name: "ci", Scopes: scopes, Life: time.Hour})
	require.NoError(f.t, err)
	p, err := f.AuthenticateToken(f.ctx, bearer)
	require.NoError(f.t, err)
	return bearer, p
}

func TestTokenLife(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		p := f.signUp(1)
		bearer, _ := f.token(p, accounts.ScopeSubmissionsWrite, accounts.ScopeChallengesRead, accounts.ScopeSubmissionsWrite)
		all, err := f.Tokens(f.ctx, p)
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.Equal(t, []accounts.Scope{accounts.ScopeChallengesRead, accounts.ScopeSubmissionsWrite}, all[0].Scopes)
		require.Equal(t, f.clock.now(), all[0].LastUsedAt)

		f.clock.advance(59 * time.Minute)
		_, err = f.AuthenticateToken(f.ctx, bearer)
		require.NoError(t, err)
		all, err = f.Tokens(f.ctx, p)
		require.NoError(t, err)
		require.Equal(t, f.clock.now(), all[0].LastUsedAt)
		f.clock.advance(time.Minute)
		_, err = f.AuthenticateToken(f.ctx, bearer)
		requireCode(t, errs.Unauthorized, err)
	})
}

func TestRevokingATokenWorksAtOnce(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		p, other := f.signUp(1), f.signUp(2)
		bearer, tp := f.token(p, accounts.ScopeSubmissionsRead)
		requireCode(t, errs.NotFound, f.RevokeToken(f.ctx, other, tp.TokenID))
		requireCode(t, errs.Forbidden, f.RevokeToken(f.ctx, tp, tp.TokenID))
		require.NoError(t, f.RevokeToken(f.ctx, p, tp.TokenID))
		_, err := f.AuthenticateToken(f.ctx, bearer)
		requireCode(t, errs.Unauthorized, err)
		requireCode(t, errs.NotFound, f.RevokeToken(f.ctx, p, tp.TokenID))
	})
}

func TestTokensOfDisabledUsersRest(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		p := f.signUp(1)
		bearer, _ := f.token(p, accounts.ScopeSubmissionsRead)
		_, err := f.Disable(f.ctx, accounts.System(), p.User.ID)
		require.NoError(t, err)
		_, err = f.AuthenticateToken(f.ctx, bearer)
		requireCode(t, errs.Unauthorized, err)
		_, err = f.Enable(f.ctx, accounts.System(), p.User.ID)
		require.NoError(t, err)
		_, err = f.AuthenticateToken(f.ctx, bearer)
		require.NoError(t, err)
	})
}

func TestTokenInput(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		p := f.signUp(1)
		read := []accounts.Scope{accounts.ScopeSubmissionsRead}
		for name, in := range map[string]accounts.NewToken{
			"no name":          {Scopes: read, Life: time.Hour},
			"no scope":         {Name: "x", Life: time.Hour},
			"unknown scope":    {Name: "x", Scopes: []accounts.Scope{"everything"}, Life: time.Hour},
			"no expiry":        {Name: "x", Scopes: read},
			"past expiry":      {Name: "x", Scopes: read, Life: -time.Hour},
			"too long":         {Name: "x", Scopes: read, Life: 367 * 24 * time.Hour},
			"admin as nobody":  {Name: "x", Scopes: []accounts.Scope{accounts.ScopeAdmin}, Life: time.Hour},
			"scope with space": {Name: "x", Scopes: []accounts.Scope{"submissions:read admin"}, Life: time.Hour},
		} {
			_, _, err := f.CreateToken(f.ctx, p, in)
			require.Equal(t, errs.Invalid, errs.CodeOf(err), name)
		}
		for range 50 {
			f.token(p, accounts.ScopeSubmissionsRead)
		}
		_, _, err := f.CreateToken(f.ctx, p, accounts.NewToken{Name: "x", Scopes: read, Life: time.Hour})
		requireCode(t, errs.Conflict, err)
		_, _, err = f.CreateToken(f.ctx, accounts.Principal{}, accounts.NewToken{Name: "x", Scopes: read, Life: time.Hour})
		requireCode(t, errs.Forbidden, err)
	})
}

// What a principal may do follows from roles, scopes and teams.
func TestPrincipal(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		admin := f.withRoles(1, accounts.Administrator, accounts.Evaluator, accounts.Participant)
		team := f.team(admin, "Blue")
		admin = f.principal(f.signIn(1))
		_, reading := f.token(admin, accounts.ScopeSubmissionsRead)
		_, full := f.token(admin, accounts.ScopeAdmin)
		guest, system := accounts.Principal{}, accounts.System()
		cases := []struct {
			name                               string
			ask                                func(p accounts.Principal) bool
			admin, reading, full, guest, jobDo bool
		}{
			{"signed in", accounts.Principal.SignedIn, true, true, true, false, false},
			{"administer", accounts.Principal.CanAdminister, true, false, true, false, true},
			{"organise", accounts.Principal.CanOrganise, true, false, true, false, true},
			{"evaluate", func(p accounts.Principal) bool { return p.HasRole(accounts.Evaluator) }, true, true, true, false, true},
			{"train", func(p accounts.Principal) bool { return p.HasRole(accounts.Trainer) }, false, false, false, false, true},
			{"any of several", func(p accounts.Principal) bool { return p.HasRole(accounts.Trainer, accounts.Participant) }, true, true, true, false, true},
			{"read submissions", func(p accounts.Principal) bool { return p.Allows(accounts.ScopeSubmissionsRead) }, true, true, true, false, true},
			{"write submissions", func(p accounts.Principal) bool { return p.Allows(accounts.ScopeSubmissionsWrite) }, true, false, true, false, true},
			{"own account", accounts.Principal.CanManageAccount, true, false, false, false, false},
			{"in the team", func(p accounts.Principal) bool { return p.InTeam(team.ID) }, true, true, true, false, false},
			{"captain", func(p accounts.Principal) bool { return p.CaptainOf(team.ID) }, true, true, true, false, false},
			{"captain of another", func(p accounts.Principal) bool { return p.CaptainOf("") || p.InTeam("other") }, false, false, false, false, false},
		}
		for _, c := range cases {
			got := []bool{c.ask(admin), c.ask(reading), c.ask(full), c.ask(guest), c.ask(system)}
			require.Equal(t, []bool{c.admin, c.reading, c.full, c.guest, c.jobDo}, got, c.name)
		}
	})
}

// A leaked token must not be able to make itself permanent or take the team.
func TestTokensCannotManageTheAccount(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		captain := f.signUp(1)
		team := f.team(captain, "Blue")
		_, p := f.token(captain, accounts.ScopeSubmissionsWrite)
		_, err := f.Sessions(f.ctx, p)
		requireCode(t, errs.Unauthorized, err)
		_, err = f.Tokens(f.ctx, p)
		requireCode(t, errs.Unauthorized, err)
		requireCode(t, errs.Unauthorized, f.RevokeSession(f.ctx, p, captain.SessionID))
		requireCode(t, errs.Unauthorized, f.ChangePassword(f.ctx, p, accounts.PasswordChange{Current: goodPassword, New: "another-Good-1"}))
		_, err = f.EditProfile(f.ctx, p, "New", "", nil)
		requireCode(t, errs.Unauthorized, err)
		_, _, err = f.CreateToken(f.ctx, p, accounts.NewToken{Name: "x", Scopes: []accounts.Scope{accounts.ScopeSubmissionsWrite}, Life: time.Hour})
		requireCode(t, errs.Forbidden, err)
		_, err = f.RenameTeam(f.ctx, p, team.ID, "Red")
		requireCode(t, errs.Forbidden, err)
		_, _, err = f.InviteToTeam(f.ctx, p, team.ID, accounts.Terms{Life: time.Hour, MaxUses: 1})
		requireCode(t, errs.Forbidden, err)
	})
}
