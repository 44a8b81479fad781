package mobile

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"incubator/scenarios/library/generate"
)

// generator holds the one app and the one line that are drawn over and over:
// memory does not depend on the number of apps.
type generator struct {
	opts      generate.Options
	files     *generate.Files
	world     world
	trainSeed uint64
	app       *app
	line      []byte
	summary   generate.Summary
}

func newGenerator(opts generate.Options, files *generate.Files) *generator {
	trainSeed := opts.TrainSeed
	if trainSeed == 0 {
		trainSeed = opts.Seed
	}
	return &generator{opts: opts, files: files, app: newApp(), trainSeed: trainSeed, world: world{trainSeed},
		summary: generate.Summary{Groups: map[string]int{}}}
}

// run draws month after month. The months of the first year always come from
// the training seed, the later ones from the seed of the hidden part; each
// month has a stream of its own.
func (g *generator) run(ctx context.Context) error {
	last, firstTest := hiddenTrain, publicTrain+1
	if g.opts.Split == generate.Test {
		last, firstTest = months, hiddenTrain+1
	}
	g.files.WriteLine(TruthFile, "id", "label", "time")
	for month := 1; month <= last; month++ {
		seed := g.trainSeed
		if month > hiddenTrain {
			seed = g.opts.Seed
		}
		r := generate.NewRand(seed, fmt.Sprintf("mobile/month/%d", month))
		if err := g.month(ctx, r, month, month >= firstTest); err != nil {
			return err
		}
	}
	return nil
}

// month spreads its apps evenly over its days; their classes are drawn one by
// one, so their order says nothing.
func (g *generator) month(ctx context.Context, r *generate.Rand, month int, tested bool) error {
	count := max(int(math.Round(appsPerMonth*g.opts.Scale)), 1)
	for i := range count {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		g.app.draw(r, &g.world, month, 1+i*daysPerMonth/count)
		if tested {
			g.test()
		} else {
			g.train()
		}
		if err := g.files.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) train() {
	g.line = appendApp(g.line[:0], g.app, true)
	g.files.Write(TrainFile, g.line)
	g.summary.Groups["train"]++
}

func (g *generator) test() {
	g.line = appendApp(g.line[:0], g.app, false)
	g.files.Write(TestFile, g.line)
	g.files.WriteLine(TruthFile, g.app.id, strconv.Itoa(g.app.label), g.app.seen[:len("2006-01")])
	g.summary.Records++
	g.summary.Groups["test"]++
	if g.app.label == 0 {
		g.summary.Groups["goodware"]++
		return
	}
	g.summary.Groups["malware"]++
	g.summary.Groups[g.app.family]++
}
