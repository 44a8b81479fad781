package scoring_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/scenarios"
	"incubator/scoring"
)

func TestRanks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored")
		for _, c := range []struct{ team, scores string }{
			{"C tie on all", `{"score": 0.9, "seconds": 5, "notes": 1}`},
			{"B tie on all", `{"score": 0.9, "seconds": 5, "notes": 2}`},
			{"A faster", `{"score": 0.9, "seconds": 4}`},
			{"E no seconds", `{"score": 0.9}`},
			{"D less", `{"score": 0.2, "seconds": 0}`},
			{"F less still", `{"score": -1, "seconds": 0}`},
		} {
			r.submit(r.team(c.team), c.scores)
		}
		r.drain()
		board := r.board(r.captain, "one")
		require.Equal(t, []string{
			"1 A faster 0.9", "2 B tie on all 0.9", "2 C tie on all 0.9", "4 E no seconds 0.9", "5 D less 0.2", "6 F less still -1",
		}, table(board))
		require.Equal(t, []string{"score", "seconds", "notes"}, keys(board.Metrics))
		require.Len(t, board.History, 6)
	})
}

func keys(metrics []scenarios.Metric) (all []string) {
	for _, m := range metrics {
		all = append(all, m.Key)
	}
	return all
}

func TestSelectionBestAndLast(t *testing.T) {
	for selection, want := range map[scenarios.Selection]string{scenarios.Best: "1 Team 0.8", scenarios.Last: "1 Team 0.3"} {
		t.Run(string(selection), func(t *testing.T) {
			r := newRig(t, dbtest.New(t), "scored", func(s *scenarios.Spec) { s.Phases[0].Selection = selection })
			team := r.team("Team")
			for _, value := range []float64{0.5, 0.8, 0.8, 0.3} {
				r.clock.pass(time.Minute)
				r.score(team, value)
			}
			board := r.board(r.captain, "one")
			require.Equal(t, []string{want}, table(board))
			require.Equal(t, 4, board.Rows[0].Scored)
			if selection == scenarios.Best { // of two equal ones the earlier stands
				require.Equal(t, 2, board.Rows[0].Number)
				require.Len(t, board.History, 2)
			} else {
				require.Len(t, board.History, 4)
			}
		})
	}
}

// TestBoardIsTheSameInWhateverOrderRunsEnd compares the board that grows run by run
// with one that a new version of the pack works out anew.
func TestBoardIsTheSameInWhateverOrderRunsEnd(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			selection := []scenarios.Selection{scenarios.Best, scenarios.Last}[seed%2]
			r := newRig(t, dbtest.New(t), "scored", func(s *scenarios.Spec) {
				s.Phases[0].Selection, s.Phases[0].Freezes = selection, "-239h30m"
			})
			teams := []string{r.team("A"), r.team("B")}
			for i := range 12 { // the board freezes half an hour after the start
				r.clock.pass(5 * time.Minute)
				r.submit(teams[random.IntN(2)], fmt.Sprintf(`{"score": %d, "nonce": %d}`, random.IntN(4), i))
			}
			ids := r.queued()
			random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			for _, id := range ids {
				require.NoError(t, r.work(id))
			}
			live, public := r.board(r.organiser, "one"), r.board(r.captain, "one")
			require.Equal(t, scoring.Live, live.View)
			require.Equal(t, scoring.Public, public.View)
			other := map[scenarios.Selection]scenarios.Selection{scenarios.Best: scenarios.Last, scenarios.Last: scenarios.Best}[selection]
			for _, s := range []scenarios.Selection{other, selection} { // there and back again
				r.publish("scored", func(spec *scenarios.Spec) { spec.Phases[0].Selection, spec.Phases[0].Freezes = s, "-239h30m" })
			}
			require.Equal(t, live.Rows, r.board(r.organiser, "one").Rows)
			require.Equal(t, live.History, r.board(r.organiser, "one").History)
			require.Equal(t, public.Rows, r.board(r.captain, "one").Rows)
			require.Equal(t, public.History, r.board(r.captain, "one").History)
		})
	}
}

