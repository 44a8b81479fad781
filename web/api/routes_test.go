package api_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/web/webtest"
)

var update = flag.Bool("update", false, "renew the golden files")

func TestEveryRouteAsEveryRole(t *testing.T) {
	f := newFixture(t)
	webtest.CheckRoutes(t, f.app, f.People)
}

// TestTheRouteTable makes every change of who may do what a line in a review.
func TestTheRouteTable(t *testing.T) {
	f := newFixture(t)
	golden(t, "routes.txt", webtest.Table(f.app))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
