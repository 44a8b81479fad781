package awareness

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"incubator/platform/errs"
	"incubator/scenarios/library/generate"
)

// Report says what an import read, wrote and left out.
type Report = generate.Report

// The names of Report.Groups after an import of OTRF logs.
const (
	GroupLogs     = "logs"     // recordings that were imported
	GroupEvents   = "events"   // lines that the recordings hold: imported plus skipped
	GroupImported = "imported" // lines in host.jsonl
	GroupSkipped  = "skipped"  // lines that could not be used
)

const (
	// otrfGap is the quiet between two recordings on the common day.
	otrfGap = 5 * minute
	// maxSkipped bounds the list in the report; Groups counts all of them.
	maxSkipped = 1000
)

// otrfStart is the day onto which recordings are moved: they come from many days of
// several years, and scoring has one horizon.
var otrfStart = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// ImportOTRF turns recordings of the OTRF Security-Datasets into the data of this
// challenge. src holds labels.csv (log, title, techniques, tactics) and logs/*.zip with
// JSON lines. out becomes a data set: input/host.jsonl in the form of the challenge,
// truth/incidents.csv and truth/truth.json.
//
// The recordings follow one another on one day, in the order of their names, with five
// minutes between them; inside a recording the distances between events are kept. Hosts
// get the recording's number as a prefix, since all recordings share a few names. Each
// recording is one incident with one step for each technique that labels.csv names, from
// its first event to its last, on the host with most events, because the labels name no
// host. Lines that cannot be used are listed in the report by file and line. A source
// without any usable recording is an Invalid error.
func ImportOTRF(ctx context.Context, src string, out generate.Out) (Report, error) {
	labels, err := readLabels(filepath.Join(src, "labels.csv"))
	if err != nil {
		return Report{}, err
	}
	names, err := filepath.Glob(filepath.Join(src, "logs", "*.zip"))
	if err != nil {
		return Report{}, errs.Wrap(err, errs.Invalid, "the folder %s cannot be listed", src)
	}
	slices.Sort(names)
	i := newOTRFImport(generate.NewFiles(out))
	err = i.all(ctx, names, labels)
	if closeErr := i.files.Close(); err == nil {
		err = closeErr
	}
	i.report.Files = i.files.Names()
	return i.report, err
}

// otrfImport is one import under way.
type otrfImport struct {
	files  *generate.Files
	report Report
	clock  int64 // microseconds of the common day that are used up
	number int   // of the recording
}

// newOTRFImport starts a report with what a reader must know of this source.
func newOTRFImport(files *generate.Files) *otrfImport {
	groups := map[string]int{GroupLogs: 0, GroupEvents: 0, GroupImported: 0, GroupSkipped: 0}
	return &otrfImport{files: files, report: Report{Groups: groups, Skipped: []generate.Skipped{}, Notes: []string{
		"Recordings were moved to " + otrfStart.Format(time.DateOnly) + " UTC and follow one another five minutes apart.",
		"Hosts carry the number of their recording as a prefix; the truth names the host with most events, since the labels name none.",
		"There are no network logs and no inventory in this source.",
	}}}
}

// all imports the recordings in the order of their names.
func (i *otrfImport) all(ctx context.Context, names []string, labels map[string]label) error {
	i.files.WriteLine(IncidentsFile, "incident", "host", "technique", "start", "end")
	for _, name := range names {
		base := filepath.Base(name)
		known, ok := labels[base]
		if !ok {
			i.skip(base, 0, "labels.csv does not name this recording")
			continue
		}
		delete(labels, base)
		if err := i.recording(ctx, name, known); err != nil {
			return err
		}
	}
	for base, left := range labels {
		i.skip("labels.csv", left.line, "there is no recording "+base)
	}
	if i.report.Groups[GroupLogs] == 0 {
		return errs.New(errs.Invalid, "there is no recording that labels.csv names")
	}
	return i.truth()
}

// recording imports one archive and appends it to the common day.
func (i *otrfImport) recording(ctx context.Context, path string, known label) error {
	i.number++
	reader := &recording{name: filepath.Base(path), number: i.number, report: i, hosts: map[string]int{}}
	if err := reader.read(ctx, path); err != nil {
		return err
	}
	if len(reader.events) == 0 {
		return nil
	}
	slices.SortStableFunc(reader.events, func(a, b otrfEvent) int { return a.at.Compare(b.at) })
	first, last := reader.events[0].at, reader.events[len(reader.events)-1].at
	var e encoder
	for _, event := range reader.events {
		e.reset()
		e.utc("UtcTime", i.moved(event.at.Sub(first)).UnixMicro())
		e.buf = append(e.buf, event.rest...)
		i.files.Write(InputFolder+logNames[hostLog], e.finish())
	}
	for _, technique := range known.techniques {
		i.report.Records++
		i.files.WriteLine(IncidentsFile, strings.TrimSuffix(reader.name, ".zip"), reader.busiest(), technique,
			i.moved(0).Format(stampForm), i.moved(last.Sub(first)).Add(time.Millisecond-1).Format(stampForm))
	}
	i.report.Groups[GroupLogs]++
	i.report.Groups[GroupImported] += len(reader.events)
	i.clock += last.Sub(first).Microseconds() + otrfGap
	return i.files.Err()
}

// moved returns the place on the common day of a distance into the current recording.
func (i *otrfImport) moved(into time.Duration) time.Time {
	return otrfStart.Add(time.Duration(i.clock)*time.Microsecond + into)
}

// skip lists what was left out; line 0 means the whole file.
func (i *otrfImport) skip(file string, line int, reason string) {
	if len(i.report.Skipped) < maxSkipped {
		i.report.Skip(file, line, reason)
	}
}

// truth writes the facts that metrics ask for.
func (i *otrfImport) truth() error {
	facts := map[string]any{
		"raw_events": i.report.Groups[GroupImported], "incidents": i.report.Groups[GroupLogs], "steps": i.report.Records,
		"start": otrfStart.Format(stampForm), "horizon_seconds": max(day, i.clock) / second,
	}
	data, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the facts cannot be written")
	}
	i.files.Write(TruthFile, append(data, '\n'))
	return i.files.Err()
}

// label is one row of labels.csv.
type label struct {
	techniques []string
	line       int
}

// readLabels reads labels.csv, whose columns are found by their names.
func readLabels(path string) (map[string]label, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "%s cannot be read; the source must hold labels.csv and logs/", path)
	}
	defer file.Close()
	in := csv.NewReader(file)
	header, err := in.Read()
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "labels.csv has no header")
	}
	log, techniques := slices.Index(header, "log"), slices.Index(header, "techniques")
	if log < 0 || techniques < 0 {
		return nil, errs.New(errs.Invalid, "labels.csv needs the columns log and techniques, not %s", strings.Join(header, ","))
	}
	labels := map[string]label{}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return labels, nil
		}
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "labels.csv: %s", err)
		}
		line, _ := in.FieldPos(0)
		labels[row[log]] = label{strings.Fields(row[techniques]), line}
	}
}
