package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
)

var start = time.UnixMicro(1_700_000_000_123_456).UTC()

func entry(i int) audit.Entry {
	return audit.Entry{
		At: start.Add(time.Duration(i) * time.Second), Actor: fmt.Sprintf("user-%d", i%3), ActorName: "Zoë \"Z\" <z>",
		Action: []string{"team.join", "team.leave", "teams.x", "user.sign_in"}[i%4], Kind: "team", ObjectID: fmt.Sprint(i % 5),
		Detail: map[string]any{"i": i, "note": "größe & <b>"}, IP: "192.0.2.1",
	}
}

func record(t *testing.T, d *db.DB, entries ...audit.Entry) *audit.Log {
	t.Helper()
	l := audit.New(d)
	for _, e := range entries {
		require.NoError(t, d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			return l.Record(ctx, tx, e)
		}))
	}
	_, err := l.Seal(context.Background())
	require.NoError(t, err)
	return l
}

func entries(n int) (out []audit.Entry) {
	for i := range n {
		out = append(out, entry(i))
	}
	return out
}

func requireWhole(t *testing.T, l *audit.Log, rows int64) {
	t.Helper()
	n, broken, err := l.Verify(context.Background())
	require.NoError(t, err)
	require.Zero(t, broken)
	require.Equal(t, rows, n)
}

func TestRecordAndRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := record(t, d, entries(3)...)
		rows, next, err := l.List(context.Background(), audit.Filter{}, 0, 10)
		require.NoError(t, err)
		require.Zero(t, next)
		require.Len(t, rows, 3)
		want := entry(2)
		require.Equal(t, "2", fmt.Sprint(rows[0].Detail["i"]))
		require.Equal(t, want.Detail["note"], rows[0].Detail["note"])
		rows[0].Detail, want.Detail = nil, nil
		require.Equal(t, want, rows[0].Entry)
		require.Equal(t, int64(3), rows[0].Seq)
		require.Len(t, rows[0].Hash, 32)
		requireWhole(t, l, 3)
	})
}

func TestRecordFollowsItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := record(t, d, entry(0))
		undo := errors.New("undo")
		require.ErrorIs(t, d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			require.NoError(t, l.Record(ctx, tx, entry(1)))
			require.NoError(t, l.Record(ctx, tx, entry(2)))
			return undo
		}), undo)
		record(t, d, entry(3))
		requireWhole(t, l, 2)
	})
}

func TestOddInput(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := entry(0)
		e.ActorName, e.IP, e.ObjectID = "a\x00b\xff", strings.Repeat("x", 1000), "\x00"
		e.Detail = map[string]any{"zero": "\x00", "bad": "\xff", "nested": map[string]any{"big": int64(1) << 62}}
		l := record(t, d, e, audit.Entry{Actor: audit.System, Action: "x"})
		requireWhole(t, l, 2)
		err := d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			return l.Record(ctx, tx, audit.Entry{Action: "nobody"})
		})
		require.True(t, errs.Is(err, errs.Internal))
	})
}

func TestUpdateAndDeleteAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := record(t, d, entries(2)...)
		statements := []string{
			`UPDATE audit_log SET actor = 'x'`, `UPDATE audit_log SET seq = seq + 10`, `UPDATE audit_log SET hash = hash`,
			`DELETE FROM audit_log WHERE id = 1`, `DELETE FROM audit_log`,
		}
		if d.Dialect() == db.Postgres {
			statements = append(statements, `TRUNCATE audit_log`, `UPDATE audit_log SET seq = NULL, hash = NULL`)
		}
		for _, statement := range statements {
			require.ErrorContains(t, exec(d, statement), "append-only", statement)
		}
		requireWhole(t, l, 2)
	})
}

func TestUnsealedRowsCannotBeChangedEither(t *testing.T) {
	d := dbtest.NewPostgres(t)
	l := audit.New(d)
	require.NoError(t, d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error { return l.Record(ctx, tx, entry(0)) }))
	for _, statement := range []string{
		`UPDATE audit_log SET actor = 'x'`, `DELETE FROM audit_log`, `UPDATE audit_log SET seq = 1, hash = '\x00', actor = 'x'`,
	} {
		require.ErrorContains(t, exec(d, statement), "append-only", statement)
	}
	n, err := l.Seal(context.Background())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	requireWhole(t, l, 1)
}

func exec(d *db.DB, statements ...string) error {
	return d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// Many writers and, on PostgreSQL, two sealers at once give one whole chain.
func TestConcurrentRecording(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 8, 25
		ctx, l := context.Background(), audit.New(d)
		var writing, sealing sync.WaitGroup
		stop := make(chan struct{})
		for range 2 {
			sealing.Go(func() {
				for {
					if _, err := l.Seal(ctx); err != nil {
						t.Errorf("seal: %v", err)
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		for range writers {
			writing.Go(func() {
				for i := range each {
					if err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return l.Record(ctx, tx, entry(i)) }); err != nil {
						t.Errorf("record: %v", err)
					}
				}
			})
		}
		writing.Wait()
		close(stop)
		sealing.Wait()
		_, err := l.Seal(ctx)
		require.NoError(t, err)
		requireWhole(t, l, writers*each)
	})
}

func TestListFiltersAndPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := record(t, d, entries(20)...)
		cases := []struct {
			name   string
			filter audit.Filter
			want   int
		}{
			{"all", audit.Filter{}, 20},
			{"actor", audit.Filter{Actor: "user-0"}, 7},
			{"action", audit.Filter{Action: "team.join"}, 5},
			{"actions of an object", audit.Filter{Action: "team."}, 10},
			{"object", audit.Filter{Kind: "team", ObjectID: "1"}, 4},
			{"from", audit.Filter{From: start.Add(15 * time.Second)}, 5},
			{"to", audit.Filter{To: start.Add(15 * time.Second)}, 15},
			{"together", audit.Filter{Actor: "user-0", Action: "team.", To: start.Add(13 * time.Second)}, 3},
			{"quoted", audit.Filter{Actor: "' OR 1=1 --"}, 0},
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				var ids []int64
				cursor := int64(0)
				for page := 0; page == 0 || cursor != 0; page++ {
					rows, next, err := l.List(context.Background(), c.filter, cursor, 3)
					require.NoError(t, err)
					require.LessOrEqual(t, len(rows), 3)
					for _, r := range rows {
						ids = append(ids, r.ID)
					}
					cursor = next
				}
				require.Len(t, ids, c.want)
				require.IsDecreasing(t, append(ids, -1, -2))
			})
		}
		for _, limit := range []int{0, -1, audit.MaxPage + 1} {
			_, _, err := l.List(context.Background(), audit.Filter{}, 0, limit)
			require.True(t, errs.Is(err, errs.Invalid))
		}
	})
}

func TestListUsesIndexes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, where := range []string{`id < 5`, `actor = 'a'`, `action = 'a'`, `object_kind = 'a' AND object_id = 'b'`, `seq IS NULL`} {
			dbtest.PlanUsesIndex(t, d, `SELECT id FROM audit_log WHERE `+where+` ORDER BY id DESC LIMIT 50`)
		}
	})
}
