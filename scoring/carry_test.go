package scoring_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/scenarios"
	"incubator/scoring"
)

// transitions does what the schedule does.
func (r *rig) transitions() []scenarios.TransitionKind {
	r.t.Helper()
	applied, err := r.challenges.ApplyTransitions(r.t.Context(), r.OnTransition)
	require.NoError(r.t, err)
	kinds := []scenarios.TransitionKind{}
	for _, t := range applied {
		kinds = append(kinds, t.Kind)
	}
	return kinds
}

func TestCarryOver(t *testing.T) {
	for carry, want := range map[scenarios.Carry][]string{
		scenarios.CarryBest: {"1 A 0.8", "2 B 0.5"},
		scenarios.CarryLast: {"1 B 0.5", "2 A 0.3"},
		scenarios.CarryNone: {},
	} {
		t.Run(string(carry), func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				r := newRig(t, d, "scored", func(s *scenarios.Spec) {
					s.Phases[1].Carry, s.Phases[1].Limits = carry, scenarios.PhaseLimits{Total: 1}
				})
				a, b, c := r.team("A"), r.team("B"), r.team("C")
				for _, value := range []float64{0.4, 0.8, 0.3} {
					r.clock.pass(time.Minute)
					r.score(a, value)
				}
				r.score(b, 0.5)
				r.submit(c, `not scored`)
				r.drain()                                                     // it fails
				r.clock.now = r.phase("two").Window.Opens.Add(36 * time.Hour) // nobody was awake at the moment
				require.Equal(t, []scenarios.TransitionKind{scenarios.OpenTransition, scenarios.FreezeTransition, scenarios.CloseTransition, scenarios.OpenTransition}, r.transitions())
				require.Empty(t, r.transitions())
				r.drain()
				require.Equal(t, want, table(r.board(r.captain, "two")))
				left, err := r.Left(t.Context(), r.phase("two"), a)
				require.NoError(t, err)
				require.Equal(t, 1, left.Total, "what is carried over does not count")
				require.Len(t, r.board(r.captain, "one").Rows, 2)
			})
		})
	}
}

func TestCarryLeavesOutWhatThePhaseDoesNotTake(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored", func(s *scenarios.Spec) { s.Phases[1].Kinds = []scenarios.Kind{scenarios.Code} })
	r.score(r.team("Team"), 0.5) // results
	r.clock.now = r.phase("two").Window.Opens
	r.transitions()
	require.Empty(t, r.queued())
}

func TestTwoProcessesCarryOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored")
		r.score(r.team("Team"), 0.5)
		r.clock.now = r.phase("two").Window.Opens
		other := scoring.NewService(r.Service.Dependencies)
		done := make(chan error, 1)
		go func() {
			_, err := r.challenges.ApplyTransitions(context.Background(), other.OnTransition)
			done <- err
		}()
		_, err := r.challenges.ApplyTransitions(t.Context(), r.OnTransition)
		require.NoError(t, err)
		require.NoError(t, <-done)
		require.Len(t, r.queued(), 1)
	})
}
