package archtest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// chain is the order of the folders. A package imports only what stands to its
// left, or its own folder.
var chain = []string{"platform", "sandboxes", "scenarios", "scoring", "web", "cmd"}

// place returns where a package or an import path stands in the chain, or -1.
func place(name string) int {
	top, _, _ := strings.Cut(strings.TrimPrefix(name, module), "/")
	return slices.Index(chain, top)
}

func TestImportsGoLeft(t *testing.T) {
	for _, f := range sources(t) {
		here := place(f.pkg)
		if here < 0 {
			continue
		}
		for _, imported := range f.imports {
			if strings.HasPrefix(imported, module) && place(imported) >= 0 {
				assert.LessOrEqual(t, place(imported), here, "%s imports %s, which stands to its right", f.path, imported)
			}
		}
	}
}

// rule narrows one folder beyond the chain: its packages, tests aside, import of
// our own module only what is allowed, and nothing that is denied.
type rule struct {
	folder  string
	allowed []string // folders of ours, each with what is below it; nil: by the chain
	denied  []string // prefixes of foreign packages
}

var (
	databases = []string{"database/sql", "modernc.org/sqlite", "github.com/jackc/pgx", "github.com/riverqueue"}
	engines   = []string{"github.com/docker/docker", "github.com/moby/moby", module + "sandboxes/docker"}
)

var rules = []rule{
	{"platform/errs", []string{"platform/errs"}, []string{"github.com", "golang.org", "gonum.org"}},
	{"platform/events", []string{"platform/events"}, []string{"github.com", "golang.org", "gonum.org"}},
	{"platform/config", []string{"platform/config", "platform/errs"}, databases},
	{"platform/db", []string{"platform/db", "platform/errs"}, engines},
	{"platform/jobs", []string{"platform/jobs", "platform/db", "platform/errs"}, engines},
	{"platform/files", []string{"platform/files", "platform/db", "platform/errs"}, engines},
	{"platform/markdown", []string{"platform/markdown", "platform/errs"}, databases},
	{"platform/audit", []string{"platform/audit", "platform/db", "platform/errs"}, engines},
	{"platform/accounts", []string{"platform/accounts", "platform/audit", "platform/db", "platform/errs"}, engines},
	{"sandboxes/images/init", []string{"sandboxes/tree", "sandboxes/wire"}, []string{"github.com", "golang.org", "gonum.org"}},
	{"sandboxes/wire", []string{"sandboxes/wire", "sandboxes/tree"}, []string{"github.com", "golang.org", "gonum.org"}},
	{"sandboxes/tree", []string{"sandboxes/tree"}, []string{"github.com", "golang.org", "gonum.org"}},
	{"sandboxes/docker", []string{"sandboxes", "platform/errs"}, databases},
	{"sandboxes/fake", []string{"sandboxes", "platform/errs"}, slices.Concat(databases, engines)},
	{"scenarios", nil, engines},
	{"scoring", nil, engines},
	{"scoring/metrics", []string{"scoring/metrics", "platform/errs"}, slices.Concat(databases, engines)},
	{"scoring/stats", []string{"scoring/stats", "platform/errs"}, slices.Concat(databases, engines)},
	{"web", nil, slices.Concat(databases, engines)},
}

func TestNarrowerRules(t *testing.T) {
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		for _, r := range rules {
			if within(f.pkg, r.folder) && !testSupport(f.pkg) {
				r.check(t, f)
			}
		}
	}
}

func (r rule) check(t *testing.T, f file) {
	for _, imported := range f.imports {
		own, isOurs := strings.CutPrefix(imported, module)
		if isOurs && r.allowed != nil {
			allowed := slices.ContainsFunc(r.allowed, func(folder string) bool { return within(own, folder) })
			assert.True(t, allowed, "%s imports %s, which %s may not", f.path, imported, r.folder)
		}
		for _, prefix := range r.denied {
			assert.False(t, within(imported, prefix), "%s imports %s, which %s may not", f.path, imported, r.folder)
		}
	}
}

// testSupport names the packages that only tests import.
func testSupport(pkg string) bool {
	return slices.Contains([]string{"platform/db/dbtest", "sandboxes/sandboxtest", "sandboxes/enginetest", "web/webtest"}, pkg) ||
		strings.HasPrefix(pkg, "sandboxes/sandboxtest/")
}

func within(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

func TestTestSupportIsForTestsOnly(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || testSupport(f.pkg) || place(f.pkg) < 0 {
			continue
		}
		for _, imported := range f.imports {
			own, isOurs := strings.CutPrefix(imported, module)
			assert.False(t, isOurs && (testSupport(own) || within(own, "internal")), "%s imports %s, which is for tests", f.path, imported)
		}
	}
}

// TestEveryPackageIsInTheTable keeps the table of docs/architecture.md complete.
func TestEveryPackageIsInTheTable(t *testing.T) {
	text := document(t, "docs/architecture.md")
	missing := map[string]bool{}
	for _, f := range sources(t) {
		if place(f.pkg) >= 0 && !f.test && !testSupport(f.pkg) && !strings.Contains(text, "`"+f.pkg+"`") {
			missing[f.pkg] = true
		}
	}
	require.Empty(t, slices.Sorted(maps.Keys(missing)), "packages that docs/architecture.md does not name")
}

// TestLinterSaysTheSame compares depguard's rules in .golangci.yml with the chain.
func TestLinterSaysTheSame(t *testing.T) {
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct {
						Files []string
						Deny  []struct{ Pkg, Desc string }
					}
				}
			}
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(document(t, ".golangci.yml")), &config))
	for i, folder := range chain[:len(chain)-1] {
		denied := config.Linters.Settings.Depguard.Rules[folder]
		require.Contains(t, denied.Files, "${config-path}/"+folder+"/**", "no rule of depguard is for %s", folder)
		for _, right := range chain[i+1:] {
			require.True(t, slices.ContainsFunc(denied.Deny, func(d struct{ Pkg, Desc string }) bool { return d.Pkg == module+right }),
				"depguard lets %s import %s", folder, right)
		}
	}
	web := config.Linters.Settings.Depguard.Rules["web"]
	for _, foreign := range []string{"database/sql", "github.com/docker/docker"} {
		require.True(t, slices.ContainsFunc(web.Deny, func(d struct{ Pkg, Desc string }) bool { return d.Pkg == foreign }),
			"depguard lets web import %s", foreign)
	}
}
