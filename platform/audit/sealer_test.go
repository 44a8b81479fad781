package audit_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
)

func TestSealer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, l := context.Background(), audit.New(d)
		write := func(l *audit.Log, i int) {
			require.NoError(t, d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return l.Record(ctx, tx, entry(i)) }))
		}
		sealed := func(n int64) func() bool {
			return func() bool {
				head, err := l.Head(ctx)
				return err == nil && head.Seq == n
			}
		}
		// The interval is out of reach, so only the signal can wake it.
		s := audit.NewSealer(l, time.Hour, slog.New(slog.DiscardHandler))
		s.Stop()
		for round := range int64(3) { // starts, stops and starts again
			s.Start(ctx)
			s.Start(ctx)
			write(l, 1)
			require.Eventually(t, sealed(2*round+1), 10*time.Second, time.Millisecond)
			write(audit.New(d), 2) // another process: no signal
			s.Stop()
			s.Stop()
			require.True(t, sealed(2*round+2)(), "stopping seals what is left")
		}
		requireWhole(t, l, 6)

		ticking := audit.NewSealer(l, time.Millisecond, slog.New(slog.DiscardHandler))
		ticking.Start(ctx)
		defer ticking.Stop()
		write(audit.New(d), 3)
		require.Eventually(t, sealed(7), 10*time.Second, time.Millisecond)
	})
}
