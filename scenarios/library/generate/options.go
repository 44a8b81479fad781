// Package generate holds what the data generators of the bundled packs share:
// their options, their output files and a random source whose values never
// change between Go versions.
package generate

import (
	"math"

	"incubator/platform/errs"
)

// The two splits of every generated data set.
const (
	Train = "train" // public, with truth
	Test  = "test"  // hidden
)

// MaxScale bounds the scale, so that a typing error cannot fill a disk.
const MaxScale = 10_000

// Options says which data set to generate. The same options give the same
// bytes on every machine.
type Options struct {
	Seed uint64
	// TrainSeed draws the training part that a test split ships along, where a
	// pack has one; zero means Seed. It lets an organiser keep the seed of the
	// hidden part secret while the training part stays the published one.
	TrainSeed uint64
	// Scale multiplies the number of records; 1 is the size the pack publishes.
	Scale float64
	Split string
	// Out opens the output files; see Dir and Discard.
	Out Out
}

// Validate returns an Invalid error for options that no generator can follow.
func (o Options) Validate() error {
	if o.Split != Train && o.Split != Test {
		return errs.Field("split", "split is %q; it must be %q or %q", o.Split, Train, Test)
	}
	if math.IsNaN(o.Scale) || o.Scale <= 0 || o.Scale > MaxScale {
		return errs.Field("scale", "scale is %v; it must be above 0 and at most %d", o.Scale, MaxScale)
	}
	if o.Out == nil {
		return errs.New(errs.Internal, "the generator has no output")
	}
	return nil
}

// Summary counts what a generator wrote.
type Summary struct {
	Records int            // rows in the truth of the split
	Groups  map[string]int // records by a grouping of the pack: partner, class, …
	Files   []string       // names of the files, in the order they were opened
}
