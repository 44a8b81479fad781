package awareness

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"incubator/platform/errs"
)

// An archive is hostile until read: these caps hold whatever its directory claims. The
// largest public recording has 54 MB in one file.
const (
	maxZipEntries = 64
	maxZipBytes   = 256 << 20 // unpacked, over all entries of an archive
	maxLine       = 1 << 20
)

// otrfEvent is one event in the form of the challenge, without its time.
type otrfEvent struct {
	at   time.Time
	rest []byte
}

// recording reads one archive. It holds that archive's events, since they are not in
// order; entries are never written to disk, so their names cannot lead anywhere.
type recording struct {
	name   string
	number int
	report *otrfImport
	events []otrfEvent
	hosts  map[string]int
	left   int64
}

// read reads all logs of an archive. What cannot be used goes to the report; an error
// is returned only when the import must stop.
func (r *recording) read(ctx context.Context, path string) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		r.report.skip(r.name, 0, "this is no zip archive")
		return nil
	}
	defer archive.Close()
	r.left = maxZipBytes
	for n, entry := range archive.File {
		place := r.name + ":" + clip(entry.Name)
		switch {
		case n >= maxZipEntries:
			r.report.skip(r.name, 0, fmt.Sprintf("there are more than %d entries", maxZipEntries))
			return nil
		case entry.FileInfo().IsDir():
		case !entry.Mode().IsRegular():
			r.report.skip(place, 0, "this is not a regular file")
		case strings.HasPrefix(entry.Name, "__MACOSX/"):
			r.report.skip(place, 0, "this is metadata of an archiver, not a log")
		default:
			if err := r.entry(ctx, entry, place); err != nil {
				return err
			}
		}
	}
	return nil
}

// clip makes a name from an archive fit to print.
func clip(name string) string {
	return strings.ToValidUTF8(name[:min(len(name), 120)], "?")
}

// entry reads one file of the archive line by line.
func (r *recording) entry(ctx context.Context, entry *zip.File, place string) error {
	file, err := entry.Open()
	if err != nil {
		r.report.skip(place, 0, "this entry cannot be unpacked")
		return nil
	}
	defer file.Close()
	limited := &io.LimitedReader{R: file, N: r.left}
	in := bufio.NewReaderSize(limited, maxLine)
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			line, err = nil, skipLine(in)
			r.unusable(place, number, "the line is longer than 1 MiB")
		} else if len(bytes.TrimSpace(line)) > 0 {
			r.line(place, number, line)
		}
		if errors.Is(err, io.EOF) {
			r.left = limited.N
			return r.finished(place)
		}
		if err != nil {
			r.report.skip(place, number, "the archive is damaged here; the rest was not read")
			return nil
		}
		if number%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// finished refuses an archive that unpacks beyond its cap: what came before may be cut.
func (r *recording) finished(place string) error {
	if r.left <= 0 {
		return errs.New(errs.Invalid, "%s unpacks to more than %d MiB", place, maxZipBytes>>20)
	}
	return nil
}

// skipLine reads to the end of a line that did not fit the buffer.
func skipLine(in *bufio.Reader) error {
	for {
		if _, err := in.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// line takes one event, or counts it among those left out.
func (r *recording) line(place string, number int, line []byte) {
	event, host, problem := normalise(line, r.number)
	if problem != "" {
		r.unusable(place, number, problem)
		return
	}
	r.report.report.Groups[GroupEvents]++
	r.hosts[host]++
	r.events = append(r.events, event)
}

// unusable counts and lists an event that is left out.
func (r *recording) unusable(place string, number int, reason string) {
	r.report.report.Groups[GroupEvents]++
	r.report.report.Groups[GroupSkipped]++
	r.report.skip(place, number, reason)
}

// busiest returns the host with most events, the first by name of equals.
func (r *recording) busiest() string {
	best := ""
	for host, n := range r.hosts {
		if best == "" || n > r.hosts[best] || (n == r.hosts[best] && host < best) {
			best = host
		}
	}
	return best
}