func TestFreeze(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored")
		one := r.phase("one")
		team, late := r.team("Team"), r.team("Late")
		r.clock.now = one.Window.Freezes.Add(-time.Microsecond)
		before := r.submit(team, `{"score": 0.5}`)
		r.clock.now = one.Window.Freezes
		r.submit(team, `{"score": 0.9}`)
		r.submit(late, `{"score": 0.7}`)
		r.drain()
		public := r.board(r.captain, "one")
		require.Equal(t, []string{"1 Team 0.5"}, table(public), "what came before the freeze counts although it was scored after it")
		require.Equal(t, before.Number, public.Rows[0].Number)
		require.Equal(t, 1, public.Rows[0].Scored, "the count tells nothing of what came later")
		require.Len(t, public.History, 1)
		require.Zero(t, public.Version)
		require.Equal(t, one.Window.Freezes, public.ChangedAt)
		require.Equal(t, []string{"1 Team 0.9", "2 Late 0.7"}, table(r.board(r.organiser, "one")))

		tag := public.ETag
		r.clock.pass(time.Minute)
		r.submit(late, `{"score": 0.95}`)
		r.drain()
		require.Equal(t, tag, r.board(r.captain, "one").ETag, "a frozen board does not tell that the live one moved")
		r.clock.now = one.Window.Closes
		require.Equal(t, []string{"1 Late 0.95", "2 Team 0.9"}, table(r.board(r.captain, "one")))
	})
}

func TestAFreezeThatMovesMovesTheBoard(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	r.clock.pass(time.Hour)
	r.score(team, 0.9)
	r.publish("scored", func(s *scenarios.Spec) { s.Phases[0].Freezes = "-239h30m" })
	require.Empty(t, r.board(r.captain, "one").Rows, "submitted after the freeze as it is now")
	require.Len(t, r.board(r.organiser, "one").Rows, 1)
	r.publish("scored", func(s *scenarios.Spec) { s.Phases[0].Freezes = "" })
	require.Len(t, r.board(r.captain, "one").Rows, 1)
}

func TestBoardPolicy(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored", func(s *scenarios.Spec) { s.Phases[0].Board, s.Phases[1].Board = scenarios.AfterClose, scenarios.Never })
	ask := func(phase string) string {
		_, err := r.Board(t.Context(), r.captain, r.phase(phase))
		if err != nil {
			return err.Error()
		}
		return ""
	}
	require.Equal(t, "the board of phase One is not shown before the phase closes", ask("one"))
	require.Equal(t, "the board of phase Two is not shown to participants", ask("two"))
	r.board(r.organiser, "one")
	r.clock.now = r.phase("two").Window.Closes
	require.Empty(t, ask("one"))
	require.NotEmpty(t, ask("two"))
}

func TestBoardCache(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored")
		other := scoring.NewService(r.Service.Dependencies) // as another process
		team := r.team("Team")
		r.score(team, 0.5)
		first := r.board(r.captain, "one")
		require.Same(t, first, r.board(r.captain, "one"), "nothing changed: nothing is built")
		elsewhere, err := other.Board(t.Context(), r.captain, r.phase("one"))
		require.NoError(t, err)
		require.Equal(t, first.ETag, elsewhere.ETag)

		r.score(team, 0.6)
		second := r.board(r.captain, "one")
		require.NotEqual(t, first.ETag, second.ETag, "this process sees its own change at once")
		r.clock.pass(time.Second)
		elsewhere, err = other.Board(t.Context(), r.captain, r.phase("one"))
		require.NoError(t, err)
		require.Equal(t, second.ETag, elsewhere.ETag, "the other one within a second")

		r.publish("scored", func(s *scenarios.Spec) { s.Grading.Metrics[0].Title = "Renamed" })
		require.Equal(t, "Renamed", r.board(r.captain, "one").Metrics[0].Title)
		_, err = r.accounts.RenameTeam(t.Context(), r.captain, team, "Other name")
		require.NoError(t, err)
		r.clock.pass(time.Minute)
		require.Equal(t, "Other name", r.board(r.captain, "one").Rows[0].Team)
	})
}

func TestHistoryIsInTheOrderOfSubmission(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	for i, value := range []float64{0.4, 0.6, 0.5} {
		r.clock.pass(time.Duration(i+1) * time.Minute)
		r.submit(team, fmt.Sprintf(`{"score": %v}`, value))
	}
	ids := r.queued()
	slices.Reverse(ids)
	for _, id := range ids {
		require.NoError(t, r.work(id))
	}
	var values []float64
	for _, change := range r.board(r.captain, "one").History {
		values = append(values, change.Value)
	}
	require.Equal(t, []float64{0.4, 0.6}, values, "the best so far, at each time")
}
