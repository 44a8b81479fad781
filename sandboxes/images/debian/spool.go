package debian

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// spool is one unpacked and cleaned package, as a tar file on disk.
// Decompression is what building a layer costs, so packages are unpacked side
// by side into spools and then copied into the layer in order: memory stays
// small however large the packages are.
type spool struct {
	path string
	libs []Library
	err  error
}

// spools unpacks packages in the background.
type spools struct {
	dir    string
	cancel context.CancelFunc
	ready  []chan *spool
	idle   chan struct{} // closed when no worker runs any more
}

// startSpools starts to unpack packages into a temporary folder of the store.
func startSpools(ctx context.Context, store Store, packages []Package, libDir string) (*spools, error) {
	dir, err := os.MkdirTemp(store.Dir, "unpack-")
	if err != nil {
		return nil, fmt.Errorf("create folder to unpack into: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &spools{dir: dir, cancel: cancel, idle: make(chan struct{})}
	for range packages {
		s.ready = append(s.ready, make(chan *spool, 1))
	}
	go s.run(ctx, store, packages, libDir)
	return s, nil
}

// run unpacks in order, as many packages at once as there are processors.
func (s *spools) run(ctx context.Context, store Store, packages []Package, libDir string) {
	slots := make(chan struct{}, max(1, runtime.NumCPU()))
	for i, p := range packages {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			s.ready[i] <- unpack(ctx, store.path(p.SHA256), filepath.Join(s.dir, p.Name), libDir)
		}()
	}
	for range cap(slots) {
		slots <- struct{}{}
	}
	close(s.idle)
}

// wait returns the spool of package i, or the error that it ended with.
func (s *spools) wait(i int) (*spool, error) {
	spooled := <-s.ready[i]
	return spooled, spooled.err
}

// close stops what still runs and removes every spool.
func (s *spools) close() {
	s.cancel()
	<-s.idle
	os.RemoveAll(s.dir)
}

// unpack writes the cleaned entries of a .deb file to a tar file.
func unpack(ctx context.Context, deb, target, libDir string) *spool {
	s := &spool{path: target}
	file, err := os.Create(target)
	if err != nil {
		s.err = err
		return s
	}
	buffer := bufio.NewWriterSize(file, 1<<18)
	out := tar.NewWriter(buffer)
	s.err = readDeb(deb, func(h *tar.Header, body io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return s.add(out, h, body, libDir)
	})
	s.err = errors.Join(s.err, out.Close(), buffer.Flush(), file.Close())
	return s
}

// add writes one entry, and notes it when it is a shared library.
func (s *spool) add(out *tar.Writer, h *tar.Header, body io.Reader, libDir string) error {
	header, keep, err := clean(h)
	if err != nil || !keep {
		return err
	}
	if err := out.WriteHeader(header); err != nil {
		return err
	}
	if header.Typeflag != tar.TypeReg {
		return nil
	}
	if path.Dir(header.Name) != libDir || !strings.Contains(path.Base(header.Name), ".so") {
		_, err := io.Copy(out, body)
		return err
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if name := soname(content); name != "" {
		s.libs = append(s.libs, Library{Name: name, Path: linkerPath(libDir, name)})
	}
	_, err = out.Write(content)
	return err
}

// linkerPath is a library's path as the dynamic linker's own cache has it: by
// the folder's name outside /usr, which is a link to the same place.
func linkerPath(libDir, name string) string {
	return strings.TrimPrefix(libDir, "usr") + "/" + name
}

// soname returns the name that programs were linked against, "" if none.
func soname(content []byte) string {
	file, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		return ""
	}
	names, err := file.DynString(elf.DT_SONAME)
	if err != nil || len(names) != 1 {
		return ""
	}
	return names[0]
}

// each reads the spool back and removes it.
func (s *spool) each(visit func(*tar.Header, io.Reader) error) error {
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer os.Remove(s.path)
	defer file.Close()
	entries := tar.NewReader(bufio.NewReaderSize(file, 1<<18))
	for {
		header, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(header, entries); err != nil {
			return err
		}
	}
}
