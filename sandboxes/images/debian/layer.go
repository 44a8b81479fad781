package debian

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"
	"time"
)

// Entry is a generated file, folder or symbolic link of a layer.
type Entry struct {
	Path string // relative to the root, without a slash at either end
	Mode int64  // permission bits
	Dir  bool
	Link string // target of a symbolic link
	Body []byte
}

// Library is a shared library that the dynamic linker finds by name.
type Library struct{ Name, Path string }

// LayerInfo describes a finished layer.
type LayerInfo struct {
	DiffID string    // "sha256:" and the hash of the uncompressed tar stream
	Size   int64     // of the tar stream, in bytes
	Newest time.Time // newest modification time in it
	// Libraries are those of this layer; an upper layer's cache lists them too.
	Libraries []Library
}

// LayerWriter writes one layer as a tar stream that depends on nothing but the
// order and content of what is added: no clock, no owner, no file system.
type LayerWriter struct {
	out    *tar.Writer
	hash   hash.Hash
	count  countWriter
	seen   map[string]bool
	newest time.Time
	libs   []Library
	libDir string
}

// NewLayerWriter starts a layer. triplet is Debian's multiarch name, such as
// x86_64-linux-gnu.
func NewLayerWriter(w io.Writer, triplet string) *LayerWriter {
	l := &LayerWriter{hash: sha256.New(), seen: map[string]bool{}, newest: Epoch, libDir: "usr/lib/" + triplet}
	l.out = tar.NewWriter(io.MultiWriter(w, l.hash, &l.count))
	return l
}

// Add writes generated entries. What was added first stays: a package's file at
// the same path is dropped.
func (l *LayerWriter) Add(entries ...Entry) error {
	for _, e := range entries {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: e.Path, Mode: e.Mode, Size: int64(len(e.Body)), ModTime: Epoch}
		switch {
		case e.Dir:
			header.Typeflag, header.Name = tar.TypeDir, e.Path+"/"
		case e.Link != "":
			header.Typeflag, header.Linkname, header.Mode = tar.TypeSymlink, e.Link, 0o777
			l.noteLink(e.Path)
		}
		if err := l.write(header, bytes.NewReader(e.Body)); err != nil {
			return err
		}
	}
	return nil
}

// noteLink registers a link that stands for a chosen alternative, for example
// libblas.so.3, whose target is in no folder that the linker searches.
func (l *LayerWriter) noteLink(name string) {
	if path.Dir(name) == l.libDir && strings.Contains(path.Base(name), ".so") {
		l.libs = append(l.libs, Library{Name: path.Base(name), Path: linkerPath(l.libDir, path.Base(name))})
	}
}

// write emits an entry once, after the folders it is in.
func (l *LayerWriter) write(header *tar.Header, body io.Reader) error {
	name := strings.TrimSuffix(header.Name, "/")
	if l.seen[name] {
		return nil
	}
	if parent := path.Dir(name); parent != "." && !l.seen[parent] {
		folder := &tar.Header{Typeflag: tar.TypeDir, Name: parent + "/", Mode: 0o755, ModTime: Epoch}
		if err := l.write(folder, nil); err != nil {
			return err
		}
	}
	l.seen[name] = true
	if header.ModTime.After(l.newest) {
		l.newest = header.ModTime.UTC() // never the zone of this machine
	}
	if err := l.out.WriteHeader(header); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if header.Typeflag != tar.TypeReg {
		return nil
	}
	if _, err := io.Copy(l.out, body); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// AddPackages unpacks packages from the store in the given order and reports
// how many of them are done.
func (l *LayerWriter) AddPackages(ctx context.Context, store Store, packages []Package, progress Progress) error {
	spools, err := startSpools(ctx, store, packages, l.libDir)
	if err != nil {
		return err
	}
	defer spools.close()
	if progress == nil {
		progress = func(int64, int64) {}
	}
	progress(0, int64(len(packages)))
	for i, p := range packages {
		spooled, err := spools.wait(i)
		if err == nil {
			err = l.copySpool(spooled)
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", p.Name, err)
		}
		l.libs = append(l.libs, spooled.libs...)
		progress(int64(i+1), int64(len(packages)))
	}
	return nil
}

func (l *LayerWriter) copySpool(s *spool) error {
	return s.each(func(header *tar.Header, body io.Reader) error { return l.write(header, body) })
}

// Libraries returns those added so far.
func (l *LayerWriter) Libraries() []Library { return l.libs }

// Close ends the stream and returns what it was.
func (l *LayerWriter) Close() (LayerInfo, error) {
	if err := l.out.Close(); err != nil {
		return LayerInfo{}, fmt.Errorf("finish layer: %w", err)
	}
	return LayerInfo{
		DiffID: "sha256:" + hex.EncodeToString(l.hash.Sum(nil)), Size: int64(l.count), Newest: l.newest, Libraries: l.libs,
	}, nil
}

type countWriter int64

func (c *countWriter) Write(p []byte) (int, error) {
	*c += countWriter(len(p))
	return len(p), nil
}
