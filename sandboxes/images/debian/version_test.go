package debian

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Pairs in ascending order; the answers are those of dpkg --compare-versions.
func TestCompareVersions(t *testing.T) {
	ascending := [][2]string{
		{"1.0", "1.1"}, {"1.9", "1.10"}, {"1.0~rc1", "1.0"}, {"1.0~~", "1.0~"}, {"1.0", "1.0a"}, {"1.0a", "1.0+"},
		{"1.0-1", "1.0-2"}, {"1.0-1", "1.0-1+deb12u1"}, {"2:1.0", "3:0.1"}, {"9", "1:0"}, {"1.0", "1.0-1"},
		{"1.2.3-4~bpo12+1", "1.2.3-4"}, {"0.0.9", "0.0.10"}, {"a", "b"}, {"1.0-1", "1.0.1-1"},
		{"20230311", "20230311+deb12u1"}, {"1.2-3-1", "1.2-3-2"}, {"99999999999999999998", "99999999999999999999"},
	}
	for _, pair := range ascending {
		require.Negative(t, compareVersions(pair[0], pair[1]), "%s < %s", pair[0], pair[1])
		require.Positive(t, compareVersions(pair[1], pair[0]), "%s > %s", pair[1], pair[0])
	}
	for _, pair := range [][2]string{{"1.0", "1.0"}, {"0:1.0", "1.0"}, {"1.00", "1.0"}, {"1.0-0", "1.0"}} {
		require.Zero(t, compareVersions(pair[0], pair[1]), "%s = %s", pair[0], pair[1])
	}
}
