package audit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
)

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
