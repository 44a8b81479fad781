package accounts_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/errs"
)

func lifetimes(o *accounts.Options) {
	o.SessionIdle, o.SessionLife = time.Hour, 5*time.Hour
}

func TestSessionsExpire(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		idle := f.signUp(1)
		used := f.signIn(1)
		f.clock.advance(59 * time.Minute)
		require.True(t, f.signedIn(used))
		f.clock.advance(time.Minute)
		require.True(t, f.signedIn(used), "use renews it")
		sessions, err := f.Sessions(f.ctx, idle)
		require.NoError(t, err)
		require.Len(t, sessions, 1, "the unused one is over")
		for range 4 {
			f.clock.advance(59 * time.Minute)
			require.True(t, f.signedIn(used))
		}
		f.clock.advance(4*time.Minute - time.Microsecond)
		require.True(t, f.signedIn(used))
		f.clock.advance(time.Microsecond)
		require.False(t, f.signedIn(used), "five hours are the end, also from the cache")
		removed, err := f.Prune(f.ctx)
		require.NoError(t, err)
		require.Equal(t, int64(2), removed)
	}, lifetimes)
}

func TestIdleSessionIsNotRevived(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.signUp(1)
		token := f.signIn(1)
		f.clock.advance(time.Hour)
		require.False(t, f.signedIn(token))
		require.False(t, f.signedIn(token))
	}, lifetimes)
}

func TestWrongTokens(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		p := f.signUp(1)
		session := f.signIn(1)
		bearer, _, err := f.CreateToken(f.ctx, p, accounts.NewToken{Name: "ci", Scopes: []accounts.Scope{accounts.ScopeSubmissionsRead}, Life: time.Hour})
		require.NoError(t, err)
		for _, bad := range []string{"", "x", session + "x", session[1:], bearer, p.SessionID, "\x00"} {
			_, err := f.Authenticate(f.ctx, bad)
			requireCode(t, errs.Unauthorized, err)
		}
		for _, bad := range []string{"", "inc_", session, bearer[:len(bearer)-1]} {
			_, err := f.AuthenticateToken(f.ctx, bad)
			requireCode(t, errs.Unauthorized, err)
		}
	})
}

// Every way to end a session works at the next request, though the session was
// in the cache a moment ago. The clock stands still.
func TestEndingASessionWorksAtOnce(t *testing.T) {
	ways := map[string]func(f *fixture, token string, p, other accounts.Principal) error{
		"sign out": func(f *fixture, token string, _, _ accounts.Principal) error { return f.SignOut(f.ctx, token, client) },
		"revoke": func(f *fixture, _ string, p, other accounts.Principal) error {
			return f.RevokeSession(f.ctx, other, p.SessionID)
		},
		"password change": func(f *fixture, _ string, _, other accounts.Principal) error {
			return f.ChangePassword(f.ctx, other, accounts.PasswordChange{Current: goodPassword, New: "another-Good-1"})
		},
		"password set": func(f *fixture, _ string, p, _ accounts.Principal) error {
			return f.SetPassword(f.ctx, accounts.System(), p.User.ID, "another-Good-1")
		},
		"disable": func(f *fixture, _ string, p, _ accounts.Principal) error {
			_, err := f.Disable(f.ctx, accounts.System(), p.User.ID)
			return err
		},
	}
	each(t, func(t *testing.T, f *fixture) {
		n := 0
		for name, end := range ways {
			n++
			other := f.signUp(n)
			stranger := f.signUp(n + 100)
			token := f.signIn(n)
			p := f.principal(token)
			requireCode(t, errs.NotFound, f.RevokeSession(f.ctx, stranger, p.SessionID))
			require.True(t, f.signedIn(token), name)
			require.NoError(t, end(f, token, p, other), name)
			require.False(t, f.signedIn(token), name)
		}
		require.NoError(t, f.SignOut(f.ctx, "unknown", client))
	})
}

