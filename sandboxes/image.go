package sandboxes

import (
	"context"
	"io"

	"incubator/platform/errs"
	"incubator/sandboxes/imagearchive"
)

// imageError marks an error about the run's image among those of planning.
type imageError struct{ error }

func (e *imageError) Unwrap() error { return e.error }

// imageInfo describes the image; by id it is asked for once.
func (m *Manager) imageInfo(ctx context.Context, ref string) (ImageInfo, error) {
	m.mu.Lock()
	known, ok := m.images[ref]
	m.mu.Unlock()
	if ok {
		return known, nil
	}
	info, err := m.engine.ImageInfo(ctx, ref)
	if errs.Is(err, errs.NotFound) {
		return ImageInfo{}, &imageError{err}
	}
	if err != nil {
		return ImageInfo{}, err
	}
	if info.ID == ref {
		m.mu.Lock()
		m.images[ref] = info
		m.mu.Unlock()
	}
	return info, nil
}

// LoadImage checks an image archive (docker save or OCI layout, plain or
// gzipped), gives it to the engine and returns its description. A broken or
// oversize archive is errs.Invalid and never reaches the engine.
func (m *Manager) LoadImage(ctx context.Context, archive io.Reader, caps imagearchive.Caps) (ImageInfo, error) {
	info, err := m.connect(ctx)
	if err != nil {
		return ImageInfo{}, err
	}
	checked, err := imagearchive.Open(ctx, archive, info.Arch, caps)
	if err != nil {
		return ImageInfo{}, err
	}
	defer checked.Close()
	return m.engine.LoadImage(ctx, checked)
}

// ImageInfo describes an image by id or by tag, or returns errs.NotFound.
func (m *Manager) ImageInfo(ctx context.Context, ref string) (ImageInfo, error) {
	return m.engine.ImageInfo(ctx, ref)
}

// RemoveImage removes an image that no sandbox uses; one that is gone is fine.
func (m *Manager) RemoveImage(ctx context.Context, id string) error {
	m.mu.Lock()
	delete(m.images, id)
	m.mu.Unlock()
	return m.engine.RemoveImage(ctx, id)
}
