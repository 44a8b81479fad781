package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web/api"
	"incubator/web/webtest"
)

func TestFromUploadToLeaderboard(t *testing.T) {
	f := newFixture(t)
	f.StartJobs(t)
	res := f.by(accounts.Participant, accounts.ScopeSubmissionsWrite, "POST", handIn+"&name=first", webtest.Predictions).status(201)
	var sub api.Submission
	res.into(&sub)
	require.Equal(t, "/api/v1/submissions/"+sub.ID, res.Header.Get("Location"))
	require.Equal(t, "first", sub.Name)
	require.Equal(t, f.team.ID, sub.TeamID)
	events := f.Events.Subscribe(0, "submission/"+sub.ID)
	defer events.Close()
	var detail api.SubmissionDetail
	for {
		f.by(accounts.Participant, accounts.ScopeSubmissionsRead, "GET", "/api/v1/submissions/"+sub.ID, "").status(200).into(&detail)
		if detail.Final {
			break
		}
		<-events.Events()
	}
	require.Equal(t, "scored", detail.State, "%+v", detail)
	require.InDelta(t, .75, detail.Runs[0].Scores["roc_auc"], 1e-12)
	board := f.call("GET", challenge+"/phases/open/leaderboard", "").status(200)
	require.Contains(t, board.body, `"team":"Kestrel"`)
}
