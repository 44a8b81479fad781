// Package library is the set of packs that ship with the platform: their static
// files are embedded, their data sets are generated when a pack is built.
package library

import (
	"context"
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scenarios/library/awareness"
	"incubator/scenarios/library/fusion"
	"incubator/scenarios/library/generate"
	"incubator/scenarios/library/mobile"
)

// programs holds the reference solutions, built by `make build` before the
// platform itself.
//
//go:embed all:bin
var programs embed.FS

// generator makes the files of one data set below input/ and truth/.
type generator func(ctx context.Context, g scenarios.Generator, create generate.Out) error

// bundle is one pack of the library.
type bundle struct {
	files    fs.FS // challenge.yaml at its root
	program  string
	generate generator
}

// bundles maps the name of a generator, which is also the short name of its pack.
var bundles = map[string]bundle{
	"awareness": {below(awareness.Files), "awareness-reference", generateAwareness},
	"fusion":    {below(fusion.Files), "fusion-reference", shared(fusion.Generate)},
	"mobile":    {below(mobile.Files), "mobile-reference", shared(mobile.Generate)},
}

// below returns the folder "pack" of an embedded file system; it always exists.
func below(files embed.FS) fs.FS {
	pack, err := fs.Sub(files, "pack")
	if err != nil {
		panic(err)
	}
	return pack
}

// Names lists the bundled packs in the order of the areas.
func Names() []string { return []string{"awareness", "fusion", "mobile"} }

// Write copies a bundled pack without its data into folder, with the program of
// its reference solution in place.
func Write(name, folder string) error {
	b, ok := bundles[name]
	if !ok {
		return errs.New(errs.NotFound, "there is no bundled pack %q; there are %v", name, Names())
	}
	if err := os.CopyFS(folder, b.files); err != nil {
		return errs.Wrap(err, errs.Unavailable, "the pack cannot be written to %s", folder)
	}
	return writeProgram(b.program, filepath.Join(folder, "reference"))
}

func writeProgram(name, folder string) error {
	data, err := fs.ReadFile(programs, "bin/"+name)
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "this binary was built without %s; build it with `make build`", name)
	}
	metadata := []byte("command: $program/" + name + "\n")
	if err = os.MkdirAll(folder, 0o755); err == nil {
		err = os.WriteFile(filepath.Join(folder, "metadata.yaml"), metadata, 0o644)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name), data, 0o755)
	}
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "the reference solution cannot be written to %s", folder)
	}
	return nil
}

// Generate writes the data set that g describes into folder, as input/ and truth/.
func Generate(ctx context.Context, g scenarios.Generator, folder string) error {
	b, ok := bundles[g.Name]
	if !ok {
		return errs.New(errs.Invalid, "there is no generator %q; there are %v", g.Name, Names())
	}
	if err := os.RemoveAll(folder); err != nil {
		return errs.Wrap(err, errs.Unavailable, "the folder %s cannot be replaced", folder)
	}
	return b.generate(ctx, g, generate.Dir(folder))
}

func generateAwareness(ctx context.Context, g scenarios.Generator, out generate.Out) error {
	_, err := awareness.Generate(ctx, awareness.GenerateOptions{
		Seed: g.Seed, Scale: g.Scale, Split: awareness.Split(g.Split), Create: out,
	})
	return err
}

// shared adapts a generator whose inputs lie beside the truth.
func shared(run func(context.Context, generate.Options) (generate.Summary, error)) generator {
	return func(ctx context.Context, g scenarios.Generator, out generate.Out) error {
		_, err := run(ctx, generate.Options{Seed: g.Seed, TrainSeed: g.TrainSeed, Scale: g.Scale, Split: g.Split, Out: generate.Layout(out)})
		return err
	}
}

// IsBundled reports whether name is a pack of the library.
func IsBundled(name string) bool { return slices.Contains(Names(), name) }
