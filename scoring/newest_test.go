package scoring_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scoring"
)

func TestNewestRunsFollowThePolicyOfTheirPhase(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored", func(s *scenarios.Spec) { s.Phases[0].Show.Scores = scenarios.AfterClose })
	heron := r.team("Heron")
	first, second := r.score(heron, 0.5), r.score(heron, 0.7)
	subs, err := r.Submissions(t.Context(), r.captain, scoring.SubmissionFilter{ChallengeID: r.challenge.ID, TeamID: heron})
	require.NoError(t, err)
	hidden, err := r.Newest(t.Context(), r.captain, subs)
	require.NoError(t, err)
	require.Len(t, hidden, 2)
	require.Empty(t, hidden[first.ID].Scores, "scores of an open phase are hidden")
	shown, err := r.Newest(t.Context(), r.organiser, subs)
	require.NoError(t, err)
	require.Equal(t, 0.5, shown[first.ID].Scores["score"])
	require.Equal(t, 0.7, shown[second.ID].Scores["score"])

	require.NoError(t, r.Rescore(t.Context(), r.organiser, r.phase("one").ID, "again"))
	subs, err = r.Submissions(t.Context(), r.organiser, scoring.SubmissionFilter{ChallengeID: r.challenge.ID})
	require.NoError(t, err)
	team, err := r.Newest(t.Context(), r.captain, subs)
	require.NoError(t, err)
	require.Equal(t, scoring.ForSubmission, team[first.ID].Reason, "a rescore on its way is not the team's to see")
	staff, err := r.Newest(t.Context(), r.organiser, subs)
	require.NoError(t, err)
	require.Equal(t, scoring.ForRescore, staff[first.ID].Reason)

	_, err = r.Newest(t.Context(), accounts.Principal{}, subs)
	require.True(t, errs.Is(err, errs.NotFound))
	none, err := r.Newest(t.Context(), r.captain, nil)
	require.NoError(t, err)
	require.Empty(t, none)
}
