package fake

import (
	"context"
	"io"
	"maps"
	"slices"

	"incubator/platform/errs"
	"incubator/sandboxes"
	"incubator/sandboxes/imagearchive"
)

var _ sandboxes.Engine = (*Engine)(nil)

// image must be called with the lock held.
func (e *Engine) image(ref string) *fakeImage {
	if id, ok := e.tags[ref]; ok {
		ref = id
	}
	return e.images[ref]
}

// LoadImage remembers the image. Its program ends at once, in success.
func (e *Engine) LoadImage(ctx context.Context, archive *imagearchive.Archive) (sandboxes.ImageInfo, error) {
	if err := e.enter(ctx, "LoadImage"); err != nil {
		return sandboxes.ImageInfo{}, err
	}
	if _, err := archive.WriteTo(io.Discard); err != nil {
		return sandboxes.ImageInfo{}, err
	}
	config := archive.Config.Config
	info := sandboxes.ImageInfo{
		ID: archive.ID, Arch: archive.Config.Architecture, Entrypoint: config.Entrypoint, Cmd: config.Cmd,
		Env: config.Env, WorkDir: config.WorkingDir, User: config.User, Size: archive.Size(),
		Volumes: slices.Sorted(maps.Keys(config.Volumes)),
	}
	e.AddImage(info, func(context.Context, Process) int { return 0 })
	return info, nil
}

// ImageInfo describes an image.
func (e *Engine) ImageInfo(ctx context.Context, ref string) (sandboxes.ImageInfo, error) {
	if err := e.enter(ctx, "ImageInfo"); err != nil {
		return sandboxes.ImageInfo{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if found := e.image(ref); found != nil {
		return found.info, nil
	}
	return sandboxes.ImageInfo{}, errs.New(errs.NotFound, "There is no image %s.", ref)
}

// RemoveImage forgets the image.
func (e *Engine) RemoveImage(ctx context.Context, id string) error {
	if err := e.enter(ctx, "RemoveImage"); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.images, id)
	return nil
}
