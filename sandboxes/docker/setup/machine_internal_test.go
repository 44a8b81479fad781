package setup

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseRelease(t *testing.T) {
	cases := map[string][]string{
		"PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n":                        {"debian"},
		"ID=ubuntu\nID_LIKE=debian\n":                                             {"ubuntu", "debian"},
		"ID_LIKE=\"suse opensuse\"\nID='opensuse-leap'\n# comment\n\nno equals\n": {"opensuse-leap", "suse", "opensuse"},
		"": {},
	}
	for text, want := range cases {
		require.ElementsMatch(t, want, parseRelease(bufio.NewScanner(strings.NewReader(text))))
	}
}

func TestMountsBelow(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mountinfo")
	lines := []string{
		`21 1 254:0 / / rw - ext4 /dev/vda rw`,
		`40 21 254:0 /x /data/engine/data rw - ext4 /dev/vda rw`,
		`41 40 0:50 / /data/engine/data/overlay2/a\040b/merged rw - overlay overlay rw`,
		`42 21 0:4 net:[1] /data/engine/run/netns/default rw - nsfs nsfs rw`,
		`43 21 0:51 / /data/engineering rw - tmpfs tmpfs rw`,
		`short line`,
	}
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600))
	found, err := mountsBelow(file, "/data/engine")
	require.NoError(t, err)
	require.Equal(t, []string{
		"/data/engine/run/netns/default", "/data/engine/data/overlay2/a b/merged", "/data/engine/data",
	}, found, "inner mounts go first, neighbours with a like name stay")
}

func TestDetectThisMachine(t *testing.T) {
	m := Detect()
	require.Equal(t, os.Getuid(), m.UID)
	require.NotEmpty(t, m.OS)
	require.True(t, processRuns(strings.TrimSpace(ownName(t))))
	require.False(t, processRuns("no-such-program"))
}

func ownName(t *testing.T) string {
	t.Helper()
	comm, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Skip("this system has no /proc")
	}
	return string(comm)
}
