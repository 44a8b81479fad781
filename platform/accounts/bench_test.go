package accounts_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/db/dbtest"
)

// These show what a request pays to know who makes it, with and without the
// cache, and what a sign-in costs with the default hashing.

func benchService(b *testing.B) (*accounts.Service, *clock, string) {
	c, d := &clock{t: time.Unix(1_750_000_000, 0)}, dbtest.New(b)
	s, err := accounts.New(d, audit.New(d), accounts.Options{
		Now: c.now, SessionIdle: 1 << 60, SessionLife: 1 << 60, // about 36 years, for the jumps of the clock
		Limits: accounts.LimitOptions{AccountBurst: 1 << 20, AddressBurst: 1 << 20},
	})
	require.NoError(b, err)
	in, err := s.SignUp(context.Background(), person(1), "", client)
	require.NoError(b, err)
	return s, c, in.Token
}

func BenchmarkAuthenticateCached(b *testing.B) {
	s, _, token := benchService(b)
	for b.Loop() {
		_, err := s.Authenticate(context.Background(), token)
		require.NoError(b, err)
	}
}

// Every tenth load or so also notes the use, as it does each minute.
func BenchmarkAuthenticateLoaded(b *testing.B) {
	s, c, token := benchService(b)
	for b.Loop() {
		c.advance(6 * time.Second)
		_, err := s.Authenticate(context.Background(), token)
		require.NoError(b, err)
	}
}

func BenchmarkSignIn(b *testing.B) {
	s, _, _ := benchService(b)
	for b.Loop() {
		_, err := s.SignIn(context.Background(), person(1).Email, goodPassword, client)
		require.NoError(b, err)
	}
}
