package main

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sort"

	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scenarios/library"
	"incubator/scenarios/pack"
	"incubator/scoring"
	"incubator/scoring/metrics"
)

// PackCmd groups the commands for authors of packs.
type PackCmd struct {
	Lint    PackLintCmd    `cmd:"" help:"Validate a pack and prove that its reference submissions score what it says."`
	Build   PackBuildCmd   `cmd:"" help:"Generate the data of a pack."`
	Publish PackPublishCmd `cmd:"" help:"Publish a pack on this machine's platform."`
}

// buildPack returns the pack at path with its data in place. A bundled pack and an
// archive are written to a temporary folder, which cleanup removes.
func buildPack(ctx context.Context, path string, bars *progress) (p *pack.Pack, cleanup func(), err error) {
	info, statErr := os.Stat(path)
	temporary := ""
	cleanup = func() { os.RemoveAll(temporary) }
	if bundled := statErr != nil && library.IsBundled(path); bundled || (statErr == nil && !info.IsDir()) {
		if temporary, err = os.MkdirTemp("", "incubator-pack-"); err != nil {
			return nil, cleanup, errs.Wrap(err, errs.Unavailable, "a temporary folder cannot be made")
		}
		if bundled {
			path, err = temporary, library.Write(path, temporary)
		} else {
			path, err = pack.Unpack(ctx, path, temporary)
		}
	}
	if err == nil {
		p, err = pack.Build(ctx, path, library.Generate, func(set string, i, n int) {
			bars.report("Generating data set "+set, int64(i), int64(n))
		})
	}
	if err == nil {
		err = checkMetrics(p.Spec)
	}
	if err != nil {
		cleanup()
		return nil, func() {}, err
	}
	return p, cleanup, nil
}

// checkMetrics refuses names of metrics that nobody has defined.
func checkMetrics(spec scenarios.Spec) error {
	if spec.Grading.Scoring != nil {
		return nil
	}
	for _, metric := range spec.Grading.Metrics {
		if _, err := metrics.Lookup(metric.Name); err != nil {
			return err
		}
	}
	return nil
}

// PackBuildCmd generates the data of a pack.
type PackBuildCmd struct {
	Path string `arg:"" help:"Folder of the pack, or the name of a bundled one (awareness, fusion, mobile)."`
	Out  string `placeholder:"DIR" help:"Folder for a bundled pack; by default ./NAME."`
}

// Help shows examples.
func (*PackBuildCmd) Help() string {
	return `Examples:
  incubator pack build ./my-pack
  incubator pack build fusion --out ./fusion

Data sets that were generated with the same parameters before are kept.`
}

// folder returns where to build: the pack's own folder, or the one that a bundled
// pack is written to unless it is there. A folder of the bundled pack's name is
// what the command means only while --out names no other.
func (c *PackBuildCmd) folder() (string, error) {
	_, err := os.Stat(c.Path)
	exists := err == nil
	switch {
	case exists && c.Out == "":
		return c.Path, nil
	case !library.IsBundled(c.Path):
		if c.Out != "" {
			return "", errs.New(errs.Invalid, "--out is for bundled packs; the pack in %s is built where it is", c.Path)
		}
		return c.Path, nil
	}
	out := c.Out
	if out == "" {
		out = c.Path
	}
	if _, err := os.Stat(out); err == nil {
		return out, nil
	}
	return out, library.Write(c.Path, out)
}

// Run builds the pack.
func (c *PackBuildCmd) Run(ctx context.Context, streams *Streams) error {
	folder, err := c.folder()
	if err != nil {
		return err
	}
	bars := newProgress(streams.Err)
	defer bars.done()
	p, _, err := buildPack(ctx, folder, bars)
	if err != nil {
		return err
	}
	bars.done()
	for _, set := range p.Spec.DataSets {
		sum, err := pack.HashFolder(ctx, p.Root, filepath.ToSlash(filepath.Join("data", set.Name)))
		if err != nil {
			return err
		}
		fmt.Fprintf(streams.Out, "%s  data/%s\n", sum, set.Name)
	}
	return nil
}

