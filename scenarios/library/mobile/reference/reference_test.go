package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFeatures(t *testing.T) {
	list := features(&app{Package: "com.xkcdqt.one", FirstSeen: "2025-03-01", TargetSDK: 31,
		Permissions: []string{"android.permission.SEND_SMS", "android.permission.NFC"},
		Receivers:   []component{{"p.BootReceiver", true}},
		Calls:       map[string]int{"android.nfc.NfcAdapter.enableReaderMode": 3}})
	for _, want := range []string{"perm:SEND_SMS", "perm:NFC", "unused:SEND_SMS", "unused:at least:B", "permissions:at least:C",
		"call:android.nfc.NfcAdapter.enableReaderMode", "class:android.nfc.NfcAdapter:B", "receiver:BootReceiver:yes",
		"receiver-exported:at least:B", "lag:at least:D", "odd-package"} {
		require.Contains(t, list, want)
	}
	for _, absent := range []string{"unused:NFC", "class:android.nfc.NfcAdapter:C", "lag:at least:E"} {
		require.NotContains(t, list, absent)
	}
	require.NotPanics(t, func() { features(&app{}) }, "every field may be missing")
}

// Boosted trees learn an interaction that no single feature shows.
func TestFitLearnsAnInteraction(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	set := &training{vocabulary: vocabulary{names: []string{"a", "b", "noise"}}}
	for range 2000 {
		a, b := r.IntN(2), r.IntN(2)
		var row []int32
		for f, on := range []int{a, b, r.IntN(2)} {
			if on == 1 {
				row = append(row, int32(f))
			}
		}
		set.rows = append(set.rows, row)
		set.labels = append(set.labels, float64(a^b))
		set.weights = append(set.weights, 1)
	}
	m := fit(set)
	require.Greater(t, m.probability([]int32{0}), 0.95)
	require.Greater(t, m.probability([]int32{1, 2}), 0.95)
	require.Less(t, m.probability([]int32{0, 1}), 0.05)
	require.Less(t, m.probability(nil), 0.05)
}

func TestRecentAppsWeighMore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "apps.jsonl")
	var text strings.Builder
	for i := range 30 {
		fmt.Fprintf(&text, `{"id":"%d","first_seen":"20%d-03-01","permissions":["p.A"],"label":%d}`+"\n", i, 24+i%2, i%2)
	}
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	set, err := load(path)
	require.NoError(t, err)
	require.Len(t, set.rows, 30)
	require.InDelta(t, 1, set.weights[1], 1e-12)
	require.InDelta(t, 0.552, set.weights[0], 1e-3, "twelve months at a half life of fourteen")
	require.Contains(t, set.vocabulary.names, "perm:A")
	require.NotEmpty(t, set.vocabulary.known(&app{Permissions: []string{"p.A", "p.unknown"}}))
}

func TestRunNamesBrokenInput(t *testing.T) {
	dir := t.TempDir()
	require.ErrorContains(t, run(dir, t.TempDir()), "apps.jsonl")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "train"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "train", "apps.jsonl"), []byte("{}\n{\n"), 0o600))
	require.ErrorContains(t, run(dir, t.TempDir()), "record 2")
}
