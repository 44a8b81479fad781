package site_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/events"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/site"
	"incubator/web/webtest"
)

// newScoredSite is the application with a challenge in which the participant's
// team has one scored submission in the open phase and one in the private phase.
func newScoredSite(t *testing.T) (s *peopleSite, team accounts.Team) {
	t.Helper()
	ctx, p := t.Context(), webtest.NewPlatform(t)
	pages := site.New(site.Services{Accounts: p.Accounts, Audit: p.Audit, Events: p.Events, Files: p.Files, Jobs: p.Jobs,
		Scenarios: p.Scenarios, Scoring: p.Scoring, PublicURL: "http://example.com", Now: time.Now})
	app, err := web.New(web.Config{}, web.Services{Accounts: p.Accounts, Events: p.Events, Scenarios: p.Scenarios, Scoring: p.Scoring}, pages.Routes()...)
	require.NoError(t, err)
	pages.Bind(app)
	by := p.Users[accounts.Participant]
	team, err = p.Accounts.FoundTeam(ctx, by, accounts.NewTeam{Name: "Kestrel Labs"})
	require.NoError(t, err)
	by, err = p.Accounts.Authenticate(ctx, p.Sessions[accounts.Participant])
	require.NoError(t, err)
	boards := p.Events.Subscribe(0, events.ChallengeTopic(p.Challenge.ID))
	defer boards.Close()
	for _, name := range []string{"open", "private"} {
		phase, ok := p.Challenge.Phase(name)
		require.True(t, ok)
		_, err := p.Scoring.Submit(ctx, by, scoring.SubmitRequest{PhaseID: phase.ID, TeamID: team.ID, Kind: scenarios.Results,
			FileName: "predictions.csv", Body: strings.NewReader(webtest.Predictions)})
		require.NoError(t, err)
	}
	p.StartJobs(t)
	waitForBoards(t, boards, 2)
	return &peopleSite{App: app, People: p.People, t: t, db: p.DB, audit: p.Audit}, team
}

func waitForBoards(t *testing.T, boards *events.Subscription, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for n > 0 {
		select {
		case e := <-boards.Events():
			if e.Type == "board" {
				n--
			}
		case <-ctx.Done():
			require.Fail(t, "no score in time")
		}
	}
}

func TestATeamsStandingsAreThoseThatTheViewerMaySee(t *testing.T) {
	s, team := newScoredSite(t)
	path := teamPage(team)
	// The private phase comes last, but nobody but organisers sees its board.
	guest := s.browser().get(path).says("Drifting Fleet", "1 of 1", "ROC-AUC", "0.750").saysNot("/submissions/")
	require.Contains(t, guest.Body, `href="/challenges/drifting-fleet"`)
	inside := s.as(accounts.Participant).get(path).says("1 of 1", "0.750", "2 submissions in 1 challenge")
	require.Contains(t, inside.Body, `href="/submissions/`, "for the team, a score links to where it comes from")
	s.as(accounts.Participant).get("/team").says("Kestrel Labs", "1 member", "Drifting Fleet", "1 of 1")
	s.as(accounts.Observer).get(path).says("1 of 1").saysNot("submissions in", "/submissions/")
	s.as(accounts.Organiser).get(path).says("2 submissions in 1 challenge")
}

func teamPage(t accounts.Team) string { return "/teams/" + t.ID }
