package db

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func files(names ...string) fstest.MapFS {
	dir := fstest.MapFS{}
	for _, name := range names {
		dir[name] = &fstest.MapFile{Data: []byte("SELECT 1; -- " + name)}
	}
	return dir
}

func versions(all []migration) []int {
	var out []int
	for _, m := range all {
		out = append(out, m.version)
	}
	return out
}

func TestReadMigrations(t *testing.T) {
	all, err := readMigrations(files("0003_c.sql", "0001_a.sql", "0010_d.sql"))
	require.NoError(t, err)
	require.Equal(t, []int{1, 3, 10}, versions(all), "in order, with gaps")
	for _, bad := range [][]string{{"1_a.sql"}, {"0001_A.sql"}, {"0001_a.txt"}, {"0001_a.sql", "0001_b.sql"}} {
		_, err := readMigrations(files(bad...))
		require.Error(t, err, bad)
	}
}

func TestPending(t *testing.T) {
	all, err := readMigrations(files("0001_a.sql", "0003_c.sql", "0005_e.sql"))
	require.NoError(t, err)
	edited := all[0]
	edited.hash = "another"
	unknown := migration{version: 6, name: "future"}
	for name, c := range map[string]struct {
		applied []migration
		next    int
		refused string
	}{
		"empty":            {nil, 1, ""},
		"after the first":  {all[:1], 3, ""},
		"all":              {all, 0, ""},
		"newer":            {append(all[:3:3], unknown), 0, "0006_future, which this program does not know"},
		"another branch":   {append(all[:1:1], migration{version: 2, name: "b"}), 0, "0002_b, which this program does not know"},
		"edited":           {[]migration{edited}, 0, "0001_a was edited"},
		"late lower":       {[]migration{all[0], all[2]}, 0, "0003_c comes after 0005"},
		"late lower first": {all[1:], 0, "0001_a comes after 0005"},
	} {
		t.Run(name, func(t *testing.T) {
			next, err := pending(all, c.applied)
			switch {
			case c.refused != "":
				require.ErrorContains(t, err, c.refused)
			case c.next == 0:
				require.NoError(t, err)
				require.Nil(t, next)
			default:
				require.NoError(t, err)
				require.Equal(t, c.next, next.version)
			}
		})
	}
}

// Both dialects must have the same history, or a store would work on one only.
func TestBothDialectsHaveTheSameMigrations(t *testing.T) {
	lite, err := (&DB{dialect: SQLite}).migrations()
	require.NoError(t, err)
	pg, err := (&DB{dialect: Postgres}).migrations()
	require.NoError(t, err)
	require.NotEmpty(t, lite)
	names := func(all []migration) (out []string) {
		for _, m := range all {
			out = append(out, m.name)
		}
		return out
	}
	require.Equal(t, versions(lite), versions(pg))
	require.Equal(t, names(lite), names(pg))
}
