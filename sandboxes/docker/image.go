package docker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"incubator/platform/errs"
	"incubator/sandboxes"
	"incubator/sandboxes/imagearchive"
)

var _ sandboxes.Engine = (*Engine)(nil)

// LoadImage streams the canonical form of a checked archive to the engine,
// unless it has the image already.
func (e *Engine) LoadImage(ctx context.Context, archive *imagearchive.Archive) (sandboxes.ImageInfo, error) {
	if info, err := e.ImageInfo(ctx, archive.ID); !errs.Is(err, errs.NotFound) {
		return info, err
	}
	stream, pipe := io.Pipe()
	defer stream.Close()
	go func() {
		_, err := archive.WriteTo(pipe)
		pipe.CloseWithError(err)
	}()
	answer, err := e.api.ImageLoad(ctx, stream, client.ImageLoadWithQuiet(true))
	if err != nil {
		return sandboxes.ImageInfo{}, translate(err, "The image cannot be loaded")
	}
	defer answer.Body.Close()
	if err := loadFault(answer.Body); err != nil {
		return sandboxes.ImageInfo{}, err
	}
	info, err := e.ImageInfo(ctx, archive.ID)
	if errs.Is(err, errs.NotFound) {
		err = errs.Wrap(err, errs.Internal, "The engine gave the image another id.")
	}
	return info, err
}

// loadFault finds an error in the progress messages, which come after status 200.
func loadFault(body io.Reader) error {
	in := json.NewDecoder(bufio.NewReader(body))
	for {
		var message struct {
			Error string `json:"error"`
		}
		err := in.Decode(&message)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return translate(err, "The engine's answer about the image broke off")
		case message.Error != "":
			return errs.Wrap(errors.New(message.Error), errs.Invalid, "The engine refuses the image.")
		}
	}
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
