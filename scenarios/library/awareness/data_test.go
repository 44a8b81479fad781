package awareness_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/scenarios/library/awareness"
)

func TestLogsAreInOrderWithinTheDayAndShareTheirIDs(t *testing.T) {
	root, sum := generated(t, 7, 0.15, awareness.Test)
	day := time.Date(2026, 3, 17, 0, 0, 0, 0, time.UTC)
	connections := map[string]string{}
	total := int64(0)
	for _, name := range inputLogs {
		last, n := day, int64(0)
		eachLine(t, filepath.Join(root, awareness.InputFolder, name), func(r map[string]any) {
			at := moment(t, r)
			require.False(t, at.Before(last), "%s: %v after %v", name, at, last)
			last = at
			n++
			checkLink(t, connections, name, r)
		})
		require.True(t, last.Before(day.AddDate(0, 0, 1)))
		require.Equal(t, sum.Logs[name], n, name)
		total += n
	}
	require.Equal(t, sum.Records, total)
}

// checkLink checks that a record of a protocol log belongs to a connection with the
// same id and the same ends.
func checkLink(t *testing.T, connections map[string]string, log string, r map[string]any) {
	t.Helper()
	ends := fmt.Sprint(r["id.orig_h"], r["id.orig_p"], r["id.resp_h"], r["id.resp_p"])
	switch log {
	case "conn.log":
		id := r["uid"].(string)
		require.Regexp(t, `^C[0-9A-Za-z]{17}$`, id)
		require.Empty(t, connections[id], "an id is there twice")
		connections[id] = ends
	case "dns.log", "http.log", "ssl.log":
		require.Equal(t, connections[r["uid"].(string)], ends, "%s: %v", log, r)
	}
}

func TestHostEventsNameKnownHostsAndProcesses(t *testing.T) {
	root, _ := generated(t, 3, 0.2, awareness.Train)
	agents := map[string]bool{}
	for _, row := range table(t, filepath.Join(root, awareness.AssetsFile)) {
		agents[row[0]] = row[5] == "true"
	}
	ids := map[float64]int{}
	eachLine(t, filepath.Join(root, awareness.InputFolder, "host.jsonl"), func(r map[string]any) {
		name, _, _ := strings.Cut(r["Computer"].(string), ".")
		require.True(t, agents[name], "%s has no agent", name)
		id := r["EventID"].(float64)
		ids[id]++
		if id == 1 {
			require.Regexp(t, `^\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}$`, r["ProcessGuid"])
			require.NotEqual(t, r["ProcessGuid"], r["ParentProcessGuid"])
			require.NotEmpty(t, r["CommandLine"])
		}
	})
	for _, id := range []float64{1, 3, 7, 10, 11, 13, 22, 4624, 4625, 4662, 4688, 4698, 4720, 4728, 4769, 7045} {
		require.Positive(t, ids[id], "no event %v", id)
	}
}

func TestTheDayHasItsRhythm(t *testing.T) {
	root, _ := generated(t, 7, 0.25, awareness.Train)
	perHour := [24]int{}
	eachLine(t, filepath.Join(root, awareness.InputFolder, "ssl.log"), func(r map[string]any) { perHour[moment(t, r).Hour()]++ })
	require.Greater(t, perHour[10], 8*perHour[3], "night is quiet")
	require.Greater(t, perHour[10], perHour[12]*5/4, "lunch dips")
	require.Greater(t, perHour[15], perHour[12]*5/4, "and the afternoon recovers")
}

var technique = regexp.MustCompile(`^T1\d{3}(\.\d{3})?$`)

type chainStep struct {
	Incident, Chain, Host, Technique, Tactic string
	Evidence                                 map[string]int
}

type truthFile struct {
	RawEvents int64       `json:"raw_events"`
	Horizon   int64       `json:"horizon_seconds"`
	Steps     []chainStep `json:"chain_steps"`
}

func readTruthFile(t *testing.T, root string) truthFile {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, awareness.TruthFile))
	require.NoError(t, err)
	var truth truthFile
	require.NoError(t, json.Unmarshal(data, &truth))
	return truth
}

