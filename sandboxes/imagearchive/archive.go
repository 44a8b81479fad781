// Package imagearchive checks image archives from participants, the output of
// "docker save" and OCI image layouts, before an engine sees them. An Archive
// that came out of Open has one image for the wanted architecture, and every
// part of it is there, is not too large, and hashes to what its manifest says.
//
// Formats: the Docker image specification v1.2 and the OCI image layout 1.0.
package imagearchive

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"incubator/platform/errs"
)

// Caps bound an archive. Zero means the default.
type Caps struct {
	ArchiveBytes int64 // the archive itself, after an outer gzip; 8 GiB
	LayerBytes   int64 // all layers, unpacked; 16 GiB
	Layers       int   // 128
	Files        int   // in the archive 10,000; in the layers a hundred times that
}

func (c Caps) withDefaults() Caps {
	if c.ArchiveBytes == 0 {
		c.ArchiveBytes = 8 << 30
	}
	if c.LayerBytes == 0 {
		c.LayerBytes = 16 << 30
	}
	if c.Layers == 0 {
		c.Layers = 128
	}
	if c.Files == 0 {
		c.Files = 10_000
	}
	return c
}

// Archive is a checked image on disk, in a temporary file until Close.
type Archive struct {
	// ID is the image's id, "sha256:" and the hash of its configuration.
	ID     string
	Config Config

	file   *os.File
	config []byte
	layers []layer
}

// Config is the part of an image's configuration that the platform uses.
type Config struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Config       struct {
		User       string              `json:"User"`
		Env        []string            `json:"Env"`
		Entrypoint []string            `json:"Entrypoint"`
		Cmd        []string            `json:"Cmd"`
		WorkingDir string              `json:"WorkingDir"`
		Volumes    map[string]struct{} `json:"Volumes"`
	} `json:"config"`
	RootFS struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
}

// layer is one part of the file system, as it lies in the temporary file.
type layer struct {
	part
	diffID string
	size   int64 // unpacked
}

// Open reads an archive of an image for the architecture (as in GOARCH), plain
// or gzipped, to its end. A broken, foreign or oversize one is errs.Invalid with
// a message that names what is wrong; errs.Unavailable means that the temporary
// file could not be written.
func Open(ctx context.Context, r io.Reader, arch string, caps Caps) (*Archive, error) {
	caps = caps.withDefaults()
	file, err := spool(ctx, r, caps)
	if err != nil {
		return nil, err
	}
	a := &Archive{file: file}
	if err := a.read(ctx, arch, caps); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// Close removes the temporary file.
func (a *Archive) Close() error { return a.file.Close() }

// Size is the unpacked size of all layers in bytes.
func (a *Archive) Size() int64 {
	var total int64
	for _, l := range a.layers {
		total += l.size
	}
	return total
}

// WriteTo writes the image in the one form that every engine loads: the layout
// of docker save, layers unpacked, without names or tags.
func (a *Archive) WriteTo(w io.Writer) (int64, error) {
	counted := &counter{w: w}
	err := a.write(tar.NewWriter(counted))
	return counted.n, err
}

func (a *Archive) write(out *tar.Writer) error {
	name := a.ID[len(digestPrefix):] + ".json"
	if err := writeEntry(out, name, int64(len(a.config)), func(w io.Writer) error {
		_, err := w.Write(a.config)
		return err
	}); err != nil {
		return err
	}
	manifest := dockerManifest{Config: name}
	for i, l := range a.layers {
		name := fmt.Sprintf("layer-%d.tar", i)
		manifest.Layers = append(manifest.Layers, name)
		if err := writeEntry(out, name, l.size, func(w io.Writer) error { return l.copyTo(w, a.file) }); err != nil {
			return err
		}
	}
	text, err := json.Marshal([]dockerManifest{manifest})
	if err != nil {
		return err
	}
	if err := writeEntry(out, dockerManifestName, int64(len(text)), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}); err != nil {
		return err
	}
	return out.Close()
}

func writeEntry(out *tar.Writer, name string, size int64, body func(io.Writer) error) error {
	if err := out.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: size}); err != nil {
		return err
	}
	return body(out)
}

// spool copies the archive to an unlinked temporary file, without an outer gzip.
func spool(ctx context.Context, r io.Reader, caps Caps) (*os.File, error) {
	file, err := os.CreateTemp("", "incubator-image-")
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "The image archive cannot be stored.")
	}
	// The name goes at once, so that no crash leaves the file.
	err = os.Remove(file.Name())
	if err == nil {
		err = copyCapped(file, withContext(ctx, r), caps.ArchiveBytes)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func copyCapped(file *os.File, r io.Reader, limit int64) error {
	in := bufio.NewReaderSize(r, 64<<10)
	var source io.Reader = in
	if magic, _ := in.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return invalid("its gzip header is broken")
		}
		source = unzipped
	}
	n, err := io.Copy(file, io.LimitReader(source, limit+1))
	var pathError *os.PathError
	switch {
	case errors.As(err, &pathError):
		return errs.Wrap(err, errs.Unavailable, "The image archive cannot be stored.")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF):
		return invalid("its gzip stream is broken or cut short")
	case err != nil:
		return err
	case n > limit:
		return invalid("it is larger than %d bytes", limit)
	case n == 0:
		return invalid("it is empty")
	}
	return nil
}

// invalid is the one form of all refusals.
func invalid(format string, args ...any) error {
	return errs.New(errs.Invalid, "The image archive cannot be used: %s.", fmt.Sprintf(format, args...))
}

// withContext makes reads fail once ctx has ended.
func withContext(ctx context.Context, r io.Reader) io.Reader { return contextReader{ctx, r} }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
