package scoring_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/sandboxes/fake"
	"incubator/scoring"
)

func TestCensusCountsByStateAndCause(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "tables")
		none, err := r.Census(t.Context())
		require.NoError(t, err)
		require.Equal(t, scoring.Census{}, none)

		team := r.team("Team")
		r.runs(predict)
		r.submitCode(team, "python3 main.py")
		r.drain()
		r.runs(func(context.Context, *fake.Job) int { return 0 })
		r.submitCode(team, "python3 main.py")
		r.drain()
		r.submitCode(team, "python3 main.py")

		all, err := r.Census(t.Context())
		require.NoError(t, err)
		require.Equal(t, 3, all.Submissions)
		require.Equal(t, []scoring.RunCount{
			{State: scoring.Failed, Cause: scoring.BadOutput, Runs: 1}, {State: scoring.Queued, Runs: 1}, {State: scoring.Scored, Runs: 1},
		}, all.Runs)
		require.Equal(t, 1, all.Queue.Waiting)
		require.False(t, all.Queue.OldestWaiting.IsZero())
	})
}
