package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/volume"

	"incubator/platform/errs"
	"incubator/sandboxes"
)

// A volume's content is published by a container that never runs, its holder:
// while the volume is filled the holder has a name of its own, and renaming it
// to the key, which the engine does for one caller only, makes the volume
// visible. The holder also keeps the volume from being pruned as unused.
const (
	holderImage   = "incubator/holder:1"
	holderMount   = "/content"
	cleanupBudget = 30 * time.Second
	fillingInfix  = "-filling-"
)

// EnsureVolume returns the volume of the key, filling one when there is none.
func (e *Engine) EnsureVolume(ctx context.Context, spec sandboxes.VolumeSpec) (string, error) {
	name, err := e.published(ctx, spec.Key)
	if !errs.Is(err, errs.NotFound) {
		return name, err
	}
	if err := e.ensureHolderImage(ctx); err != nil {
		return "", err
	}
	attempt := spec.Key + fillingInfix + suffix()
	if err := e.fill(ctx, attempt, spec); err != nil {
		return "", errors.Join(err, e.abandon(ctx, attempt))
	}
	err = e.api.ContainerRename(ctx, attempt, spec.Key)
	if err == nil {
		return attempt, nil
	}
	undo := e.abandon(ctx, attempt)
	if errdefs.IsConflict(err) {
		// Somebody else was first; theirs holds the same.
		return e.published(ctx, spec.Key)
	}
	return "", errors.Join(translate(err, "The data cannot be published"), undo)
}

// published returns the volume of a complete holder, or errs.NotFound.
func (e *Engine) published(ctx context.Context, key string) (string, error) {
	holder, err := e.api.ContainerInspect(ctx, key)
	if err != nil {
		return "", translate(err, "The data is not on this engine")
	}
	for _, point := range holder.Mounts {
		if point.Destination == holderMount {
			return point.Name, nil
		}
	}
	return "", errs.New(errs.Internal, "The holder %s has no volume.", key)
}

// fill makes the volume and its holder and streams the content into it.
func (e *Engine) fill(ctx context.Context, name string, spec sandboxes.VolumeSpec) error {
	labels := maps.Clone(spec.Labels)
	if _, err := e.api.VolumeCreate(ctx, volume.CreateOptions{Name: name, Labels: labels}); err != nil {
		return translate(err, "The data volume cannot be created")
	}
	holder, err := e.api.ContainerCreate(ctx, &container.Config{
		Image: holderImage, Labels: labels, Entrypoint: []string{"/never"}, NetworkDisabled: true,
	}, &container.HostConfig{
		NetworkMode: "none", LogConfig: container.LogConfig{Type: "none"},
		Mounts: []mount.Mount{{
			Type: mount.TypeVolume, Source: name, Target: holderMount,
			VolumeOptions: &mount.VolumeOptions{NoCopy: true},
		}},
	}, nil, nil, name)
	if err != nil {
		return translate(err, "The data volume cannot be held")
	}
	content, err := spec.Fill(ctx)
	if err != nil {
		return err
	}
	defer content.Close()
	source := &sourceReader{r: content}
	err = e.api.CopyToContainer(ctx, holder.ID, holderMount, source, container.CopyToContainerOptions{})
	if source.err != nil {
		return source.err
	}
	return translate(err, "The data cannot be copied to the engine")
}

// abandon removes an attempt, also when ctx has ended.
func (e *Engine) abandon(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupBudget)
	defer cancel()
	if err := e.Remove(ctx, name); err != nil {
		return err
	}
	return e.removeVolume(ctx, name)
}

// RemoveVolume removes the volume of the key and its holder. A volume that a
// sandbox still uses is errs.Conflict.
func (e *Engine) RemoveVolume(ctx context.Context, key string) error {
	name, err := e.published(ctx, key)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := e.Remove(ctx, key); err != nil {
		return err
	}
	return e.removeVolume(ctx, name)
}

func (e *Engine) removeVolume(ctx context.Context, name string) error {
	err := e.api.VolumeRemove(ctx, name, false)
	if errdefs.IsNotFound(err) {
		return nil
	}
	return translate(err, "The volume cannot be removed")
}

// ensureHolderImage imports an image with nothing in it but the mount point.
func (e *Engine) ensureHolderImage(ctx context.Context) error {
	_, err := e.api.ImageInspect(ctx, holderImage)
	if !errdefs.IsNotFound(err) {
		return translate(err, "The engine's images cannot be looked at")
	}
	var content bytes.Buffer
	w := tar.NewWriter(&content)
	if err := w.WriteHeader(&tar.Header{Name: holderMount[1:] + "/", Typeflag: tar.TypeDir, Mode: 0o755}); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return e.importImage(ctx, &content, holderImage)
}

func (e *Engine) importImage(ctx context.Context, content io.Reader, tag string) error {
	answer, err := e.api.ImageImport(ctx, image.ImportSource{Source: content, SourceName: "-"}, tag, image.ImportOptions{})
	if err != nil {
		return translate(err, "The image cannot be imported")
	}
	defer answer.Close()
	_, err = io.Copy(io.Discard, answer)
	return translate(err, "The image cannot be imported")
}

// sourceReader remembers an error of the content itself, which the client would
// report as one of the connection.
type sourceReader struct {
	r   io.Reader
	err error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func suffix() string {
	var random [4]byte
	_, _ = rand.Read(random[:])
	return hex.EncodeToString(random[:])
}
