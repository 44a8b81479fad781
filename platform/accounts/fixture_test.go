package accounts_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
)

const goodPassword = "violet-Otter-42"

var client = accounts.Client{IP: "192.0.2.7", UserAgent: "Test/1.0"}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

type fixture struct {
	*accounts.Service
	t     *testing.T
	db    *db.DB
	audit *audit.Log
	clock *clock
	ctx   context.Context
}

type option func(*accounts.Options)

// newFixture has cheap hashing and no practical rate limit unless options say so.
func newFixture(t *testing.T, d *db.DB, options ...option) *fixture {
	t.Helper()
	c := &clock{t: time.UnixMicro(1_750_000_000_000_000).UTC()}
	o := accounts.Options{
		Now: c.now, Log: slog.New(slog.DiscardHandler),
		Hash:   accounts.HashOptions{Memory: 8, Iterations: 1},
		Limits: accounts.LimitOptions{AccountBurst: 1000, AddressBurst: 1000},
	}
	for _, option := range options {
		option(&o)
	}
	log := audit.New(d)
	s, err := accounts.New(d, log, o)
	require.NoError(t, err)
	return &fixture{Service: s, t: t, db: d, audit: log, clock: c, ctx: context.Background()}
}

// each runs the test on every database.
func each(t *testing.T, fn func(t *testing.T, f *fixture), options ...option) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, newFixture(t, d, options...)) })
}

func person(n int) accounts.NewUser {
	return accounts.NewUser{Email: fmt.Sprintf("person%d@example.org", n), Name: fmt.Sprintf("Person %d", n), Password: goodPassword}
}

// signUp returns the principal of a new participant.
func (f *fixture) signUp(n int) accounts.Principal {
	f.t.Helper()
	in, err := f.SignUp(f.ctx, person(n), "", client)
	require.NoError(f.t, err)
	return f.principal(in.Token)
}

func (f *fixture) signIn(n int) string {
	f.t.Helper()
	in, err := f.SignIn(f.ctx, person(n).Email, goodPassword, client)
	require.NoError(f.t, err)
	return in.Token
}

func (f *fixture) principal(token string) accounts.Principal {
	f.t.Helper()
	p, err := f.Authenticate(f.ctx, token)
	require.NoError(f.t, err)
	p.IP = client.IP
	return p
}

// withRoles returns the principal of a new user with exactly the roles.
func (f *fixture) withRoles(n int, roles ...accounts.Role) accounts.Principal {
	f.t.Helper()
	_, err := f.CreateUser(f.ctx, accounts.System(), person(n), roles)
	require.NoError(f.t, err)
	return f.principal(f.signIn(n))
}

func (f *fixture) team(by accounts.Principal, name string) accounts.Team {
	f.t.Helper()
	team, err := f.FoundTeam(f.ctx, by, accounts.NewTeam{Name: name})
	require.NoError(f.t, err)
	return team
}

// joins makes the users members of the captain's team.
func (f *fixture) joins(captain accounts.Principal, teamID string, users ...accounts.Principal) {
	f.t.Helper()
	token, _, err := f.InviteToTeam(f.ctx, captain, teamID, accounts.Terms{Life: time.Hour, MaxUses: 100})
	require.NoError(f.t, err)
	for _, u := range users {
		_, err := f.JoinTeam(f.ctx, u, token)
		require.NoError(f.t, err)
	}
}

// actions lists the recorded actions, oldest first, and checks the chain.
func (f *fixture) actions() []string {
	f.t.Helper()
	_, err := f.audit.Seal(f.ctx)
	require.NoError(f.t, err)
	_, broken, err := f.audit.Verify(f.ctx)
	require.NoError(f.t, err)
	require.Zero(f.t, broken)
	rows, _, err := f.audit.List(f.ctx, audit.Filter{}, 0, audit.MaxPage)
	require.NoError(f.t, err)
	var out []string
	for _, r := range rows {
		out = append([]string{r.Action}, out...)
	}
	return out
}

func (f *fixture) signedIn(token string) bool {
	_, err := f.Authenticate(f.ctx, token)
	if err != nil {
		require.True(f.t, errs.Is(err, errs.Unauthorized), "%v", err)
	}
	return err == nil
}

func requireCode(t *testing.T, code errs.Code, err error) {
	t.Helper()
	require.Equal(t, code, errs.CodeOf(err), "%v", err)
}

// atOnce runs fn n times together and returns the errors.
func atOnce(n int, fn func(i int) error) []error {
	out := make([]error, n)
	start := make(chan struct{})
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			<-start
			out[i] = fn(i)
		})
	}
	close(start)
	wait.Wait()
	return out
}

// count returns how many errors carry the code; "" counts successes.
func count(all []error, code errs.Code) (n int) {
	for _, err := range all {
		if errs.CodeOf(err) == code {
			n++
		}
	}
	return n
}

// dump returns all columns of all rows of a table as text.
func (f *fixture) dump(table string) string {
	f.t.Helper()
	rows, err := f.db.Read().QueryContext(f.ctx, `SELECT * FROM `+table)
	require.NoError(f.t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(f.t, err)
	var out string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		require.NoError(f.t, rows.Scan(values...))
		for _, v := range values {
			out += fmt.Sprintf("%s|", *v.(*any))
		}
	}
	require.NoError(f.t, rows.Err())
	return out
}
