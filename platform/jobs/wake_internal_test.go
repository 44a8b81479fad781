package jobs

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"
)

func TestLocalListenerMergesAndKeepsOrder(t *testing.T) {
	l := newLocalListener()
	for _, queue := range []string{"a", "b", "a", "a"} {
		l.send(topicInsert, insertNotice{Queue: queue})
	}
	l.send(topicControl, controlNotice{Action: "cancel", JobID: 7, Queue: "a"})
	ctx := context.Background()
	for _, want := range []string{`{"queue":"a"}`, `{"queue":"b"}`, `{"action":"cancel","job_id":7,"queue":"a"}`} {
		n, err := l.WaitForNotification(ctx)
		require.NoError(t, err)
		require.Equal(t, want, n.Payload)
	}
	require.Nil(t, l.take())
	l.send(topicInsert, insertNotice{Queue: "a"})
	n, err := l.WaitForNotification(ctx)
	require.NoError(t, err, "what was taken can come again")
	require.Equal(t, topicInsert, n.Topic)
}

func TestLocalListenerWaitsForANotice(t *testing.T) {
	l := newLocalListener()
	got := make(chan string)
	go func() {
		n, err := l.WaitForNotification(context.Background())
		if err != nil {
			got <- err.Error()
			return
		}
		got <- n.Payload
	}()
	l.send(topicInsert, insertNotice{Queue: "late"})
	require.Equal(t, `{"queue":"late"}`, <-got)
}

// River ends a wait to change its subscriptions; nothing may be lost by that.
func TestLocalListenerKeepsNoticesOverACancelledWait(t *testing.T) {
	l := newLocalListener()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := l.WaitForNotification(ctx)
	require.ErrorIs(t, err, context.Canceled)
	l.send(topicInsert, insertNotice{Queue: "a"})
	n, err := l.WaitForNotification(context.Background())
	require.NoError(t, err)
	require.Equal(t, `{"queue":"a"}`, n.Payload)
}

func TestListenerWithoutConnection(t *testing.T) {
	l := &postgresListener{}
	ctx := context.Background()
	require.ErrorIs(t, l.Listen(ctx, "x"), errNotConnected)
	require.ErrorIs(t, l.Unlisten(ctx, "x"), errNotConnected)
	require.ErrorIs(t, l.Ping(ctx), errNotConnected)
	_, err := l.WaitForNotification(ctx)
	require.ErrorIs(t, err, errNotConnected)
	require.NoError(t, l.Close(ctx))
	require.Equal(t, "x", l.channel("x"))
	l.schema = "s"
	require.Equal(t, "s.x", l.channel("x"))
}

func TestLastClientAndExhausted(t *testing.T) {
	require.Empty(t, lastClient(&rivertype.JobRow{}))
	require.Equal(t, "b", lastClient(&rivertype.JobRow{AttemptedBy: []string{"a", "b"}}))
	require.False(t, Exhausted(&rivertype.JobRow{Attempt: 3, MaxAttempts: 3}))
	require.True(t, Exhausted(&rivertype.JobRow{Attempt: 4, MaxAttempts: 3}))
}

func TestWarningsKeepsTheFilterInDerivedLoggers(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(warnings{slog.NewTextHandler(&out, nil)}).With("a", 1).WithGroup("g")
	log.Info("chatter")
	require.Empty(t, out.String())
	log.Warn("trouble", "b", 2)
	require.Contains(t, out.String(), "trouble")
	require.Contains(t, out.String(), "g.b=2")
	strict := warnings{slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelError})}
	require.False(t, strict.Enabled(context.Background(), slog.LevelWarn), "the operator's level still counts")
}

func TestConfigDefaults(t *testing.T) {
	a, b := Config{}.withDefaults(), Config{}.withDefaults()
	require.NotEqual(t, a.ID, b.ID, "two nodes never share a name")
	require.Equal(t, time.Duration(-1), a.Timeout)
	require.Equal(t, 10*time.Second, a.Grace)
	require.NotNil(t, a.Log)
}