func TestPasswordChangeSparesTheOwnSession(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		in, err := f.SignUp(f.ctx, person(1), "", client)
		require.NoError(t, err)
		other := f.signIn(1)
		p := f.principal(in.Token)
		scopes := []accounts.Scope{accounts.ScopeSubmissionsRead}
		bearer, _, err := f.CreateToken(f.ctx, p, accounts.NewToken{Name: "ci", Scopes: scopes, Life: time.Hour})
		require.NoError(t, err)

		requireCode(t, errs.Invalid, f.ChangePassword(f.ctx, p, accounts.PasswordChange{Current: "wrong", New: "another-Good-1"}))
		requireCode(t, errs.Invalid, f.ChangePassword(f.ctx, p, accounts.PasswordChange{Current: goodPassword, New: "short"}))
		require.True(t, f.signedIn(other), "nothing happened so far")

		require.NoError(t, f.ChangePassword(f.ctx, p, accounts.PasswordChange{Current: goodPassword, New: "another-Good-1"}))
		require.True(t, f.signedIn(in.Token))
		require.False(t, f.signedIn(other))
		_, err = f.AuthenticateToken(f.ctx, bearer)
		require.NoError(t, err, "tokens stay unless asked")
		_, err = f.SignIn(f.ctx, p.User.Email, goodPassword, client)
		requireCode(t, errs.Unauthorized, err)

		require.NoError(t, f.ChangePassword(f.ctx, p, accounts.PasswordChange{Current: "another-Good-1", New: "a-third-Good-1", RevokeTokens: true}))
		_, err = f.AuthenticateToken(f.ctx, bearer)
		requireCode(t, errs.Unauthorized, err)
	})
}

// Requests hammer the session while it is revoked: one that begins after the
// revocation has returned must be refused, whatever is on its way to the cache.
func TestRevocationRacesWithAuthentication(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		owner := f.signUp(1)
		for range 20 {
			token := f.signIn(1)
			p := f.principal(token)
			var revoked, late atomic.Bool
			atOnce(5, func(i int) error {
				if i == 0 {
					err := f.RevokeSession(f.ctx, owner, p.SessionID)
					revoked.Store(true)
					return err
				}
				for over := false; !over; {
					over = revoked.Load()
					if _, err := f.Authenticate(f.ctx, token); err == nil && over {
						late.Store(true)
					}
				}
				return nil
			})
			require.False(t, late.Load())
		}
	})
}

// Whoever signs in with the old password while it is changed has no session in
// the end: it was ended by the change, or was never started.
func TestSignInRacesWithPasswordChange(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		for n := range 10 {
			p := f.signUp(n)
			tokens := make([]string, 6)
			atOnce(len(tokens)+1, func(i int) error {
				if i == len(tokens) {
					return f.SetPassword(f.ctx, accounts.System(), p.User.ID, "another-Good-1")
				}
				in, err := f.SignIn(f.ctx, p.User.Email, goodPassword, client)
				tokens[i] = in.Token
				return err
			})
			for _, token := range tokens {
				require.False(t, f.signedIn(token))
			}
		}
	})
}

// A principal is cached for five seconds, so authenticating costs no query; a
// change that this process did not make shows after that.
func TestAuthenticationIsCached(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.signUp(1)
		token := f.signIn(1)
		require.True(t, f.signedIn(token))
		require.NoError(t, f.db.InTx(f.ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM sessions`)
			return err
		}))
		f.clock.advance(5*time.Second - time.Microsecond)
		require.True(t, f.signedIn(token))
		f.clock.advance(time.Microsecond)
		require.False(t, f.signedIn(token))
	})
}

func TestSecretsAreStoredAsHashes(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		p := f.signUp(1)
		session := f.signIn(1)
		bearer, token, err := f.CreateToken(f.ctx, p, accounts.NewToken{Name: "ci", Scopes: []accounts.Scope{accounts.ScopeSubmissionsRead}, Life: time.Hour})
		require.NoError(t, err)
		require.Equal(t, bearer[:10], token.Prefix)
		for _, table := range []string{"users", "sessions", "api_tokens", "invitations", "setup_links", "audit_log"} {
			dump := f.dump(table)
			for _, secret := range []string{session, bearer, goodPassword} {
				require.NotContains(t, dump, secret, table)
			}
		}
		require.Contains(t, f.dump("users"), "$argon2id$v=19$")
		require.Contains(t, f.dump("api_tokens"), token.Prefix)
	})
}
