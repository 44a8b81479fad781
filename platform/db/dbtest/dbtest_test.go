package dbtest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
)

func TestEachGivesAFreshDatabase(t *testing.T) {
	for range 2 {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			have, want, err := d.Version(context.Background())
			require.NoError(t, err)
			require.Equal(t, want, have)
			_, err = d.Pool().Exec("CREATE TABLE only_once (id BIGINT PRIMARY KEY)")
			require.NoError(t, err)
		})
	}
}

// failures records what a check reports instead of failing this test.
type failures struct {
	testing.TB
	failed bool
}

func (f *failures) Errorf(string, ...any) { f.failed = true }
func (f *failures) FailNow()              { f.failed = true }

func TestPlanUsesIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, err := d.Pool().Exec("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT, colour TEXT)")
		require.NoError(t, err)
		_, err = d.Pool().Exec("CREATE INDEX things_name ON things (name)")
		require.NoError(t, err)
		for query, full := range map[string]bool{
			"SELECT * FROM things WHERE id = $1":                                           false,
			"SELECT * FROM things WHERE name = $1":                                         false,
			"UPDATE things SET colour = 'red' WHERE name = $1":                             false,
			"SELECT * FROM things WHERE colour = $1":                                       true,
			"DELETE FROM things WHERE colour = $1":                                         true,
			"SELECT a.id FROM things a JOIN things b ON b.colour = a.name WHERE a.id = $1": true,
		} {
			var seen failures
			seen.TB = t
			var arg any = "x"
			if query == "SELECT * FROM things WHERE id = $1" || full && query[7:11] == "a.id" {
				arg = 1
			}
			dbtest.PlanUsesIndex(&seen, d, query, arg)
			require.Equal(t, full, seen.failed, "%s\n%v", query, dbtest.Plan(t, d, query, arg))
		}
	})
}
