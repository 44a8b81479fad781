package mobile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/scenarios/library/generate"
	"incubator/scenarios/library/mobile"
)

// fleet is two years of apps with their labels, in the order of time.
func fleet(t *testing.T) []appLine {
	t.Helper()
	files, _ := data(t, mobile.GenerateOptions{Seed: 11, Scale: 1, Split: generate.Test})
	list := append(lines(t, files[mobile.TrainFile]), lines(t, files[mobile.TestFile])...)
	label := map[string]int{}
	for line := range strings.Lines(files[mobile.TruthFile].String()) {
		fields := strings.Split(line, ",")
		label[fields[0]] = strings.Count(fields[1], "1")
	}
	for i := range list {
		if list[i].Label == nil {
			value := label[list[i].ID]
			list[i].Label = &value
		}
	}
	return list
}

// rate is the share of apps of a class and a half-year that satisfy a test.
func rate(list []appLine, label int, from, to string, test func(appLine) bool) float64 {
	hits, all := 0.0, 0.0
	for _, a := range list {
		if *a.Label == label && a.FirstSeen >= from && a.FirstSeen < to {
			all++
			if test(a) {
				hits++
			}
		}
	}
	return hits / all
}

func declares(name string) func(appLine) bool {
	return func(a appLine) bool { return slices.Contains(a.Permissions, "android.permission."+name) }
}

func calls(prefixes ...string) func(appLine) bool {
	return func(a appLine) bool {
		for call := range a.Calls {
			for _, prefix := range prefixes {
				if strings.HasPrefix(call, prefix) {
					return true
				}
			}
		}
		return false
	}
}

func TestBothClassesDrift(t *testing.T) {
	list := fleet(t)
	packed := func(a appLine) bool {
		return calls("dalvik.system.")(a) && declares("BIND_ACCESSIBILITY_SERVICE")(a) &&
			!calls("android.accessibilityservice.", "android.view.accessibility.")(a)
	}
	for _, c := range []struct {
		name   string
		label  int
		test   func(appLine) bool
		rising bool
	}{
		{"goodware asks before it notifies", 0, declares("POST_NOTIFICATIONS"), true},
		{"goodware leaves shared storage", 0, declares("WRITE_EXTERNAL_STORAGE"), false},
		{"malware leaves SMS", 1, declares("SEND_SMS"), false},
		{"malware moves to accessibility", 1, declares("BIND_ACCESSIBILITY_SERVICE"), true},
		{"malware watches screens", 1, calls("android.media.projection."), true},
		{"payloads are packed", 1, packed, true},
	} {
		early, late := rate(list, c.label, "2024-01", "2024-07", c.test), rate(list, c.label, "2025-07", "2026-01", c.test)
		if !c.rising {
			early, late = late, early
		}
		require.Greater(t, late, 1.25*early, c.name)
	}
}

// What looks dangerous occurs in goodware too, often enough that counting
// dangerous permissions fails at a low false positive rate.
func TestGoodwareLooksSuspicious(t *testing.T) {
	list := fleet(t)
	for _, name := range []string{"BIND_ACCESSIBILITY_SERVICE", "SYSTEM_ALERT_WINDOW", "READ_SMS", "SEND_SMS", "BIND_DEVICE_ADMIN", "REQUEST_INSTALL_PACKAGES"} {
		good := rate(list, 0, "2024-01", "2026-01", declares(name))
		bad := rate(list, 1, "2024-01", "2026-01", declares(name))
		require.True(t, good > 0.015 && good < bad, "%s: %.3f in goodware, %.3f in malware", name, good, bad)
	}
	accomplices := rate(list, 0, "2024-01", "2026-01", func(a appLine) bool {
		return calls("dalvik.system.")(a) && calls("java.lang.reflect.")(a)
	})
	require.Greater(t, accomplices, 0.05, "libraries load code in goodware")
}

// The order within a file says nothing about the class.
func TestOrderSaysNothing(t *testing.T) {
	list := fleet(t)
	together, malware := 0.0, 0.0
	for i := 1; i < len(list); i++ {
		if *list[i].Label == 1 {
			malware++
			together += float64(*list[i-1].Label)
		}
	}
	require.InDelta(t, 0.1, together/malware, 0.025, "malware follows malware as often as chance has it")
}

func TestTrainSeedDefaultsToSeed(t *testing.T) {
	implied, _ := data(t, mobile.GenerateOptions{Seed: 5, Scale: 0.02, Split: generate.Test})
	given, _ := data(t, mobile.GenerateOptions{Seed: 5, TrainSeed: 5, Scale: 0.02, Split: generate.Test})
	require.Equal(t, digest(implied), digest(given))
}

// Even the smallest scale gives every month an app of some class.
func TestTinyScale(t *testing.T) {
	_, sum := data(t, mobile.GenerateOptions{Seed: 5, Scale: 0.0001, Split: generate.Test})
	require.Equal(t, 12, sum.Records)
	require.Equal(t, 12, sum.Groups["train"])
}
