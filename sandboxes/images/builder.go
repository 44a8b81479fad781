package images

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"incubator/platform/errs"
	"incubator/sandboxes/images/debian"
)

// Labels of every image that we build.
const (
	LabelRecipe   = "incubator.image.recipe"   // the recipe's name
	LabelHash     = "incubator.image.hash"     // the recipe's hash
	LabelPackages = "incubator.image.packages" // JSON list of Package
)

// Progress tells how far a step of a build is. A step begins with done 0 and
// ends with done equal to total; the unit is bytes or packages, by the step.
// Calls come one at a time.
type Progress func(step string, done, total int64)

// Image is an image that the engine has.
type Image struct {
	Recipe   string
	Ref      string
	ID       string // the full image ID; what a run uses and records
	Packages []Package
	BuiltAt  time.Time // when the engine got it
	Size     int64     // bytes, unpacked
}

// Builder makes images and gives them to an engine. Its methods may be called
// from many goroutines and processes at once: a lock on the cache folder lets
// one build at a time, and the others then find its result.
type Builder struct {
	Engine *client.Client
	// Cache is the folder for packages, layers and locks; it can be deleted at
	// any time, at the price of downloading again.
	Cache string
	// Mirror and SecurityMirror are Debian archives; empty for deb.debian.org.
	Mirror, SecurityMirror string
	// Progress may be nil.
	Progress Progress
	// Archive overrides how the archive is reached, for tests; nil for HTTP.
	Archive func(arch string, store debian.Store) *debian.Archive

	reporting sync.Mutex
}

// architectures maps the engine's names to Debian's multiarch triplets.
// Debian's own names (amd64, arm64) are the same as the engine's.
var architectures = map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}

// Ensure returns the recipe's image and builds it if the engine lacks it.
// Without a build it takes one request to the engine and no network.
// Errors are unavailable: no engine, no mirror, no space.
func (b *Builder) Ensure(ctx context.Context, recipe Recipe) (Image, error) {
	if found, err := b.inspect(ctx, recipe); err != nil || found != nil {
		return deref(found), err
	}
	unlock, err := lockFolder(ctx, b.Cache)
	if err != nil {
		return Image{}, err
	}
	defer unlock()
	if found, err := b.inspect(ctx, recipe); err != nil || found != nil {
		return deref(found), err
	}
	return b.build(ctx, recipe, false)
}

// Refresh builds the recipe with the newest packages of the archive and moves
// its tag. With unchanged packages the result is the same image. Runs that
// recorded the old image's ID keep it until it is pruned.
func (b *Builder) Refresh(ctx context.Context, recipe Recipe) (Image, error) {
	unlock, err := lockFolder(ctx, b.Cache)
	if err != nil {
		return Image{}, err
	}
	defer unlock()
	return b.build(ctx, recipe, true)
}

// BuildAll ensures every shipped recipe, or refreshes it, and returns the images
// in the recipes' order.
func (b *Builder) BuildAll(ctx context.Context, refresh bool) ([]Image, error) {
	step := b.Ensure
	if refresh {
		step = b.Refresh
	}
	var all []Image
	for _, recipe := range Recipes() {
		built, err := step(ctx, recipe)
		if err != nil {
			return all, fmt.Errorf("image %s: %w", recipe.Name, err)
		}
		all = append(all, built)
	}
	return all, nil
}

// inspect returns the recipe's image, nil when the engine has none. An image
// with our name that somebody else made lacks the label and does not count.
func (b *Builder) inspect(ctx context.Context, recipe Recipe) (*Image, error) {
	found, err := b.Engine.ImageInspect(ctx, recipe.Ref())
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "The Docker Engine did not answer a question about an image")
	}
	if found.Config == nil || found.Config.Labels[LabelHash] != recipe.Hash() {
		return nil, nil
	}
	result := Image{Recipe: recipe.Name, Ref: recipe.Ref(), ID: found.ID, BuiltAt: builtAt(found), Size: found.Size}
	if err := json.Unmarshal([]byte(found.Config.Labels[LabelPackages]), &result.Packages); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "The package list of image %s cannot be read", recipe.Ref())
	}
	return &result, nil
}

// builtAt is when the engine tagged the image: its creation time proper is a
// property of its content, the age of the newest file in it.
func builtAt(found image.InspectResponse) time.Time {
	if !found.Metadata.LastTagTime.IsZero() {
		return found.Metadata.LastTagTime.UTC()
	}
	created, err := time.Parse(time.RFC3339Nano, found.Created)
	if err != nil {
		return time.Time{}
	}
	return created
}

func deref(found *Image) Image {
	if found == nil {
		return Image{}
	}
	return *found
}

// arch asks the engine what it runs on. The platform itself may run elsewhere.
func (b *Builder) arch(ctx context.Context) (string, error) {
	version, err := b.Engine.ServerVersion(ctx)
	if err != nil {
		return "", errs.Wrap(err, errs.Unavailable, "The Docker Engine does not answer")
	}
	if _, known := architectures[version.Arch]; !known || version.Os != "linux" {
		return "", errs.New(errs.Unavailable, "The Docker Engine runs on %s/%s; sandbox images exist for linux/amd64 and linux/arm64.", version.Os, version.Arch)
	}
	return version.Arch, nil
}

func (b *Builder) archive(arch string) *debian.Archive {
	if b.Archive != nil {
		return b.Archive(arch, b.store())
	}
	return &debian.Archive{Mirror: b.Mirror, SecurityMirror: b.SecurityMirror, Arch: arch, Store: b.store()}
}

func (b *Builder) store() debian.Store { return debian.Store{Dir: filepath.Join(b.Cache, "packages")} }

// step returns a reporter for one step of a build. Reports come from several
// goroutines; one that others have overtaken is dropped.
func (b *Builder) step(recipe Recipe, name string) debian.Progress {
	last := int64(-1)
	return func(done, total int64) {
		if b.Progress == nil {
			return
		}
		b.reporting.Lock()
		defer b.reporting.Unlock()
		if done > last {
			last = done
			b.Progress(recipe.Name+": "+name, done, total)
		}
	}
}

// clearLeftovers removes what a killed build left behind. The caller holds the lock.
func (b *Builder) clearLeftovers() error {
	for _, pattern := range []string{filepath.Join(b.store().Dir, "unpack-*"), filepath.Join(b.Cache, "layers", "*.new")} {
		stale, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		for _, path := range stale {
			if err := os.RemoveAll(path); err != nil {
				return errs.Wrap(err, errs.Unavailable, "The image cache cannot be cleaned")
			}
		}
	}
	return nil
}
