// Package mobile is the bundled mobile security challenge: a fleet of Android
// apps over two years, in which a submission scores how likely each app is
// malware. It holds the pack, its data generator, the check of TESSERACT's
// rules and the importer of DroidBench's facts.
package mobile

import (
	"context"
	"embed"

	"incubator/scenarios/library/generate"
)

// Files is the pack: challenge.yaml and everything that it names, below pack/.
//
//go:embed all:pack
var Files embed.FS

// The files of a data set. A run sees the two inputs; both splits have them.
const (
	TrainFile = "train/apps.jsonl"               // with label
	TestFile  = "test/apps.jsonl"                // without label
	TruthFile = generate.TruthDir + "/truth.csv" // id,label,time of the test apps
)

// The months of the fleet, counted from 1, and how the splits divide them.
const (
	months        = 24
	publicTrain   = 9  // the public set trains on 1 to 9 and tests on 10 to 12
	hiddenTrain   = 12 // the hidden set trains on 1 to 12 and tests on 13 to 24
	appsPerMonth  = 600
	malwareRatio  = 0.10
	firstYear     = 2024
	daysPerMonth  = 28
	monthsPerYear = 12
)

// GenerateOptions says which data set to generate.
type GenerateOptions = generate.Options

// Generate writes one data set: labelled apps of the earlier months, unlabelled
// apps of the later ones, and their truth. The public and the hidden set share
// the apps of the first twelve months byte for byte when TrainSeed of the
// hidden set is the Seed of the public one. Scale 1 is 600 apps a month.
// Summary.Records counts the truth; Groups has "train", "test" and, for the
// tested apps, "goodware", "malware" and one count per family.
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
