package awareness_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/internal/realdata"
	"incubator/platform/errs"
	"incubator/scenarios/library/awareness"
	"incubator/scenarios/library/generate"
)

func TestImportOTRFAccountsForEveryEvent(t *testing.T) {
	src, out := filepath.Join(realdata.Dir(t), "otrf"), t.TempDir()
	report, err := awareness.ImportOTRF(context.Background(), src, generate.Dir(out))
	require.NoError(t, err)
	require.Equal(t, 28, report.Groups[awareness.GroupLogs])
	require.Equal(t, 123353, report.Groups[awareness.GroupEvents])
	require.Equal(t, report.Groups[awareness.GroupEvents], report.Groups[awareness.GroupImported]+report.Groups[awareness.GroupSkipped])
	require.Equal(t, 28, report.Records)
	require.Zero(t, report.Groups[awareness.GroupSkipped])
	require.Len(t, report.Skipped, 3, "three archives carry a resource fork: %v", report.Skipped)

	lines, last, hosts := 0, time.Time{}, map[string]bool{}
	eachLine(t, filepath.Join(out, awareness.InputFolder, "host.jsonl"), func(r map[string]any) {
		at := moment(t, r)
		require.False(t, at.Before(last), "%v after %v", at, last)
		last = at
		lines++
		hosts[r["Computer"].(string)] = true
	})
	require.Equal(t, report.Groups[awareness.GroupImported], lines)
	incidents := map[string]bool{}
	for _, s := range readTruth(t, filepath.Join(out, awareness.IncidentsFile)) {
		require.Regexp(t, technique, s.technique)
		require.True(t, hosts[s.host], s.host)
		require.False(t, s.end.Before(s.start))
		incidents[s.incident] = true
	}
	require.Len(t, incidents, 28)
	require.Equal(t, int64(lines), readTruthFile(t, out).RawEvents)

	alerts := t.TempDir()
	run(t, "python3", "pack/baseline/main.py", filepath.Join(out, awareness.InputFolder), alerts)
	o := score(t, filepath.Join(out, awareness.IncidentsFile), alerts)
	t.Logf("the baseline on recorded attacks: recall %.3f, precision %.3f, %+v", o.recall(), o.precision(), o)
	require.GreaterOrEqual(t, o.detected, 5)
}

// source makes a folder in the form of OTRF.
func source(t *testing.T, labels string, archives map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "logs"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "labels.csv"), []byte(labels), 0o644))
	for name, data := range archives {
		require.NoError(t, os.WriteFile(filepath.Join(root, "logs", name), data, 0o644))
	}
	return root
}

type zipEntry struct {
	name string
	mode fs.FileMode
	body string
}

