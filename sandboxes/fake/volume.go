package fake

import (
	"archive/tar"
	"context"
	"errors"
	"io"

	"incubator/platform/errs"
	"incubator/sandboxes"
)

// volume is a complete volume with its holder.
type volume struct {
	key, name string
	labels    map[string]string
	files     map[string]string
}

func (v *volume) objects() []sandboxes.Object {
	return []sandboxes.Object{
		{Kind: sandboxes.ObjectContainer, ID: v.key, Name: v.key, Labels: v.labels, Volumes: []string{v.name}},
		{Kind: sandboxes.ObjectVolume, ID: v.name, Name: v.name, Labels: v.labels},
	}
}

// EnsureVolume reads the content into memory; of two at once the first wins.
func (e *Engine) EnsureVolume(ctx context.Context, spec sandboxes.VolumeSpec) (string, error) {
	if err := e.enter(ctx, "EnsureVolume"); err != nil {
		return "", err
	}
	if name, ok := e.published(spec.Key); ok {
		return name, nil
	}
	source, err := spec.Fill(ctx)
	if err != nil {
		return "", err
	}
	defer source.Close()
	files, err := readTar(source)
	if err != nil {
		return "", err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if v := e.holders[spec.Key]; v != nil {
		return v.name, nil
	}
	v := &volume{key: spec.Key, name: e.nextID("volume"), labels: spec.Labels, files: files}
	e.holders[spec.Key] = v
	return v.name, nil
}

func (e *Engine) published(key string) (string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if v := e.holders[key]; v != nil {
		return v.name, true
	}
	return "", false
}

func (e *Engine) isHolder(name string) bool {
	_, ok := e.published(name)
	return ok
}

// RemoveVolume removes the volume of the key unless a container uses it.
func (e *Engine) RemoveVolume(ctx context.Context, key string) error {
	if err := e.enter(ctx, "RemoveVolume"); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	v := e.holders[key]
	if v == nil {
		return nil
	}
	for _, c := range e.containers {
		for _, mount := range c.spec.Mounts {
			if mount.Volume == v.name {
				return errs.New(errs.Conflict, "The volume is in use.")
			}
		}
	}
	delete(e.holders, key)
	return nil
}

// contents must be called with the lock held.
func (e *Engine) contents(mounts []sandboxes.Mount) map[string]map[string]string {
	found := map[string]map[string]string{}
	for _, mount := range mounts {
		for _, v := range e.holders {
			if v.name == mount.Volume {
				found[mount.Path] = v.files
			}
		}
	}
	return found
}

func readTar(r io.Reader) (map[string]string, error) {
	files := map[string]string{}
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			// A source may find its fault after the archive's end.
			_, err := io.Copy(io.Discard, r)
			return files, err
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		content, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		files[h.Name] = string(content)
	}
}
