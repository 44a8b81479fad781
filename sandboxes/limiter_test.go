package sandboxes_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/sandboxes"
)

const (
	waitLimit = 10 * time.Second
	waitTick  = time.Millisecond
)

// TestFairTurns queues five runs of one team before two of others: the others
// get the next turns.
func TestFairTurns(t *testing.T) {
	l := sandboxes.NewLimiter(1)
	require.NoError(t, l.Acquire(t.Context(), "red"))
	order := make(chan string)
	for i, team := range []string{"red", "red", "red", "blue", "green", "blue"} {
		go func() {
			if l.Acquire(t.Context(), team) == nil {
				order <- team
			}
		}()
		awaitWaiting(t, l, i+1)
	}
	var got []string
	for range 6 {
		l.Release()
		got = append(got, <-order)
	}
	require.Equal(t, []string{"red", "blue", "green", "red", "blue", "red"}, got)
}

// awaitWaiting yields until the last caller stands in its queue.
func awaitWaiting(t *testing.T, l sandboxes.Limiter, n int) {
	require.Eventually(t, func() bool { return l.Waiting() == n }, waitLimit, waitTick)
}

func TestLimiterGivesUp(t *testing.T) {
	l := sandboxes.NewLimiter(1)
	require.NoError(t, l.Acquire(t.Context(), "red"))
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- l.Acquire(ctx, "blue") }()
	awaitWaiting(t, l, 1)
	cancel()
	require.ErrorIs(t, <-left, context.Canceled)
	require.Zero(t, l.Waiting())
	l.Release()
	require.NoError(t, l.Acquire(t.Context(), "green"), "the permit is not lost")
}
