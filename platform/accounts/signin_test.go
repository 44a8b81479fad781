package accounts_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
)

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.signUp(1)
		in, err := f.SignIn(f.ctx, " PERSON1@example.org ", goodPassword, accounts.Client{IP: "2001:db8::1", UserAgent: strings.Repeat("ü", 400) + "\x00"})
		require.NoError(t, err)
		p := f.principal(in.Token)
		require.Equal(t, "Person 1", p.User.Name)
		sessions, err := f.Sessions(f.ctx, p)
		require.NoError(t, err)
		require.Len(t, sessions, 2)
		require.Equal(t, in.Session, sessions[0])
		require.Equal(t, "2001:db8::1", sessions[0].IP)
		require.LessOrEqual(t, len(sessions[0].UserAgent), 300)
		require.Equal(t, []string{"user.sign_up", "user.sign_in"}, f.actions())
	})
}

// Nothing in the answer tells whether the address has an account.
func TestSignInTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.signUp(1)
		var seen []error
		for _, c := range [][2]string{
			{"person1@example.org", "wrong password"}, {"person1@example.org", ""}, {"person1@example.org", strings.Repeat("x", 5000)},
			{"nobody@example.org", goodPassword}, {"nobody@example.org", ""}, {"no address\x00\xff", "x"}, {"", ""},
		} {
			_, err := f.SignIn(f.ctx, c[0], c[1], client)
			requireCode(t, errs.Unauthorized, err)
			seen = append(seen, err)
		}
		for _, err := range seen {
			require.Equal(t, seen[0], err)
		}
	})
}

// The least time of several tries is the work itself, free of what else the
// machine does. Without the decoy hash the ratio would be over 100.
func TestUnknownUsersCostTheSame(t *testing.T) {
	f := newFixture(t, dbtest.New(t), func(o *accounts.Options) { o.Hash = accounts.HashOptions{Memory: 8 << 10, Iterations: 2} })
	f.signUp(1)
	fastest := func(email string) time.Duration {
		best := time.Hour
		for range 8 {
			start := time.Now()
			_, err := f.SignIn(f.ctx, email, "wrong password", client)
			best = min(best, time.Since(start))
			requireCode(t, errs.Unauthorized, err)
		}
		return best
	}
	known, unknown := fastest("person1@example.org"), fastest("nobody@example.org")
	require.Less(t, max(known, unknown), 3*min(known, unknown), "known %v, unknown %v", known, unknown)
}

func TestDisabledUserLearnsItOnlyWithThePassword(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		p := f.signUp(1)
		_, err := f.Disable(f.ctx, accounts.System(), p.User.ID)
		require.NoError(t, err)
		_, err = f.SignIn(f.ctx, p.User.Email, "wrong password", client)
		requireCode(t, errs.Unauthorized, err)
		_, err = f.SignIn(f.ctx, p.User.Email, goodPassword, client)
		requireCode(t, errs.Forbidden, err)
		_, err = f.Enable(f.ctx, accounts.System(), p.User.ID)
		require.NoError(t, err)
		f.signIn(1)
	})
}

func limits(o *accounts.Options) {
	o.Limits = accounts.LimitOptions{AccountBurst: 3, AccountInterval: 10 * time.Second, AddressBurst: 8, AddressInterval: time.Second}
}

func TestSignInLimits(t *testing.T) {
	f := newFixture(t, dbtest.New(t), limits)
	f.signUp(1)
	f.clock.advance(time.Hour)
	try := func(email, ip string) error {
		_, err := f.SignIn(f.ctx, email, "wrong password", accounts.Client{IP: ip})
		return err
	}
	const here, there = "192.0.2.1", "192.0.2.2"
	for range 3 {
		requireCode(t, errs.Unauthorized, try("person1@example.org", here))
	}
	err := try(" Person1@EXAMPLE.org", here)
	requireCode(t, errs.TooMany, err)
	var e *errs.Error
	require.True(t, errors.As(err, &e))
	require.Equal(t, 10*time.Second, e.RetryAfter)
	_, err = f.SignIn(f.ctx, "person1@example.org", goodPassword, accounts.Client{IP: here})
	requireCode(t, errs.TooMany, err)

	requireCode(t, errs.Unauthorized, try("person1@example.org", there))
	requireCode(t, errs.Unauthorized, try("other@example.org", here))

	f.clock.advance(10*time.Second - time.Millisecond)
	requireCode(t, errs.TooMany, try("person1@example.org", here))
	f.clock.advance(time.Millisecond)
	requireCode(t, errs.Unauthorized, try("person1@example.org", here))
	requireCode(t, errs.TooMany, try("person1@example.org", here))

	f.clock.advance(10 * time.Second)
	_, err = f.SignIn(f.ctx, "person1@example.org", goodPassword, accounts.Client{IP: here})
	require.NoError(t, err)
	for range 3 {
		requireCode(t, errs.Unauthorized, try("person1@example.org", here))
	}
}

func TestAddressLimitCountsAllAccounts(t *testing.T) {
	f := newFixture(t, dbtest.New(t), limits)
	try := func(i int, ip string) error {
		_, err := f.SignIn(f.ctx, fmt.Sprintf("p%d@example.org", i), "wrong password", accounts.Client{IP: ip})
		return err
	}
	for i := range 8 {
		requireCode(t, errs.Unauthorized, try(i, fmt.Sprintf("2001:db8:0:1::%x", i)))
	}
	requireCode(t, errs.TooMany, try(9, "2001:db8:0:1:ffff::1"))
	requireCode(t, errs.Unauthorized, try(9, "2001:db8:0:2::1"))
	_, err := f.SignUp(f.ctx, person(1), "", accounts.Client{IP: "2001:db8:0:1::7"})
	requireCode(t, errs.TooMany, err)
	f.clock.advance(time.Second)
	requireCode(t, errs.Unauthorized, try(10, "2001:db8:0:1::a"))
	requireCode(t, errs.TooMany, try(11, "2001:db8:0:1::b"))
}

func TestGuessingTheCurrentPasswordIsLimited(t *testing.T) {
	f := newFixture(t, dbtest.New(t), limits)
	p := f.signUp(1)
	f.clock.advance(time.Minute)
	for range 3 {
		requireCode(t, errs.Invalid, f.ChangePassword(f.ctx, p, accounts.PasswordChange{Current: "guess", New: "another-Good-1"}))
	}
	requireCode(t, errs.TooMany, f.ChangePassword(f.ctx, p, accounts.PasswordChange{Current: goodPassword, New: "another-Good-1"}))
}
