package site

import (
	"bufio"
	"context"
	"io"
	"strings"

	"incubator/platform/files"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web/pages"
)

const (
	logLines   = 200  // of a log that a page shows, the last ones
	logColumns = 2000 // bytes of a line that a page shows
)

// logs returns the ends of the logs that the viewer may see.
func (s *Site) logs(ctx context.Context, v *scoring.SubmissionView) ([]pages.Log, error) {
	var out []pages.Log
	for _, log := range []struct {
		name string
		part scoring.Part
		blob files.Blob
	}{{"Program", scoring.RunLog, v.Runs[0].Log}, {"Scoring program", scoring.ScorerLog, v.Runs[0].ScorerLog}} {
		if log.blob.Size == 0 {
			continue
		}
		lines, total, err := s.logEnd(ctx, log.blob)
		if err != nil {
			return nil, err
		}
		page := pages.Log{Name: log.name, Lines: lines, Href: submissionPath(v.ID) + "/" + string(log.part), Note: count(total, "line", "lines")}
		if total > len(lines) {
			page.Note = "last " + thousands(len(lines)) + " of " + thousands(total) + " lines"
		}
		out = append(out, page)
	}
	return out, nil
}

// logEnd reads a log as a stream and keeps its last lines.
func (s *Site) logEnd(ctx context.Context, blob files.Blob) (lines []pages.LogLine, total int, err error) {
	file, _, err := s.Files.Open(ctx, blob.SHA256)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = file.Close() }() // opened for reading: nothing can be lost
	reader := bufio.NewReaderSize(file, 64<<10)
	for {
		text, more, err := readLine(reader)
		if err == io.EOF && !more {
			return lines, total, nil
		}
		if err != nil && err != io.EOF {
			return nil, 0, err
		}
		total++
		if len(lines) == logLines {
			copy(lines, lines[1:])
			lines = lines[:logLines-1]
		}
		lines = append(lines, pages.LogLine{Number: total, Text: text})
	}
}

// readLine returns the beginning of the next line, and whether there was one.
func readLine(r *bufio.Reader) (string, bool, error) {
	var kept []byte
	any := false
	for {
		part, err := r.ReadSlice('\n')
		any = any || len(part) > 0
		if room := logColumns - len(kept); room > 0 {
			kept = append(kept, part[:min(room, len(part))]...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		return strings.ToValidUTF8(strings.TrimRight(string(kept), "\r\n"), "\uFFFD"), any, err
	}
}

// logPolicy says why a log is missing.
func logPolicy(v *scoring.SubmissionView) string {
	switch {
	case !v.State.Final():
		return "The log is shown when the run has ended."
	case v.May.SeeLog && v.Runs[0].Log.Size == 0:
		return "The program printed nothing."
	case v.May.SeeLog:
		return ""
	case v.Phase.Spec.Show.Logs == scenarios.AfterClose:
		return "Logs are shown when the phase has closed."
	}
	return "Logs are not shown in this phase."
}
