// Package awareness is the bundled situational awareness challenge: its pack, its
// deterministic generator of a day in an enterprise network with intrusions hidden in
// it, and the importer that turns recorded attack logs into the same form.
package awareness

import (
	"context"
	"embed"
	"errors"
	"io"
	"time"

	"incubator/platform/errs"
)

// Files holds the static files of the pack below the folder "pack".
//
//go:embed all:pack
var Files embed.FS

// Split says which of the two data sets to make.
type Split string

// The splits differ in names, addresses, parameters and variants of the intrusions,
// so that what was memorised from one is of no use on the other.
const (
	Train Split = "train"
	Test  Split = "test"
)

// Names relative to the data set. Runs see the input folder alone, scoring the truth.
const (
	InputFolder   = "input/"
	IncidentsFile = "truth/incidents.csv"
	TruthFile     = "truth/truth.json"
	// AssetsFile lists the hosts; it is an input, as every organisation has one.
	AssetsFile = InputFolder + "assets.csv"
)

// GenerateOptions are the parameters of one data set.
type GenerateOptions struct {
	Seed  uint64
	Scale float64 // 1 is 412 hosts and about half a million records; at least 60 hosts are made
	Split Split
	// Start is the first instant of the day, kept to the millisecond. Zero is
	// 2026-03-10 (train) or 2026-03-17 (test), midnight UTC.
	Start time.Time
	// Create opens one file of the data set by its slash-separated relative name.
	// Generate closes every file that it opened.
	Create func(name string) (io.WriteCloser, error)
}

// maxScale bounds the network to about forty thousand hosts, the address plan's limit.
const maxScale = 50

// Summary says what was made.
type Summary struct {
	Hosts     int              `json:"hosts"`
	Records   int64            `json:"raw_events"`
	Bytes     int64            `json:"bytes"` // of the logs, uncompressed
	Logs      map[string]int64 `json:"logs"`  // records by file name
	Incidents int              `json:"incidents"`
	Steps     int              `json:"steps"`
}

// Generate writes the logs of one day, the asset list and the truth. The same options
// give the same bytes. Records are streamed in time order and never collected; memory
// depends on the number of hosts and on one minute's traffic. It returns an
// errs.Invalid error for bad options and the writer's error when writing fails.
func Generate(ctx context.Context, o GenerateOptions) (sum Summary, err error) {
	if err := o.check(); err != nil {
		return Summary{}, err
	}
	files := &fileSet{create: o.Create}
	defer func() { err = errors.Join(err, files.close()) }()
	var out [logKinds]io.Writer
	for i, name := range logNames {
		if out[i], err = files.open(InputFolder + name); err != nil {
			return Summary{}, err
		}
	}
	s := newSim(o, newSink(o.Start.UnixMicro(), out))
	if err := s.live(ctx); err != nil {
		return Summary{}, err
	}
	sum = s.summary()
	return sum, s.writeSideFiles(files, sum)
}

func (o *GenerateOptions) check() error {
	switch {
	case o.Split != Train && o.Split != Test:
		return errs.Field("split", "The split must be %q or %q, not %q.", Train, Test, o.Split)
	case !(o.Scale > 0 && o.Scale <= maxScale): // also refuses NaN
		return errs.Field("scale", "The scale must be above 0 and at most %d.", maxScale)
	case o.Create == nil:
		return errs.New(errs.Invalid, "The generator needs a place to write to.")
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
		if o.Split == Test {
			o.Start = o.Start.AddDate(0, 0, 7)
		}
	}
	o.Start = o.Start.UTC().Truncate(time.Millisecond)
	return nil
}

// fileSet remembers what was opened, so that everything is closed whatever happens.
type fileSet struct {
	create func(name string) (io.WriteCloser, error)
	opened []io.Closer
}

func (f *fileSet) open(name string) (io.Writer, error) {
	w, err := f.create(name)
	if err != nil {
		return nil, err
	}
	f.opened = append(f.opened, w)
	return w, nil
}

func (f *fileSet) close() error {
	var all []error
	for _, c := range f.opened {
		all = append(all, c.Close())
	}
	return errors.Join(all...)
}