// PackLintCmd validates a pack and runs its reference submissions.
type PackLintCmd struct {
	Path   string `arg:"" help:"Folder or archive of the pack, or the name of a bundled one."`
	Static bool   `help:"Validate only; run nothing."`
	engineFlags
}

// Help shows examples.
func (*PackLintCmd) Help() string {
	return `Examples:
  incubator pack lint ./my-pack
  incubator pack lint fusion

Problems are named with file, line and column. The reference submissions run in
the real sandbox. Exit codes: 0 all holds, 2 the pack is not valid, 5 a score is
not what the pack says.`
}

// Run lints the pack.
func (c *PackLintCmd) Run(ctx context.Context, streams *Streams) error {
	bars := newProgress(streams.Err)
	defer bars.done()
	p, cleanup, err := buildPack(ctx, c.Path, bars)
	if err != nil {
		return err
	}
	defer cleanup()
	bars.done()
	fmt.Fprintf(streams.Out, "%s: valid, %d phases, %d data sets, %d metrics\n",
		p.Spec.Slug, len(p.Spec.Phases), len(p.Spec.DataSets), len(p.Spec.Grading.Metrics))
	if c.Static || len(p.Spec.Reference) == 0 {
		return nil
	}
	local, err := openLocal(ctx, c.engineFlags, slog.New(slog.NewTextHandler(streams.Err, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		return err
	}
	defer local.Close(ctx)
	local.images.Progress = bars.report
	return c.prove(ctx, streams, local, p)
}

// prove runs each reference submission and compares its scores.
func (c *PackLintCmd) prove(ctx context.Context, streams *Streams, local *localPlatform, p *pack.Pack) error {
	challenge, err := local.publish(ctx, p)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "incubator-reference-")
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "a temporary folder cannot be made")
	}
	defer os.RemoveAll(folder)
	wrong := 0
	for i, reference := range p.Spec.Reference {
		phase, err := choosePhase(challenge, reference.Phase)
		if err != nil {
			return err
		}
		file, err := referenceFile(ctx, p, reference, filepath.Join(folder, fmt.Sprint(i)))
		if err != nil {
			return err
		}
		view, err := local.submit(ctx, phase, reference.Kind, file, nil)
		if err != nil {
			return err
		}
		wrong += compare(streams, reference, view)
	}
	if wrong > 0 {
		return errFailed
	}
	return nil
}

// referenceFile writes the reference's folder as an archive that can be handed in.
func referenceFile(ctx context.Context, p *pack.Pack, reference scenarios.Reference, path string) (*localFile, error) {
	file, err := os.Create(path + ".tar")
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "a temporary file cannot be made")
	}
	defer file.Close()
	if err := pack.WriteFolder(ctx, file, p.Root, reference.Path); err != nil {
		return nil, err
	}
	return newLocalFile(file.Name())
}

// compare prints each expected score beside the real one and counts the wrong ones.
func compare(streams *Streams, reference scenarios.Reference, view *scoring.SubmissionView) (wrong int) {
	run := view.Runs[0]
	if run.State != scoring.Scored {
		fmt.Fprintf(streams.Out, "%s: %s, %s: %s\n", reference.Name, run.State, run.Cause, run.Detail)
		return 1
	}
	keys := make([]string, 0, len(reference.Expect))
	for key := range reference.Expect {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		want, got := reference.Expect[key], run.Scores[key]
		verdict := "ok"
		if math.Abs(got-want.Value) > want.Tolerance {
			verdict = fmt.Sprintf("WRONG: the pack says %v ± %v", want.Value, want.Tolerance)
			wrong++
		}
		fmt.Fprintf(streams.Out, "%s: %s %.6g %s\n", reference.Name, key, got, verdict)
	}
	return wrong
}
