package archive_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What GNU tar writes, in each of its formats, is accepted; its sparse files are not.
func TestGNUTar(t *testing.T) {
	tool, err := exec.LookPath("tar")
	if err != nil {
		t.Skip("no tar on this machine")
	}
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "src", "größe"), 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "src", "größe", "main.py"), []byte("print(1)\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "hole"), nil, 0o600))
	require.NoError(t, os.Truncate(filepath.Join(dir, "hole"), 4<<30))
	run := func(args ...string) []byte {
		out, err := exec.Command(tool, append([]string{"-C", dir, "-cf", "-"}, args...)...).Output()
		require.NoError(t, err)
		return out
	}
	for _, format := range []string{"gnu", "posix", "ustar", "v7"} {
		data := run("--format="+format, "src")
		s, err := check(data, smallLimits())
		if format == "v7" {
			require.ErrorContains(t, err, "not an archive", "it has no magic to tell it by")
			continue
		}
		require.NoError(t, err, format)
		require.Equal(t, [2]int{1, 2}, [2]int{s.Files, s.Dirs}, format)
	}
	for _, sparse := range [][]string{{"--format=gnu"}, {"--sparse-version=0.0"}, {"--sparse-version=0.1"}, {"--sparse-version=1.0"}} {
		requireRefused(t, run(append(sparse, "-S", "hole")...), "is a sparse file", sparse[0])
	}
}
