package mobile

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tables are text; every name must be known and every chance a chance.
func TestProfilesParse(t *testing.T) {
	require.Len(t, capabilityIndex, len(capabilities), "two capabilities share a name")
	all := slices.Concat(categories, sdks, families, []profile{shell, packer})
	names := map[string]bool{}
	for _, p := range all {
		require.False(t, names[p.name], p.name)
		names[p.name] = true
		require.NotEmpty(t, p.traits)
		require.True(t, p.active[0] >= 1 && p.active[0] < p.active[1] && p.active[1] <= months, p.name)
		for month := 1; month <= months; month++ {
			require.GreaterOrEqual(t, p.share(month), 0.0)
			for _, trait := range p.traits {
				require.GreaterOrEqual(t, trait.capability, 0, "%s has an unknown capability", p.name)
				require.True(t, trait.at(month) >= 0 && trait.at(month) <= 1, "%s, month %d", p.name, month)
			}
		}
	}
}
