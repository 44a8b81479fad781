package images

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"incubator/platform/errs"
	"incubator/sandboxes/images/debian"
)

// layer is a finished layer in the cache.
type layer struct {
	Info   debian.LayerInfo
	Packed int64  // bytes of the compressed tar stream
	path   string // of the compressed tar stream
}

// libraries returns the shared libraries of all layers.
func libraries(stack []layer) []debian.Library {
	var all []debian.Library
	for _, l := range stack {
		all = append(all, l.Info.Libraries...)
	}
	return all
}

// cachedLayer returns the layer with the key and lets write make it if the cache
// lacks it. The description is written last: a layer without one does not count.
func (b *Builder) cachedLayer(key, triplet string, write func(*debian.LayerWriter) error) (layer, error) {
	base := filepath.Join(b.Cache, "layers", key)
	made := layer{path: base + ".tar.zst"}
	found, err := readJSON(base+".json", &made)
	if err != nil {
		return layer{}, err
	}
	if stat, err := os.Stat(made.path); found && err == nil && stat.Size() == made.Packed {
		return made, nil
	}
	if made.Info, err = writeLayer(made.path, triplet, write); err != nil {
		return layer{}, err
	}
	stat, err := os.Stat(made.path)
	if err != nil {
		return layer{}, errs.Wrap(err, errs.Unavailable, "The image cache cannot be read")
	}
	made.Packed = stat.Size()
	return made, writeJSON(base+".json", made)
}

// writeLayer makes the compressed tar file in one step: it has its name only
// when it is complete.
func writeLayer(path, triplet string, write func(*debian.LayerWriter) error) (info debian.LayerInfo, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return info, errs.Wrap(err, errs.Unavailable, "The image cache folder cannot be created")
	}
	file, err := os.Create(path + ".new")
	if err != nil {
		return info, errs.Wrap(err, errs.Unavailable, "The image cache cannot be written")
	}
	defer os.Remove(file.Name())
	defer file.Close()
	packed, err := zstd.NewWriter(file, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return info, fmt.Errorf("compress layer: %w", err)
	}
	w := debian.NewLayerWriter(packed, triplet)
	if err := write(w); err != nil {
		return info, errors.Join(err, packed.Close())
	}
	if info, err = w.Close(); err != nil {
		return info, errors.Join(err, packed.Close())
	}
	if err := errors.Join(packed.Close(), file.Sync()); err != nil {
		return info, errs.Wrap(err, errs.Unavailable, "The image cache cannot be written")
	}
	return info, os.Rename(file.Name(), path)
}

// copyTo writes the uncompressed tar stream of the layer.
func (l layer) copyTo(w io.Writer) error {
	file, err := os.Open(l.path)
	if err != nil {
		return fmt.Errorf("open layer: %w", err)
	}
	defer file.Close()
	stream, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("read layer: %w", err)
	}
	defer stream.Close()
	if _, err := io.Copy(w, stream); err != nil {
		return fmt.Errorf("copy layer: %w", err)
	}
	return nil
}
