package debian

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

const packagesText = `Package: app
Version: 1.0-1
Architecture: amd64
Depends: libc (>= 2.30), blas | blas.so.3, mail-agent, tool:any
Pre-Depends: core
Filename: pool/app.deb
Size: 10
SHA256: aa

Package: core
Version: 1
Description: a long one
 with, a continuation: line

Package: libc
Version: 2.29
Description: too old

Package: libc
Version: 2.36-9

Package: blas
Version: 3

Package: fast-blas
Version: 1
Provides: blas.so.3, blas-api (= 5)

Package: exim
Version: 4
Provides: mail-agent

Package: citadel
Version: 4
Provides: mail-agent

Package: tool
Version: 1
Depends: app

Package: wants-new
Version: 1
Depends: libc (>= 3)

Package: wants-api
Version: 1
Depends: blas-api (>= 5)

Package: wants-newer-api
Version: 1
Depends: blas-api (>= 6)

Package: wants-nothing-there
Version: 1
Depends: nowhere`

func testIndex(t *testing.T) *Index {
	t.Helper()
	var all []Package
	require.NoError(t, parsePackages(strings.NewReader(packagesText), "http://mirror", func(p Package) { all = append(all, p) }))
	return newIndex(all)
}

func TestParsePackages(t *testing.T) {
	p := testIndex(t).packages["app"]
	require.Equal(t, "http://mirror/pool/app.deb", p.URL)
	require.EqualValues(t, 10, p.Size)
	require.Equal(t, []dependency{
		{{Name: "libc", Relation: ">=", Version: "2.30"}}, {{Name: "blas"}, {Name: "blas.so.3"}}, {{Name: "mail-agent"}}, {{Name: "tool"}},
		{{Name: "core"}},
	}, p.depends)
}

func TestResolve(t *testing.T) {
	cases := map[string]struct {
		names, have, omit []string
		want              []string
	}{
		"closure, newest version, first provider, cycle": {names: []string{"app"}, want: []string{"app", "blas", "citadel", "core", "libc", "tool"}},
		"a wanted alternative wins":                      {names: []string{"fast-blas", "app"}, want: []string{"app", "citadel", "core", "fast-blas", "libc", "tool"}},
		"wanted later wins too":                          {names: []string{"app", "fast-blas"}, want: []string{"app", "citadel", "core", "fast-blas", "libc", "tool"}},
		"a lower layer's packages are not repeated":      {names: []string{"app"}, have: []string{"libc", "exim", "blas"}, want: []string{"app", "core", "tool"}},
		"omitted":                 {names: []string{"app"}, omit: []string{"citadel", "tool"}, want: []string{"app", "blas", "core", "libc"}},
		"provided with a version": {names: []string{"wants-api"}, want: []string{"fast-blas", "wants-api"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			found, err := testIndex(t).Resolve(c.names, c.have, c.omit)
			require.NoError(t, err)
			var names []string
			for _, p := range found {
				names = append(names, p.Name)
			}
			require.Equal(t, c.want, names)
		})
	}
}

func TestResolveUnsatisfiable(t *testing.T) {
	for _, name := range []string{"wants-new", "wants-newer-api", "wants-nothing-there", "not-in-archive"} {
		_, err := testIndex(t).Resolve([]string{name}, nil, nil)
		require.Equal(t, errs.Unavailable, errs.CodeOf(err), name)
		require.ErrorContains(t, err, name)
	}
}

func TestRelations(t *testing.T) {
	for relation, want := range map[string][3]bool{ // of versions 1, 2, 3 to 2
		"=": {false, true, false}, ">=": {false, true, true}, "<=": {true, true, false},
		">>": {false, false, true}, "<<": {true, false, false}, "": {true, true, true}, "?": {false, false, false},
	} {
		for i, version := range []string{"1", "2", "3"} {
			require.Equal(t, want[i], alternative{Relation: relation, Version: "2"}.accepts(version), "%s %s 2", version, relation)
		}
	}
	require.False(t, alternative{Relation: ">=", Version: "0"}.accepts(""), "a virtual package without a version")
}
