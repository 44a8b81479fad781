package fusion_test

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/scenarios/library/fusion"
	"incubator/scenarios/library/generate"
)

// rows parses a CSV file into maps by column.
func rows(t *testing.T, files memory, name string, comma rune) []map[string]string {
	t.Helper()
	reader := csv.NewReader(strings.NewReader(files[name].String()))
	reader.Comma = comma
	all, err := reader.ReadAll()
	require.NoError(t, err)
	var list []map[string]string
	for _, row := range all[1:] {
		fields := map[string]string{}
		for i, column := range all[0] {
			fields[column] = row[i]
		}
		list = append(list, fields)
	}
	require.NotEmpty(t, list)
	return list
}

// share is how many of the rows have something in the column.
func share(list []map[string]string, column string) float64 {
	n := 0.0
	for _, row := range list {
		if row[column] != "" {
			n++
		}
	}
	return n / float64(len(list))
}

func TestCSVPartnersKeepTheirHabits(t *testing.T) {
	files, _ := data(t, 8, 1, generate.Test)
	south := rows(t, files, "reports/suedcert.csv", ';')
	desk := rows(t, files, "reports/helpdesk.csv", ',')
	for _, row := range south {
		reported, err := time.Parse("02.01.2006 15:04", row["gemeldet"])
		require.NoError(t, err)
		require.Equal(t, 2025, reported.Year())
		require.Regexp(t, `^[A-E][1-5]$`, row["vertrauen"])
	}
	dateOnly := 0
	for _, row := range desk {
		_, err := time.Parse("01/02/2006 03:04 PM", row["reported"])
		require.NoError(t, err)
		if len(row["observed"]) == len("01/02/2006") {
			dateOnly++
		}
	}
	require.Greater(t, dateOnly, 20)
	// Every field may be missing, and most are there in some rows.
	for _, c := range []struct {
		list      []map[string]string
		column    string
		low, high float64
	}{
		{south, "festgestellt", .7, .9}, {south, "organisation", .83, .96}, {south, "akteur", .25, .45},
		{south, "schadsoftware", .45, .65}, {south, "indikatoren", .7, .97}, {south, "ort", .4, .7},
		{desk, "observed", .6, .8}, {desk, "organisation", .93, 1}, {desk, "actor", .05, .2}, {desk, "contact", .6, .8}, {desk, "postcode", .6, .8},
	} {
		got := share(c.list, c.column)
		require.True(t, got > c.low && got <= c.high, "%s: %.3f", c.column, got)
	}
}

func TestMISPEventsAreTyped(t *testing.T) {
	files, _ := data(t, 8, 0.5, generate.Test)
	types := []string{"target-org", "ip-src", "ip-dst", "domain", "url", "email-src", "sha256", "md5", "text"}
	used := map[string]int{}
	for _, name := range []string{"reports/finisac.misp.jsonl", "reports/cirt-ouest.misp.jsonl"} {
		for line := range strings.Lines(files[name].String()) {
			var in struct {
				Event struct {
					Date, Timestamp string
					Attribute       []struct {
						Type, Category, Value string
						FirstSeen             string `json:"first_seen"`
					}
					Tag []struct{ Name string }
				}
			}
			require.NoError(t, json.Unmarshal([]byte(line), &in))
			require.Regexp(t, `^17\d{8}$`, in.Event.Timestamp)
			_, err := time.Parse(time.DateOnly, in.Event.Date)
			require.NoError(t, err)
			require.Equal(t, "tlp:green", in.Event.Tag[0].Name)
			for _, a := range in.Event.Attribute {
				require.Contains(t, types, a.Type)
				require.NotEmpty(t, a.Category)
				require.NotEmpty(t, a.Value)
				used[a.Type]++
				if a.FirstSeen != "" {
					_, err := time.Parse(time.RFC3339Nano, a.FirstSeen)
					require.NoError(t, err)
				}
			}
		}
	}
	require.Len(t, used, len(types))
}

func TestSyslogLinesFollowRFC5424(t *testing.T) {
	files, _ := data(t, 8, 0.5, generate.Test)
	form := regexp.MustCompile(`^<13[1-5]>1 2025-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z edge-soc correlator - INC10\d ` +
		`\[report@32473( \w+="([^"\\\]]|\\["\\\]])*")+\] .+\n$`)
	for line := range strings.Lines(files["reports/edgesoc.syslog"].String()) {
		require.Regexp(t, form, line)
	}
}

// The public list knows some of the names, as such lists do.
func TestAliasesAreIncomplete(t *testing.T) {
	files, _ := data(t, 8, 1, generate.Test)
	kinds := map[string]int{}
	for _, row := range rows(t, files, fusion.AliasesFile, ',') {
		require.NotEqual(t, row["name"], row["alias"])
		kinds[row["kind"]]++
	}
	require.Len(t, kinds, 3)
	require.True(t, kinds["actor"] > 12 && kinds["actor"] < 50, "of about 44")
	require.True(t, kinds["malware"] > 20 && kinds["malware"] < 70, "of about 68")
}

// Partners repeat themselves under new ids, in part with other content.
func TestPartnersRepeatThemselves(t *testing.T) {
	files, _ := data(t, 8, 1, generate.Test)
	truth := clusters(t, strings.NewReader(files[fusion.TruthFile].String()))
	seen, repeats, changed := map[string][]string{}, 0, 0
	list := rows(t, files, "reports/suedcert.csv", ';')
	for _, row := range list {
		cluster, facts := truth[row["id"]], row["organisation"]+"|"+row["indikatoren"]
		if earlier := seen[cluster]; len(earlier) > 0 {
			repeats++
			if !slices.Contains(earlier, facts) {
				changed++
			}
		}
		seen[cluster] = append(seen[cluster], facts)
	}
	require.InDelta(t, 0.17, float64(repeats)/float64(len(list)), 0.06)
	require.Greater(t, changed, repeats/3)
}
