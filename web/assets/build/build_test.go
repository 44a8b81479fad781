package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRebuildingGivesTheCommittedBytes proves that web/static is what its
// sources say. It needs the npm packages: `make assets` installs them.
func TestRebuildingGivesTheCommittedBytes(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	if _, err := os.Stat(filepath.Join("..", "node_modules")); err != nil {
		t.Skip("SKIPPED: no web/assets/node_modules (npm ci installs them)")
	}
	out := t.TempDir()
	require.NoError(t, build(root, out))
	require.Equal(t, contents(t, filepath.Join(root, "web", "static")), contents(t, out))
}

// contents returns every file of a folder but Go files, by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".go" {
			return err
		}
		raw, err := os.ReadFile(path)
		files[d.Name()] = string(raw)
		return err
	}))
	return files
}

func TestPruneKeepsWhatPagesCanMatch(t *testing.T) {
	css := `@charset "UTF-8";
/* a comment with { braces } */
:root{--used:1px;--unused:2px;--chain:var(--used);--own:3px}
.card,.gone{color:red}
.card:not(.gone) > a::before{content:"} { ; .x";padding:var(--used)}
.gone .card{color:blue}
[dir=rtl] .card{left:0}
@media (min-width: 10px){.gone{top:0}.card{background:url("data:image/svg+xml;{}")}}
@media print{.gone{top:0}}
@keyframes turn{to{rotate:1turn}}
a:is(.card, .gone){margin:0}
`
	got := prune(css, "x{y:var(--own)}", map[string]bool{"card": true})
	for _, want := range []string{`@charset "UTF-8";`, "--used:1px", "--own:3px", ".card{color:red}", `content:"} { ; .x"`, `url("data:image/svg+xml;{}")`, "@keyframes turn{to{rotate:1turn}}"} {
		require.Contains(t, got, want)
	}
	for _, not := range []string{"--unused", "--chain", ".gone{", ".gone .card", "dir=rtl", "print", "comment"} {
		require.NotContains(t, got, not)
	}
}

func TestClassesAreReadFromTemplates(t *testing.T) {
	web := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(web, "templates"), 0o755))
	html := `<a class="btn{{if .On}} btn-primary{{end}}"><i class="card">class="no</i>`
	require.NoError(t, os.WriteFile(filepath.Join(web, "templates", "x.html"), []byte(html), 0o644))
	used, err := usedClasses(web)
	require.NoError(t, err)
	for _, class := range []string{"btn", "btn-primary", "card"} {
		require.True(t, used[class], class)
	}
	require.False(t, used["no"])
}
