package scenarios_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scenarios"
)

func TestWhenResolves(t *testing.T) {
	base := time.Date(2026, 11, 18, 10, 30, 0, 0, time.UTC) // a Wednesday
	cases := map[scenarios.When]string{
		"2026-12-01T08:00:00Z":      "2026-12-01T08:00:00Z",
		"2026-12-01T08:00:00+02:00": "2026-12-01T06:00:00Z",
		"+0h":                       "2026-11-18T10:30:00Z",
		"+14d":                      "2026-12-02T10:30:00Z",
		"+1d12h":                    "2026-11-19T22:30:00Z",
		"-90m":                      "2026-11-18T09:00:00Z",
		"0 8 * * MON":               "2026-11-23T08:00:00Z",
		"30 10 * * *":               "2026-11-19T10:30:00Z", // strictly after base
	}
	for when, want := range cases {
		got, err := when.Resolve(base)
		require.NoError(t, err, when)
		require.Equal(t, want, got.Format(time.RFC3339), when)
	}
	zero, err := scenarios.When("").Resolve(base)
	require.NoError(t, err)
	require.True(t, zero.IsZero())
	for _, bad := range []scenarios.When{"+", "tomorrow", "14d", "+99999d", "0 0 30 2 *"} {
		_, err := bad.Resolve(base)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), bad)
	}
}

func TestWindowCountsEachMomentFromTheRightOne(t *testing.T) {
	base := time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC)
	window, err := scenarios.PhaseSpec{Name: "p", Opens: "+1d", Closes: "+2d", Freezes: "-6h"}.Window(base)
	require.NoError(t, err)
	require.Equal(t, base.Add(24*time.Hour), window.Opens)
	require.Equal(t, base.Add(72*time.Hour), window.Closes)
	require.Equal(t, base.Add(66*time.Hour), window.Freezes)
}

func TestQuantitiesReadWhatPeopleWrite(t *testing.T) {
	var limits scenarios.RunLimits
	require.NoError(t, json.Unmarshal([]byte(`{"memory":"512 MiB","output":1000,"time":"1h30m"}`), &limits))
	require.Equal(t, scenarios.Bytes(512<<20), limits.Memory)
	require.Equal(t, "512 MiB", limits.Memory.String())
	require.Equal(t, scenarios.Bytes(1000), limits.Output)
	require.Equal(t, 90*time.Minute, limits.Time.Std())

	stored, err := json.Marshal(limits)
	require.NoError(t, err)
	var again scenarios.RunLimits
	require.NoError(t, json.Unmarshal(stored, &again))
	require.Equal(t, limits, again)

	for _, bad := range []string{`"much"`, `true`, `"-5 MB"`} {
		var b scenarios.Bytes
		require.Error(t, b.UnmarshalJSON([]byte(bad)), bad)
	}
	var d scenarios.Duration
	require.Error(t, d.UnmarshalJSON([]byte(`"soon"`)))
	require.NoError(t, d.UnmarshalJSON([]byte(`1.5`)))
	require.Equal(t, 1500*time.Millisecond, d.Std())
}

func TestAudience(t *testing.T) {
	require.True(t, scenarios.Always.Visible(false))
	require.False(t, scenarios.AfterClose.Visible(false))
	require.True(t, scenarios.AfterClose.Visible(true))
	require.False(t, scenarios.Never.Visible(true))
}
