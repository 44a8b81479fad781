// Package fusion is the bundled data fusion challenge: partners report the same
// incidents in four formats, and a submission says which reports belong together.
// It holds the pack, its data generator and the importer of FEBRL's data sets.
package fusion

import (
	"context"
	"embed"

	"incubator/scenarios/library/generate"
)

// Files is the pack: challenge.yaml and everything that it names, below pack/.
//
//go:embed all:pack
var Files embed.FS

// The files of a data set.
const (
	TruthFile   = generate.TruthDir + "/truth.csv" // id,cluster
	AliasesFile = "knowledge/aliases.csv"          // kind,name,alias
	reportsDir  = "reports/"
)

// GenerateOptions says which data set to generate.
type GenerateOptions = generate.Options

// Generate writes one data set: the reports of every partner, a partial list of
// aliases, and the truth. Scale 1 is about 3,000 reports of 700 incidents in
// 35 days; a larger scale lengthens the period at the same rate, so memory does
// not grow with it. Summary.Groups counts reports by file and "incidents".
func Generate(ctx context.Context, opts GenerateOptions) (generate.Summary, error) {
	if err := opts.Validate(); err != nil {
		return generate.Summary{}, err
	}
	files := generate.NewFiles(opts.Out)
	g := newGenerator(opts, files)
	runErr := g.run(ctx)
	if err := files.Close(); err != nil {
		return generate.Summary{}, err
	}
	g.summary.Files = files.Names()
	return g.summary, runErr
}
