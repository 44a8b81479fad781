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

func dropTriggers(t *testing.T, d *db.DB) {
	t.Helper()
	statements := []string{`DROP TRIGGER audit_log_no_update`, `DROP TRIGGER audit_log_no_delete`}
	if d.Dialect() == db.Postgres {
		statements = []string{`DROP TRIGGER audit_log_no_change ON audit_log`}
	}
	require.NoError(t, exec(d, statements...))
}

func TestVerifyNamesTheBrokenRow(t *testing.T) {
	cases := []struct {
		name, statement string
		broken          int64
	}{
		{"time", `UPDATE audit_log SET at = at + 1 WHERE seq = 1`, 1},
		{"actor", `UPDATE audit_log SET actor = 'user-x' WHERE seq = 7`, 7},
		{"actor name", `UPDATE audit_log SET actor_name = 'Zoe' WHERE seq = 2`, 2},
		{"action", `UPDATE audit_log SET action = 'team.joim' WHERE seq = 9`, 9},
		{"object kind", `UPDATE audit_log SET object_kind = 'Team' WHERE seq = 3`, 3},
		{"object", `UPDATE audit_log SET object_id = '7' WHERE seq = 4`, 4},
		{"detail", `UPDATE audit_log SET detail = REPLACE(detail, '"i":4', '"i":5') WHERE seq = 5`, 5},
		{"white space of the detail", `UPDATE audit_log SET detail = detail || ' ' WHERE seq = 5`, 5},
		{"address", `UPDATE audit_log SET ip = '192.0.2.2' WHERE seq = 10`, 10},
		{"text moved to the next column", `UPDATE audit_log SET actor = 'user-1Z', actor_name = 'oë "Z" <z>' WHERE seq = 2`, 2},
		{"id", `UPDATE audit_log SET id = 1000 WHERE seq = 8`, 8},
		{"first row gone", `DELETE FROM audit_log WHERE seq = 1`, 1},
		{"row gone", `DELETE FROM audit_log WHERE seq = 6`, 6},
		{"row gone, gap closed", `DELETE FROM audit_log WHERE seq = 6; UPDATE audit_log SET seq = seq - 1 WHERE seq = 7`, 6},
		{"swapped", `UPDATE audit_log SET seq = 100 WHERE seq = 4; UPDATE audit_log SET seq = 4 WHERE seq = 5; UPDATE audit_log SET seq = 5 WHERE seq = 100`, 4},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := record(t, d, entries(10)...)
		dropTriggers(t, d)
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				if strings.Contains(c.statement, "SET id") && d.Dialect() == db.Postgres {
					c.statement = `ALTER TABLE audit_log ALTER id DROP IDENTITY; ` + c.statement
				}
				verifyDamaged(t, d, l, strings.Split(c.statement, "; "), c.broken)
			})
		}
		requireWhole(t, l, 10)
	})
}

// verifyDamaged keeps copies of the rows aside while it damages them.
func verifyDamaged(t *testing.T, d *db.DB, l *audit.Log, damage []string, want int64) {
	t.Helper()
	require.NoError(t, exec(d, append([]string{`CREATE TABLE copies AS SELECT * FROM audit_log`}, damage...)...))
	_, broken, err := l.Verify(context.Background())
	require.NoError(t, err)
	require.Equal(t, want, broken)
	overriding := ""
	if d.Dialect() == db.Postgres {
		overriding = "OVERRIDING SYSTEM VALUE "
	}
	require.NoError(t, exec(d, `DELETE FROM audit_log`, `INSERT INTO audit_log `+overriding+`SELECT * FROM copies`, `DROP TABLE copies`))
}

func TestHashOverwrittenBreaksTheNextRow(t *testing.T) {
	d := dbtest.New(t)
	l := record(t, d, entries(4)...)
	dropTriggers(t, d)
	require.NoError(t, exec(d, `UPDATE audit_log SET hash = zeroblob(32) WHERE seq = 4`))
	_, broken, err := l.Verify(context.Background())
	require.NoError(t, err)
	require.Equal(t, int64(4), broken)
}

func TestAnchorsShowACutEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		empty, err := audit.New(d).Head(ctx)
		require.NoError(t, err)
		require.Equal(t, audit.Anchor{Hash: make([]byte, 32)}, empty)
		l := record(t, d, entries(5)...)
		anchor, err := l.Head(ctx)
		require.NoError(t, err)
		require.Equal(t, int64(5), anchor.Seq)
		dropTriggers(t, d)
		require.NoError(t, exec(d, `DELETE FROM audit_log WHERE seq >= 4`))
		n, broken, err := l.Verify(ctx)
		require.NoError(t, err)
		require.Equal(t, [2]int64{3, 0}, [2]int64{n, broken}, "the chain alone cannot know its end")
		_, broken, err = l.Verify(ctx, anchor)
		require.NoError(t, err)
		require.Equal(t, int64(4), broken)
		record(t, d, entry(7), entry(8)) // rebuilt with other rows
		_, broken, err = l.Verify(ctx, anchor)
		require.NoError(t, err)
		require.Equal(t, int64(5), broken)
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
