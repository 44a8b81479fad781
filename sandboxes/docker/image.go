package docker

import (
	"context"

	"incubator/sandboxes"
	"incubator/sandboxes/imagearchive"
)

func (e *Engine) LoadImage(ctx context.Context, archive *imagearchive.Archive) (sandboxes.ImageInfo, error) {
	return sandboxes.ImageInfo{}, nil
}
func (e *Engine) ImageInfo(ctx context.Context, ref string) (sandboxes.ImageInfo, error) {
	return sandboxes.ImageInfo{}, nil
}
func (e *Engine) RemoveImage(ctx context.Context, id string) error { return nil }

var _ sandboxes.Engine = (*Engine)(nil)
