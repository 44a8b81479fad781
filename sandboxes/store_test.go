package sandboxes_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/sandboxes"
)

var storeEpoch = time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)

func record(id, team string) sandboxes.Record {
	return sandboxes.Record{
		ID: id, Node: "main", Container: "incubator-x-" + id, Purpose: sandboxes.PurposePrediction, TeamID: team, RunID: "run-" + id,
		State: sandboxes.StateRequested, Image: "sha256:i", Runtime: "runc", CreatedAt: storeEpoch, ExpiresAt: storeEpoch.Add(time.Hour),
	}
}

func TestStoreLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := sandboxes.NewStore(d), t.Context()
		want := record("a", "blue")
		require.NoError(t, s.Insert(ctx, want, 0))
		got, err := s.Get(ctx, "a")
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, errs.Conflict, errs.CodeOf(s.Insert(ctx, want, 0)))

		at := storeEpoch.Add(time.Second)
		require.NoError(t, s.Advance(ctx, "a", sandboxes.StateStarting, "", at))
		require.NoError(t, s.Advance(ctx, "a", sandboxes.StateReady, "", at))
		require.NoError(t, s.Advance(ctx, "a", sandboxes.StateStopping, sandboxes.CauseTimeout, at))
		require.NoError(t, s.Advance(ctx, "a", sandboxes.StateStopped, "", at.Add(time.Second)))
		got, err = s.Get(ctx, "a")
		require.NoError(t, err)
		require.Equal(t, sandboxes.CauseTimeout, got.Cause, "a later step keeps the cause")
		require.Equal(t, at, got.ReadyAt)
		require.Equal(t, at.Add(time.Second), got.StoppedAt)

		active, err := s.Active(ctx, "main")
		require.NoError(t, err)
		require.Empty(t, active)
		n, err := s.Prune(ctx, at.Add(time.Minute))
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		_, err = s.Get(ctx, "a")
		require.Equal(t, errs.NotFound, errs.CodeOf(err))
	})
}

// TestTransitions tries every pair of states against the table.
func TestTransitions(t *testing.T) {
	all := []sandboxes.State{
		sandboxes.StateRequested, sandboxes.StateStarting, sandboxes.StateReady, sandboxes.StateStopping,
		sandboxes.StateStopped, sandboxes.StateFailed, sandboxes.StateExpired,
	}
	s, ctx := sandboxes.NewStore(dbtest.New(t)), t.Context()
	legal := 0
	for _, from := range all {
		for _, to := range all {
			id := string(from) + "-" + string(to)
			r := record(id, "")
			r.State = from
			require.NoError(t, s.Insert(ctx, r, 0))
			err := s.Advance(ctx, id, to, "", storeEpoch)
			got, getErr := s.Get(ctx, id)
			require.NoError(t, getErr)
			if from.CanBecome(to) {
				legal++
				require.NoError(t, err, id)
				require.Equal(t, to, got.State)
				continue
			}
			require.Equal(t, errs.Conflict, errs.CodeOf(err), id)
			require.Equal(t, from, got.State, "an illegal step changes nothing")
		}
	}
	require.Equal(t, 14, legal)
	require.True(t, sandboxes.StateFailed.Final())
	require.False(t, sandboxes.StateStopping.Final())
}

// TestStoreQuota has many callers at once: never more than the quota get in.
func TestStoreQuota(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := sandboxes.NewStore(d), t.Context()
		codes := make([]errs.Code, 12)
		var group errgroup.Group
		for i := range codes {
			group.Go(func() error {
				codes[i] = errs.CodeOf(s.Insert(ctx, record(string(rune('a'+i)), "blue"), 4))
				return nil
			})
		}
		require.NoError(t, group.Wait())
		in := 0
		for _, code := range codes {
			if code == "" {
				in++
				continue
			}
			require.Equal(t, errs.TooMany, code)
		}
		require.Equal(t, 4, in)
		require.NoError(t, s.Insert(ctx, record("z", "red"), 4))
	})
}

func TestStoreAdopt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := sandboxes.NewStore(d), t.Context()
		pooled := record("p", "")
		pooled.Purpose, pooled.State, pooled.ReadyAt, pooled.RunID = sandboxes.PurposePool, sandboxes.StateReady, storeEpoch, ""
		run := record("r", "blue")
		run.State = sandboxes.StateStarting
		require.NoError(t, s.Insert(ctx, pooled, 0))
		require.NoError(t, s.Insert(ctx, run, 0))
		until := storeEpoch.Add(3 * time.Hour)
		require.NoError(t, s.Adopt(ctx, "p", "r", until))
		got, err := s.Get(ctx, "r")
		require.NoError(t, err)
		require.Equal(t, pooled.Container, got.Container)
		require.Equal(t, sandboxes.StateReady, got.State)
		require.Equal(t, until, got.ExpiresAt)
		require.Equal(t, "run-r", got.RunID)
		require.Equal(t, errs.NotFound, errs.CodeOf(s.Adopt(ctx, "p", "r", until)), "once only")
	})
}

func TestStorePlans(t *testing.T) {
	d := dbtest.New(t)
	const active = ` AND state IN ('requested', 'starting', 'ready', 'stopping')`
	dbtest.PlanUsesIndex(t, d, `SELECT id FROM sandboxes WHERE node = $1`+active, "main")
	dbtest.PlanUsesIndex(t, d, `SELECT count(*) FROM sandboxes WHERE team_id = $1`+active, "blue")
	dbtest.PlanUsesIndex(t, d, `SELECT id FROM sandboxes WHERE stopped_at IS NOT NULL AND stopped_at < $1`, 1)
	dbtest.PlanUsesIndex(t, d, `SELECT id FROM sandboxes WHERE run_id = $1`, "r")
}
