// Package realdata finds the folder of real public data that some tests read.
// It is not part of the product.
package realdata

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Env names the environment variable that overrides the default folder.
const Env = "INCUBATOR_REAL_DATA"

// Dir returns the folder of real data: $INCUBATOR_REAL_DATA, else ../shared/data
// beside the repository. It skips the test with one line where that is absent.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv(Env)
	if dir == "" {
		_, file, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "data")
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Skipf("no real data: set %s or provide %s", Env, dir)
	}
	return dir
}