func TestEveryChainIsThereWithSeveralStepsAndTactics(t *testing.T) {
	for seed := range uint64(4) {
		for _, split := range []awareness.Split{awareness.Train, awareness.Test} {
			root, sum := generated(t, seed, 0.15, split)
			truth := readTruthFile(t, root)
			require.Equal(t, sum.Records, truth.RawEvents)
			require.Equal(t, int64(86400), truth.Horizon)
			steps, found, kinds := map[string]int{}, map[string]map[string]bool{}, map[string]bool{}
			for _, s := range truth.Steps {
				require.Regexp(t, technique, s.Technique)
				require.NotEmpty(t, s.Tactic, s.Technique)
				kinds[s.Chain] = true
				steps[s.Incident]++
				if found[s.Incident] == nil {
					found[s.Incident] = map[string]bool{}
				}
				found[s.Incident][s.Tactic] = true
			}
			require.GreaterOrEqual(t, len(kinds), 11)
			for incident, n := range steps {
				require.GreaterOrEqual(t, n, 3, "seed %d %s %s", seed, split, incident)
				require.GreaterOrEqual(t, len(found[incident]), 2, "seed %d %s %s", seed, split, incident)
			}
		}
	}
}

// evidence counts the records of one host inside the window of one step.
type evidence struct {
	truthRow
	address string
	records int
}

func TestEachStepIsVisibleInTheLogs(t *testing.T) {
	root, _ := generated(t, 11, 0.15, awareness.Test)
	address := map[string]string{}
	for _, row := range table(t, filepath.Join(root, awareness.AssetsFile)) {
		address[strings.ToLower(row[0])] = row[3]
	}
	var steps []*evidence
	seen := map[truthRow]bool{}
	for _, s := range readTruth(t, filepath.Join(root, awareness.IncidentsFile)) {
		require.Contains(t, address, s.host)
		require.False(t, s.end.Before(s.start))
		require.False(t, seen[s], "a step is there twice: %v", s)
		seen[s] = true
		steps = append(steps, &evidence{truthRow: s, address: address[s.host]})
	}
	for _, name := range inputLogs {
		eachLine(t, filepath.Join(root, awareness.InputFolder, name), func(r map[string]any) {
			at := moment(t, r)
			for _, s := range steps {
				if !at.Before(s.start) && !at.After(s.end) && s.concerns(r) {
					s.records++
				}
			}
		})
	}
	for i, claimed := range readTruthFile(t, root).Steps {
		sum := 0
		for _, n := range claimed.Evidence {
			sum += n
		}
		require.Positive(t, sum)
		require.Positive(t, steps[i].records, "%v is not visible", steps[i].truthRow)
	}
}

func (e *evidence) concerns(r map[string]any) bool {
	computer, _ := r["Computer"].(string)
	name, _, _ := strings.Cut(strings.ToLower(computer), ".")
	source, _ := r["IpAddress"].(string)
	return name == e.host || strings.HasSuffix(source, e.address) || r["id.orig_h"] == e.address || r["id.resp_h"] == e.address
}

func TestInputsDoNotLeakTheTruth(t *testing.T) {
	root, _ := generated(t, 11, 0.15, awareness.Test)
	words := []string{"INC-0", "INC-1", "incident", "attack", "malicious", "benign", "mitre"}
	for _, s := range readTruthFile(t, root).Steps {
		words = append(words, s.Chain, `"`+s.Technique)
	}
	files, err := filepath.Glob(filepath.Join(root, awareness.InputFolder, "*"))
	require.NoError(t, err)
	require.Len(t, files, 7)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, word := range words {
			require.False(t, bytes.Contains(data, []byte(word)), "%s tells %q", filepath.Base(file), word)
		}
	}
}

func TestTrainAndTestShareNoNames(t *testing.T) {
	train, _ := generated(t, 7, 0.2, awareness.Train)
	test, _ := generated(t, 7, 0.2, awareness.Test)
	known := map[string]bool{}
	for _, row := range table(t, filepath.Join(train, awareness.AssetsFile)) {
		known[row[0]], known[row[3]] = true, true
	}
	for _, row := range table(t, filepath.Join(test, awareness.AssetsFile)) {
		require.False(t, known[row[0]] || known[row[3]], "%v is in both", row)
	}
}