func zipped(t *testing.T, entries ...zipEntry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		header.SetMode(e.mode | 0o644)
		file, err := w.CreateHeader(header)
		require.NoError(t, err)
		_, err = file.Write([]byte(e.body))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

const (
	labelsHeader = "log,title,techniques,tactics\n"
	goodEvent    = `{"@timestamp":"2020-10-22T02:21:34.280Z","EventID":1,"Channel":"Sysmon","Hostname":"PC5.lab.local","Image":"C:\\a.exe","SourceProcessGuid":"{1}","UtcTime":"2020-10-22 18:21:34.280"}` + "\n"
	laterEvent   = `{"TimeCreated":"2020-10-22 02:20:34.280","EventID":"4688","Hostname":"pc5","NewProcessName":"C:\\b.exe","Extra":{"deep":[1]}}` + "\n"
)

func TestImportOTRFNormalisesAndListsWhatItLeavesOut(t *testing.T) {
	src := source(t, labelsHeader+"a.zip,A,T1003.001 T1059,TA0006\nmissing.zip,M,T1001,TA0011\n", map[string][]byte{
		"a.zip": zipped(t, zipEntry{name: "a.json", body: goodEvent + "not json\n" + laterEvent + `{"EventID":1,"Hostname":"x"}` + "\n" +
			`{"@timestamp":"2020-10-22T02:21:34Z","Hostname":"x"}` + "\n" + `{"@timestamp":"2020-10-22T02:21:34Z","EventID":1}` + "\n\n" +
			strings.Repeat("x", 3<<20) + "\n" + strings.Repeat("[", 200_000)},
			zipEntry{name: "__MACOSX/._a.json", body: "fork"}),
		"stranger.zip": zipped(t, zipEntry{name: "s.json", body: goodEvent}),
	})
	out := t.TempDir()
	report, err := awareness.ImportOTRF(context.Background(), src, generate.Dir(out))
	require.NoError(t, err)
	require.Equal(t, map[string]int{"logs": 1, "events": 8, "imported": 2, "skipped": 6}, report.Groups)
	var skipped []string
	for _, s := range report.Skipped {
		skipped = append(skipped, strings.Join([]string{s.File, string(rune('0' + s.Line)), s.Reason}, " "))
	}
	require.ElementsMatch(t, []string{
		"a.zip:a.json 2 the line is not a JSON object", "a.zip:a.json 4 the event has no time that can be read",
		"a.zip:a.json 5 the event has no EventID", "a.zip:a.json 6 the event names no host",
		"a.zip:a.json 8 the line is longer than 1 MiB", "a.zip:a.json 9 the line is not a JSON object",
		"a.zip:__MACOSX/._a.json 0 this is metadata of an archiver, not a log",
		"stranger.zip 0 labels.csv does not name this recording", "labels.csv 3 there is no recording missing.zip",
	}, skipped)

	got, err := os.ReadFile(filepath.Join(out, awareness.InputFolder, "host.jsonl"))
	require.NoError(t, err)
	require.Equal(t, `{"UtcTime":"2026-01-05 00:00:00.000","EventID":4688,"Channel":"","Computer":"l01-pc5","NewProcessName":"C:\\b.exe"}
{"UtcTime":"2026-01-05 00:01:00.000","EventID":1,"Channel":"Sysmon","Computer":"l01-pc5","Image":"C:\\a.exe","SourceProcessGUID":"{1}"}
`, string(got))
	truth, err := os.ReadFile(filepath.Join(out, awareness.IncidentsFile))
	require.NoError(t, err)
	require.Equal(t, "incident,host,technique,start,end\n"+
		"a,l01-pc5,T1003.001,2026-01-05T00:00:00.000Z,2026-01-05T00:01:00.000Z\n"+
		"a,l01-pc5,T1059,2026-01-05T00:00:00.000Z,2026-01-05T00:01:00.000Z\n", string(truth))
}

func TestImportOTRFReadsArchivesAsHostile(t *testing.T) {
	many := make([]zipEntry, 80)
	for i := range many {
		many[i] = zipEntry{name: "same.json", body: goodEvent}
	}
	labels := labelsHeader + "x.zip,X,T1003,TA0006\n"
	for name, c := range map[string]struct {
		archive []byte
		events  int
		reason  string
	}{
		"path out of the folder": {zipped(t, zipEntry{name: "../../../escape.json", body: goodEvent}), 1, ""},
		"symbolic link":          {zipped(t, zipEntry{name: "link", mode: fs.ModeSymlink, body: "/etc/passwd"}, zipEntry{name: "a.json", body: goodEvent}), 1, "not a regular file"},
		"too many entries":       {zipped(t, many...), 64, "more than 64 entries"},
	} {
		out := t.TempDir()
		report, err := awareness.ImportOTRF(context.Background(), source(t, labels, map[string][]byte{"x.zip": c.archive}), generate.Dir(filepath.Join(out, "set")))
		require.NoError(t, err, name)
		require.Equal(t, c.events, report.Groups[awareness.GroupImported], name)
		if c.reason != "" {
			require.Contains(t, report.Skipped[0].Reason, c.reason, name)
		}
		left, err := os.ReadDir(out)
		require.NoError(t, err)
		require.Len(t, left, 1, "%s: something was written beside the data set", name)
	}
}

func TestImportOTRFRefusesWhatItCannotUse(t *testing.T) {
	bomb := zipped(t, zipEntry{name: "bomb.json", body: strings.Repeat(strings.Repeat(" ", 1<<19)+"\n", 550)})
	require.Less(t, len(bomb), 1<<20)
	for name, c := range map[string]struct{ src, message string }{
		"no folder":       {filepath.Join(t.TempDir(), "nowhere"), "labels.csv"},
		"wrong columns":   {source(t, "a,b\n1,2\n", nil), "columns log and techniques"},
		"no recording":    {source(t, labelsHeader, nil), "no recording"},
		"not an archive":  {source(t, labelsHeader+"x.zip,X,T1003,TA0006\n", map[string][]byte{"x.zip": []byte("hello")}), "no recording"},
		"zip bomb":        {source(t, labelsHeader+"x.zip,X,T1003,TA0006\n", map[string][]byte{"x.zip": bomb}), "unpacks to more than"},
		"nothing of use":  {source(t, labelsHeader+"x.zip,X,T1003,TA0006\n", map[string][]byte{"x.zip": zipped(t, zipEntry{name: "a", body: "{}\n"})}), "no recording"},
		"ragged labels":   {source(t, labelsHeader+"x.zip,X\n", nil), "labels.csv"},
		"labels unquoted": {source(t, labelsHeader+"x\"y,X,T1,TA\n", nil), "labels.csv"},
	} {
		_, err := awareness.ImportOTRF(context.Background(), c.src, generate.Dir(t.TempDir()))
		require.True(t, errs.Is(err, errs.Invalid), "%s: %v", name, err)
		require.Contains(t, err.Error(), c.message, name)
	}
}

func TestImportOTRFStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	src := source(t, labelsHeader+"x.zip,X,T1003,TA0006\n", map[string][]byte{
		"x.zip": zipped(t, zipEntry{name: "a.json", body: strings.Repeat(goodEvent, 5000)}),
	})
	_, err := awareness.ImportOTRF(ctx, src, generate.Dir(t.TempDir()))
	require.ErrorIs(t, err, context.Canceled)
}
