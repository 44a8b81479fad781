package archtest_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	created = regexp.MustCompile(`(?i)CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)
	dropped = regexp.MustCompile(`(?i)DROP TABLE (?:IF EXISTS )?([a-z_]+)`)
	written = regexp.MustCompile(`(?i)\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+([a-z_]+)`)
	// open is a statement whose table the code puts behind it.
	open = regexp.MustCompile(`(?i)\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+$`)
)

// tables returns the tables that the migrations of a dialect leave.
func tables(t *testing.T, dialect string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "platform/db/migrations", dialect, "*.sql"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	slices.Sort(files)
	found := map[string]bool{}
	for _, name := range files {
		relative, err := filepath.Rel(root, name)
		require.NoError(t, err)
		text := document(t, relative)
		for _, match := range created.FindAllStringSubmatch(text, -1) {
			found[match[1]] = true
		}
		for _, match := range dropped.FindAllStringSubmatch(text, -1) {
			delete(found, match[1])
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// onPostgresOnly are tables that one process alone has no use for.
var onPostgresOnly = []string{"job_clients"}

// writtenByNobody are tables that wait for their first writer.
var writtenByNobody = []string{"platform_meta"}

func TestBothDialectsHaveTheSameTables(t *testing.T) {
	all := append(tables(t, "sqlite"), onPostgresOnly...)
	require.ElementsMatch(t, all, tables(t, "postgres"))
}

// TestATableIsWrittenByOnePackage looks through the string literals of all code
// for statements that write. A statement that is put together from a table's
// name counts for every table that its package names alone in a literal.
func TestATableIsWrittenByOnePackage(t *testing.T) {
	known := tables(t, "postgres")
	writers := map[string]map[string]bool{}
	for _, table := range known {
		writers[table] = map[string]bool{}
	}
	named, opens := map[string][]string{}, map[string]bool{}
	for _, f := range sources(t) {
		if f.test || place(f.pkg) < 0 || testSupport(f.pkg) {
			continue
		}
		f.literals(func(text string) {
			for _, match := range written.FindAllStringSubmatch(text, -1) {
				if pkgs, isTable := writers[strings.ToLower(match[1])]; isTable {
					pkgs[f.pkg] = true
				}
			}
			if slices.Contains(known, text) {
				named[f.pkg] = append(named[f.pkg], text)
			}
			opens[f.pkg] = opens[f.pkg] || open.MatchString(text)
		})
	}
	for pkg := range opens {
		if opens[pkg] {
			for _, table := range named[pkg] {
				writers[table][pkg] = true
			}
		}
	}
	for _, table := range known {
		want := 1
		if slices.Contains(writtenByNobody, table) {
			want = 0
		}
		assert.Len(t, writers[table], want, "table %s is written by %v", table, slices.Sorted(maps.Keys(writers[table])))
	}
}
