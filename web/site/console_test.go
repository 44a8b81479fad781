package site_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web/webtest"
)

func TestOrganisersFollowAndCancelRuns(t *testing.T) {
	s := newChallengeSite(t)
	organiser := s.as(accounts.Organiser)
	organiser.get("/console").says("Is everything healthy?", "Nothing waits", "No run is under way.", "Drifting Fleet")
	path := s.submitted(s.as(accounts.Participant), s.kestrel, webtest.Predictions)
	organiser.get("/console").says("#1, results", "Kestrel", "1, oldest first", "oldest for")
	organiser.submit(path+"/cancel").says("The run is cancelled.", "cancelled")
	organiser.submit(path + "/cancel").says("there is nothing to cancel")
	organiser.get("/console").says("Nothing waits", "cancelled")
	organiser.get("/console?cause=timeout").says("No run has ended so.")
}

func TestOrganisersRescoreAPhaseForAReason(t *testing.T) {
	s := newChallengeSite(t)
	s.scored(1, func() {
		s.platform.StartJobs(t)
		s.submitted(s.as(accounts.Participant), s.kestrel, webtest.Predictions)
	})
	organiser, path := s.as(accounts.Organiser), "/console/phases/"+s.phase("open").ID
	organiser.get(path).says("The board was never replaced", "1 team, revision 1")
	organiser.post(path+"/rescore", "reason", "  ").status(http.StatusUnprocessableEntity).says("why the phase is scored again")
	s.scored(1, func() {
		organiser.get(path)
		organiser.submit(path+"/rescore", "reason", "Truth of id c was wrong").says("The phase is being scored again.")
	})
	require.Equal(t, 2, s.board().Revision)
	organiser.get(path).says("revision 2", "Revision 1", "Truth of id c was wrong", "Kestrel")
	s.browser().get(challengePage).says("Revision 2, after a rescore.")
}
