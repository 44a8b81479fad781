package api_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/scoring"
	"incubator/web/api"
	"incubator/web/webtest"
)

func (f *fixture) submissions() []*scoring.Submission {
	f.t.Helper()
	all, err := f.Scoring.Submissions(context.Background(), f.Users[accounts.Organiser], scoring.SubmissionFilter{ChallengeID: f.Challenge.ID})
	require.NoError(f.t, err)
	return all
}

func (f *fixture) handIn(query, body, key string) reply {
	f.t.Helper()
	return f.by(accounts.Participant, accounts.ScopeSubmissionsWrite, "POST", handIn+query, body, "Idempotency-Key", key)
}

func TestTheSameUploadAgainIsTheSameAnswer(t *testing.T) {
	f := newFixture(t)
	first := f.handIn("", webtest.Predictions, "k1").status(201)
	again := f.handIn("", webtest.Predictions, "k1").status(201)
	require.Equal(t, first.body, again.body)
	require.Equal(t, first.Header.Get("Location"), again.Header.Get("Location"))
	require.Len(t, f.submissions(), 1)
	f.handIn("", webtest.Predictions+"e,0.5\n", "k1").problem(422)
	f.handIn("&name=other", webtest.Predictions, "k1").problem(422)
	require.Len(t, f.submissions(), 1)
	f.handIn("&name=other", webtest.Predictions, "k2").problem(409) // the same bytes are being scored
	require.Equal(t, "submission #1", f.handIn("", webtest.Predictions, "k3").problem(409).Detail[len("the same file is being scored already, as "):])
	for _, bad := range []string{"with space", strings.Repeat("x", 256), "ü"} {
		f.handIn("", webtest.Predictions, bad).problem(422)
	}
}

func TestTheSameUploadAtOnceIsOneSubmission(t *testing.T) {
	f := newFixture(t)
	const n = 8
	bodies := make([]string, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { bodies[i] = f.handIn("", webtest.Predictions, "k").status(201).body })
	}
	wait.Wait()
	for _, body := range bodies {
		require.Equal(t, bodies[0], body)
	}
	require.Len(t, f.submissions(), 1)
}

func (f *fixture) asSession(role accounts.Role, method, path, body string, headers ...string) reply {
	return f.call(method, path, body, append(headers, "Cookie", "session="+f.Sessions[role], "Content-Type", "application/json")...)
}

func TestAPostAgainHasOneEffect(t *testing.T) {
	f := newFixture(t)
	found := func(name, key string) reply {
		return f.by(accounts.Organiser, accounts.ScopeAdmin, "POST", "/api/v1/teams",
			fmt.Sprintf(`{"name":%q,"captain_id":%q}`, name, f.Users[accounts.Participant].User.ID), "Idempotency-Key", key)
	}
	first := found("Osprey", "k").status(201)
	again := found("Osprey", "k").status(201)
	require.Equal(t, first.body, again.body)
	require.Equal(t, first.Header.Get("Location"), again.Header.Get("Location"))
	found("Osprey", "other").problem(409)
	found("Merlin", "k").problem(422)
	// A refusal has no effect and is not kept: the corrected world may answer otherwise.
	found("Osprey", "fresh").problem(409)
	const n = 8
	bodies := make([]string, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { bodies[i] = found("Harrier", "at-once").status(201).body })
	}
	wait.Wait()
	for _, body := range bodies {
		require.Equal(t, bodies[0], body)
	}
	// Another user's key is another key.
	f.by(accounts.Administrator, accounts.ScopeAdmin, "POST", "/api/v1/users/"+f.Users[accounts.Observer].User.ID+"/disable", "", "Idempotency-Key", "k").status(200)
}

// TestAKeptSecretIsSealed looks at the row: the token of an invitation is in the
// answer that is kept, and must not be readable in the database.
func TestAKeptSecretIsSealed(t *testing.T) {
	f := newFixture(t)
	path := "/api/v1/teams/" + f.team.ID + "/invitations"
	invite := func() api.NewInvitation {
		var i api.NewInvitation
		f.by(accounts.Organiser, accounts.ScopeAdmin, "POST", path, `{"expires_in":3600,"max_uses":1}`, "Idempotency-Key", "k-secret").status(201).into(&i)
		return i
	}
	first, again := invite(), invite()
	require.Equal(t, first, again)
	var row string
	require.NoError(t, f.DB.Read().QueryRowContext(t.Context(),
		`SELECT cast(id AS TEXT) || cast(request AS TEXT) || cast(answer AS TEXT) FROM idempotency_keys`).Scan(&row))
	require.NotContains(t, row, first.Token)
	require.NotContains(t, row, "k-secret")
}
