package imagearchive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// filesPerEntry scales Caps.Files to the files inside layers.
const filesPerEntry = 100

// checkLayers unpacks every layer once, in memory-bounded streams.
func (a *Archive) checkLayers(ctx context.Context, x *index, names []string, caps Caps) error {
	left := layerBudget{bytes: caps.LayerBytes, files: caps.Files * filesPerEntry}
	for i, name := range names {
		p, err := x.find(name)
		if err != nil {
			return err
		}
		l := layer{part: p, diffID: a.Config.RootFS.DiffIDs[i]}
		if err := l.check(ctx, a.file, &left, caps); err != nil {
			return err
		}
		a.layers = append(a.layers, l)
	}
	return nil
}

// layerBudget is what all layers together may still hold.
type layerBudget struct {
	bytes int64
	files int
}

// check verifies the layer's hash and that it is a tar archive of sane paths.
func (l *layer) check(ctx context.Context, file *os.File, left *layerBudget, caps Caps) error {
	content, closeContent, err := l.unpacked(file)
	if err != nil {
		return err
	}
	defer closeContent()
	hash := sha256.New()
	counted := &counter{w: hash}
	limited := io.LimitReader(withContext(ctx, content), left.bytes+1)
	tee := io.TeeReader(limited, counted)
	walkErr := l.walk(tee, left, caps)
	if _, err := io.Copy(io.Discard, tee); err != nil && walkErr == nil {
		walkErr = l.broken(ctx, err)
	}
	l.size = counted.n
	left.bytes -= l.size
	switch {
	case left.bytes < 0:
		return invalid("its layers unpack to more than %d bytes", caps.LayerBytes)
	case walkErr != nil:
		return walkErr
	case digestPrefix+hex.EncodeToString(hash.Sum(nil)) != l.diffID:
		return invalid("the layer %q does not have the hash that the configuration gives", l.name)
	}
	return nil
}

func (l *layer) walk(r io.Reader, left *layerBudget, caps Caps) error {
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return invalid("the layer %q is not a whole tar archive", l.name)
		}
		if left.files--; left.files < 0 {
			return invalid("its layers hold more than %d files", caps.Files*filesPerEntry)
		}
		if slices.Contains(strings.Split(path.Clean("/"+h.Name), "/"), "..") || strings.Contains("/"+h.Name+"/", "/../") {
			return invalid("the layer %q holds the path %q", l.name, h.Name)
		}
	}
}

func (l *layer) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return err
	}
	return invalid("the layer %q is not whole", l.name)
}

// copyTo writes the unpacked layer.
func (l *layer) copyTo(w io.Writer, file *os.File) error {
	content, closeContent, err := l.unpacked(file)
	if err != nil {
		return err
	}
	defer closeContent()
	_, err = io.Copy(w, content)
	return err
}

// unpacked opens the layer's tar stream whatever it is compressed with.
func (l *layer) unpacked(file *os.File) (io.Reader, func(), error) {
	in := bufio.NewReaderSize(l.open(file), 64<<10)
	magic, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		r, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, invalid("the layer %q has a broken gzip header", l.name)
		}
		return r, func() {}, nil
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		r, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, nil, invalid("the layer %q has a broken zstd header", l.name)
		}
		return r, r.Close, nil
	}
	return in, func() {}, nil
}
