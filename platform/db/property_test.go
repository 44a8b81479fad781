package db_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
)

// What the table holds is what was acknowledged, nothing less and nothing more,
// whatever the functions and their contexts do.
func TestTableHoldsWhatWasAcknowledged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withItems(t, d)
		const workers, rounds = 64, 40
		var wg sync.WaitGroup
		acknowledged := make([][]int, workers)
		for w := range workers {
			wg.Go(func() {
				rng := rand.New(rand.NewPCG(7, uint64(w)))
				for i := range rounds {
					id := w*rounds + i
					if oneOf(d, rng, id) {
						acknowledged[w] = append(acknowledged[w], id)
					}
				}
			})
		}
		wg.Wait()
		want := []int{}
		for _, list := range acknowledged {
			want = append(want, list...)
		}
		require.NotEmpty(t, want)
		require.Less(t, len(want), workers*rounds)
		require.Equal(t, want, ids(t, d))
	})
}

// oneOf tries to insert id in one of several unlucky ways and reports whether
// the database said that it is stored.
func oneOf(d *db.DB, rng *rand.Rand, id int) bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	luck := rng.IntN(10)
	if luck == 0 {
		go cancel() // before, during or after
	}
	err := guarded(d, ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insert(ctx, tx, id); err != nil {
			return err
		}
		switch luck {
		case 1:
			return errRefused
		case 2:
			panic("boom")
		case 3:
			return insert(ctx, tx, id) // a violation
		case 4:
			_ = nested(ctx, tx) // the failure of a part is caught
		case 5:
			if d.Dialect() == db.SQLite {
				_ = tx.SQL().Rollback()
			}
		}
		return nil
	})
	return err == nil
}

// nested uses a savepoint of its own, as River does.
func nested(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT part"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO nowhere VALUES (1)")
	_, undo := tx.ExecContext(ctx, "ROLLBACK TO part")
	return errors.Join(err, undo)
}
