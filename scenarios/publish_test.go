package scenarios_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/scenarios"
)

var (
	start = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	actor = audit.Actor{ID: "u1", Name: "Organiser"}
)

type fixture struct {
	*scenarios.Service
	t   *testing.T
	now time.Time
}

func newFixture(t *testing.T, d *db.DB) *fixture {
	f := &fixture{t: t, now: start}
	f.Service = scenarios.NewService(d, audit.New(d), func() time.Time { return f.now })
	return f
}

// publication is a challenge of two phases.
func publication(change ...func(*scenarios.Spec)) scenarios.Publication {
	spec := scenarios.Spec{
		Slug: "small", Title: "Small", Area: scenarios.DataFusion, Summary: "A small one.",
		Kinds: map[scenarios.Kind]scenarios.KindSpec{scenarios.Results: {MaxSize: 1}},
		Phases: []scenarios.PhaseSpec{
			{Name: "one", Title: "One", Opens: "+0h", Closes: "+10d", Freezes: "-1d", DataSet: "test"},
			{Name: "two", Title: "Two", Opens: "+10d", Closes: "+10d", DataSet: "test", Kinds: []scenarios.Kind{scenarios.Code}},
		},
	}
	for _, c := range change {
		c(&spec)
	}
	return scenarios.Publication{
		Spec: spec, Scorer: files.Blob{SHA256: "scorer", Size: 1},
		DataSets:    []scenarios.DataSet{{Name: "test", Title: "Test", Visibility: scenarios.Inputs, Licence: "CC0", Input: files.Blob{SHA256: "in", Size: 2}, Truth: files.Blob{SHA256: "truth", Size: 3}}},
		Attachments: []scenarios.Attachment{{Kind: scenarios.DataAttachment, Name: "test.tar.gz", Title: "Test", Blob: files.Blob{SHA256: "attached", Size: 4}}},
	}
}

func (f *fixture) publish(change ...func(*scenarios.Spec)) *scenarios.Challenge {
	f.t.Helper()
	c, err := f.Publish(f.t.Context(), actor, publication(change...))
	require.NoError(f.t, err)
	return c
}

func (f *fixture) refuse(want string, change ...func(*scenarios.Spec)) {
	f.t.Helper()
	_, err := f.Publish(f.t.Context(), actor, publication(change...))
	require.Equal(f.t, errs.Conflict, errs.CodeOf(err))
	require.Contains(f.t, errs.MessageOf(err), want)
}

func TestPublishAndPublishAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		first := f.publish()
		require.Equal(t, 1, first.Version)
		require.Equal(t, start, first.Phases[0].Window.Opens)
		require.Equal(t, start.Add(9*24*time.Hour), first.Phases[0].Window.Freezes)
		f.now = start.Add(time.Hour)
		again := f.publish(func(s *scenarios.Spec) { s.Title = "Renamed" })
		require.Equal(t, first.ID, again.ID)
		require.Equal(t, 2, again.Version)
		require.Equal(t, first.PublishedAt, again.PublishedAt)
		require.Equal(t, first.Phases[0].ID, again.Phases[0].ID)
		require.Equal(t, first.Phases[0].Window, again.Phases[0].Window, "distances count from the first publication")
		all, err := f.Challenges(t.Context())
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.Equal(t, "Renamed", all[0].Title)
		require.Len(t, all[0].Phases, 2)
		bySlug, err := f.ChallengeBySlug(t.Context(), "small")
		require.NoError(t, err)
		require.Equal(t, again, bySlug)
		blobs := map[string]bool{}
		require.NoError(t, f.Blobs(t.Context(), func(sha string) { blobs[sha] = true }))
		require.Equal(t, map[string]bool{"in": true, "truth": true, "attached": true, "scorer": true}, blobs)
		_, err = f.Challenge(t.Context(), "none")
		require.Equal(t, errs.NotFound, errs.CodeOf(err))
	})
}

func TestWhatHasHappenedStays(t *testing.T) {
	f := newFixture(t, dbtest.New(t))
	opened := f.publish()
	f.now = start.Add(24 * time.Hour)
	one := func(change func(*scenarios.PhaseSpec)) func(*scenarios.Spec) {
		return func(s *scenarios.Spec) { change(&s.Phases[0]) }
	}
	moved := f.publish(one(func(p *scenarios.PhaseSpec) { p.Opens, p.Closes = "+5d", "+8d" }))
	require.Equal(t, start, moved.Phases[0].Window.Opens)
	require.Equal(t, start.Add(8*24*time.Hour), moved.Phases[0].Window.Closes, "counted from when it did open")

	f.refuse("phase one has opened and has submissions", func(s *scenarios.Spec) { s.Phases = s.Phases[1:] })
	dropped := f.publish(func(s *scenarios.Spec) { s.Phases = s.Phases[:1] })
	require.Len(t, dropped.Phases, 1, "what has not opened may go")
	f.publish()

	ended := f.publish(one(func(p *scenarios.PhaseSpec) { p.Closes, p.Freezes = "+1h", "" }))
	require.Equal(t, f.now, ended.Phases[0].Window.Closes, "what was accepted until now was accepted in time")
	f.now = f.now.Add(time.Minute)
	f.refuse("phase one is closed since", one(func(p *scenarios.PhaseSpec) {}))
	kept := f.publish(one(func(p *scenarios.PhaseSpec) { p.Closes, p.Freezes = "+1h", "" }))
	require.Equal(t, ended.Phases[0].Window, kept.Phases[0].Window, "the same pack may be published again")
	require.Equal(t, opened.Phases[0].ID, kept.Phases[0].ID)
}

func TestPublishAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		var wait sync.WaitGroup
		failures := make([]error, 6)
		for i := range failures {
			wait.Go(func() { _, failures[i] = f.Publish(context.Background(), actor, publication()) })
		}
		wait.Wait()
		published := 0
		for _, err := range failures {
			if err == nil {
				published++
			} else {
				require.Equal(t, errs.Conflict, errs.CodeOf(err), err)
			}
		}
		c, err := f.ChallengeBySlug(t.Context(), "small")
		require.NoError(t, err)
		require.Equal(t, published, c.Version)
	})
}

func TestOnPublish(t *testing.T) {
	f := newFixture(t, dbtest.New(t))
	f.publish()
	refused := errors.New("refused")
	f.OnPublish(func(_ context.Context, _ *db.Tx, before, next *scenarios.Challenge) error {
		require.Equal(t, 1, before.Version)
		require.Equal(t, 2, next.Version)
		return refused
	})
	_, err := f.Publish(t.Context(), actor, publication())
	require.ErrorIs(t, err, refused)
	c, err := f.ChallengeBySlug(t.Context(), "small")
	require.NoError(t, err)
	require.Equal(t, 1, c.Version, "it is one transaction")
}

func TestTransitionsHappenOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		f.publish()
		var (
			wait sync.WaitGroup
			mu   sync.Mutex
			seen []string
		)
		f.now = start.Add(15 * 24 * time.Hour) // it slept through three moments
		on := func(_ context.Context, tx *db.Tx, tr scenarios.Transition) error {
			tx.OnCommit(func() {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, tr.Phase.Name+" "+string(tr.Kind))
			})
			return nil
		}
		reported := make([]int, 4)
		for i := range reported {
			wait.Go(func() {
				applied, err := f.ApplyTransitions(context.Background(), on)
				require.NoError(t, err)
				reported[i] = len(applied)
			})
		}
		wait.Wait()
		require.ElementsMatch(t, []string{"one open", "one freeze", "one close", "two open"}, seen)
		require.Equal(t, 4, reported[0]+reported[1]+reported[2]+reported[3])
	})
}

func TestTransitionsComeInOrderAndOneThatFailsComesAgain(t *testing.T) {
	f := newFixture(t, dbtest.New(t))
	f.publish()
	f.now = start.Add(25 * 24 * time.Hour)
	var order []string
	fails := true
	on := func(_ context.Context, _ *db.Tx, tr scenarios.Transition) error {
		order = append(order, tr.Phase.Name+" "+string(tr.Kind))
		if fails && tr.Kind == scenarios.FreezeTransition {
			return errors.New("not now")
		}
		return nil
	}
	applied, err := f.ApplyTransitions(t.Context(), on)
	require.Error(t, err)
	require.Len(t, applied, 4)
	require.Equal(t, []string{"one open", "one freeze", "one close", "two open", "two close"}, order)
	fails = false
	applied, err = f.ApplyTransitions(t.Context(), on)
	require.NoError(t, err)
	require.Len(t, applied, 1)
	require.Equal(t, scenarios.FreezeTransition, applied[0].Kind)
}

func TestAMovedFreezeFallsDueAgain(t *testing.T) {
	f := newFixture(t, dbtest.New(t))
	f.publish()
	f.now = start.Add(9 * 24 * time.Hour)
	applied, err := f.ApplyTransitions(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, applied, 2)
	f.publish(func(s *scenarios.Spec) { s.Phases[0].Freezes = "-1h" })
	f.now = start.Add(10*24*time.Hour - time.Hour)
	applied, err = f.ApplyTransitions(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, applied, 1)
	require.Equal(t, scenarios.FreezeTransition, applied[0].Kind)
}

func TestNextMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		next, err := f.NextMoment(t.Context())
		require.NoError(t, err)
		require.True(t, next.IsZero())
		f.publish()
		for _, days := range []int{9, 10, 20} {
			next, err := f.NextMoment(t.Context())
			require.NoError(t, err)
			require.Equal(t, start.Add(time.Duration(days)*24*time.Hour), next)
			f.now = next
		}
		next, err = f.NextMoment(t.Context())
		require.NoError(t, err)
		require.True(t, next.IsZero())
	})
}

func TestPhaseStatesAndTheCurrentPhase(t *testing.T) {
	f := newFixture(t, dbtest.New(t))
	c := f.publish()
	one := c.Phases[0]
	for at, want := range map[time.Time]scenarios.PhaseState{
		one.Window.Opens.Add(-1): scenarios.Upcoming, one.Window.Opens: scenarios.Open,
		one.Window.Freezes: scenarios.Frozen, one.Window.Closes.Add(-1): scenarios.Frozen, one.Window.Closes: scenarios.Closed,
	} {
		require.Equal(t, want, one.State(at), at)
	}
	require.Equal(t, "one", c.CurrentPhase(start).Name)
	require.Equal(t, "two", c.CurrentPhase(one.Window.Closes).Name)
	require.Equal(t, "two", c.CurrentPhase(start.AddDate(1, 0, 0)).Name)
	require.Equal(t, "one", c.CurrentPhase(start.AddDate(-1, 0, 0)).Name)
	require.True(t, one.Takes(scenarios.Results, c.Spec))
	require.False(t, one.Takes(scenarios.Image, c.Spec))
	require.False(t, c.Phases[1].Takes(scenarios.Results, c.Spec))
}
