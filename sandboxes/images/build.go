package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"incubator/platform/errs"
	"incubator/sandboxes/images/debian"
)

// build makes the image from its lock or, with fresh, from the newest packages.
// The caller holds the lock on the cache.
func (b *Builder) build(ctx context.Context, recipe Recipe, fresh bool) (Image, error) {
	if err := b.clearLeftovers(); err != nil {
		return Image{}, err
	}
	arch, err := b.arch(ctx)
	if err != nil {
		return Image{}, err
	}
	locked, err := b.fetch(ctx, recipe, arch, fresh)
	if err != nil {
		return Image{}, err
	}
	layers, err := b.layers(ctx, recipe, locked)
	if err != nil {
		return Image{}, err
	}
	a, err := newArchive(recipe, locked, layers)
	if err != nil {
		return Image{}, err
	}
	if err := b.load(ctx, a, recipe.Ref(), b.step(recipe, "load")); err != nil {
		return Image{}, err
	}
	built, err := b.inspect(ctx, recipe)
	if err == nil && built == nil {
		err = errs.New(errs.Internal, "The Docker Engine accepted image %s and then did not have it.", recipe.Ref())
	}
	return deref(built), err
}

// fetch brings the packages of the recipe and those below it into the store and
// returns the list. An old lock may name packages that the mirror has replaced
// since; then the list is made anew.
func (b *Builder) fetch(ctx context.Context, recipe Recipe, arch string, fresh bool) (lock, error) {
	path := filepath.Join(b.Cache, "locks", recipe.Name+"-"+arch+"-"+recipe.Hash()[:16]+".json")
	var locked lock
	if !fresh {
		found, err := readJSON(path, &locked)
		if err != nil {
			return lock{}, err
		}
		if found && len(locked.Layers) == len(recipe.chain()) && b.download(ctx, recipe, locked) == nil {
			return locked, nil
		}
	}
	locked, err := b.resolve(ctx, recipe, arch)
	if err != nil {
		return lock{}, err
	}
	if err := b.download(ctx, recipe, locked); err != nil {
		return lock{}, err
	}
	return locked, writeJSON(path, locked)
}

func (b *Builder) download(ctx context.Context, recipe Recipe, locked lock) error {
	var all []debian.Package
	for _, layer := range locked.Layers {
		all = append(all, debs(layer)...)
	}
	if len(all) == 0 {
		return nil
	}
	return b.archive(locked.Arch).Download(ctx, all, b.step(recipe, "download packages"))
}

// resolve makes the package list of each layer from one state of the archive.
func (b *Builder) resolve(ctx context.Context, recipe Recipe, arch string) (lock, error) {
	locked := lock{Ref: recipe.Ref(), Arch: arch}
	var index *debian.Index
	var have []string
	for _, r := range recipe.chain() {
		if len(r.Packages) == 0 {
			locked.Layers = append(locked.Layers, []lockedPackage{})
			continue
		}
		if index == nil {
			var err error
			report := b.step(recipe, "read package index")
			report(0, 1)
			if index, err = b.archive(arch).Index(ctx); err != nil {
				return lock{}, err
			}
			report(1, 1)
		}
		found, err := index.Resolve(r.Packages, have, r.Omit)
		if err != nil {
			return lock{}, err
		}
		for _, p := range found {
			have = append(have, p.Name)
		}
		locked.Layers = append(locked.Layers, lockPackages(found))
	}
	return locked, nil
}

// layers returns the image's layers, lowest first, from the cache or made now.
func (b *Builder) layers(ctx context.Context, recipe Recipe, locked lock) ([]layer, error) {
	var stack []layer
	for i, r := range recipe.chain() {
		var err error
		if stack, err = b.packageLayer(ctx, r, stack, locked.Layers[i], locked.Arch); err != nil {
			return nil, err
		}
		if !r.Bytecode {
			continue
		}
		if stack, err = b.bytecodeLayer(ctx, r, stack, locked); err != nil {
			return nil, err
		}
	}
	return stack, nil
}

// packageLayer puts the layer of one recipe's packages on the stack.
func (b *Builder) packageLayer(ctx context.Context, r Recipe, lower []layer, packages []lockedPackage, arch string) ([]layer, error) {
	key, err := layerKey(lower, struct {
		Arch     string
		Links    map[string]string
		Packages []Package
	}{arch, r.Links, publicList(packages)})
	if err != nil {
		return nil, err
	}
	made, err := b.cachedLayer(key, architectures[arch], func(w *debian.LayerWriter) error {
		return b.writeRoot(ctx, w, r, lower, packages, arch)
	})
	return append(lower, made), err
}

// writeRoot writes what the recipe adds to the layers below it.
func (b *Builder) writeRoot(ctx context.Context, w *debian.LayerWriter, r Recipe, lower []layer, packages []lockedPackage, arch string) error {
	if len(lower) == 0 {
		if err := w.Add(skeleton()...); err != nil {
			return err
		}
	}
	if len(packages) == 0 {
		return nil
	}
	generated := append(r.links(architectures[arch]), statusFiles(publicList(packages))...)
	if len(lower) == 0 {
		generated = append(debianRoot(), generated...)
	}
	if err := w.Add(generated...); err != nil {
		return err
	}
	if err := w.AddPackages(ctx, b.store(), debs(packages), b.step(r, "unpack packages")); err != nil {
		return err
	}
	return w.Add(linkerCache(libraries(lower), w.Libraries(), arch))
}

// bytecodeLayer runs the compiler in a container of the image so far and puts
// what it wrote on the stack.
func (b *Builder) bytecodeLayer(ctx context.Context, r Recipe, lower []layer, locked lock) ([]layer, error) {
	key, err := layerKey(lower, compileScript)
	if err != nil {
		return nil, err
	}
	made, err := b.cachedLayer(key, architectures[locked.Arch], func(w *debian.LayerWriter) error {
		stage, err := newArchive(Recipe{Name: r.Name + "-stage", Env: r.Env}, lock{Arch: locked.Arch}, lower)
		if err != nil {
			return err
		}
		ref := "incubator/" + r.Name + "-stage:" + key[:16]
		if err := b.load(ctx, stage, ref, b.step(r, "load to compile")); err != nil {
			return err
		}
		return errors.Join(b.compile(ctx, ref, r, w), b.removeImage(ctx, ref))
	})
	return append(lower, made), err
}

// layerKey names a layer by what it is made from, so that it is found in the
// cache before it is made.
func layerKey(lower []layer, inputs any) (string, error) {
	below := make([]string, len(lower))
	for i, l := range lower {
		below[i] = l.Info.DiffID
	}
	raw, err := json.Marshal(inputs)
	if err != nil {
		return "", fmt.Errorf("encode layer inputs: %w", err)
	}
	h := sha256.New()
	fmt.Fprintln(h, format, below)
	_, err = io.WriteString(h, string(raw))
	return hex.EncodeToString(h.Sum(nil)), err
}
