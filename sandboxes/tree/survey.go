package tree

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"
)

// Entry is one file or directory that Survey allowed. Path is relative to the
// root, with slashes.
type Entry struct {
	Path string
	Dir  bool
	Exec bool
	Size int64
}

// errStop ends a walk that has seen enough.
var errStop = errors.New("stop")

// Survey walks root by lstat and opens nothing but directories. It returns the
// entries in a stable order, or a Refusal when anything in the folder is not
// allowed. The folder must not change meanwhile.
func Survey(root string, caps Caps) ([]Entry, Totals, error) {
	s := &survey{root: root, tally: tally{caps: caps}}
	err := s.dir("", 0)
	if s.tally.refusal != nil {
		return nil, Totals{}, s.tally.refusal
	}
	if err != nil {
		return nil, Totals{}, err
	}
	return s.entries, s.tally.totals, nil
}

type survey struct {
	root    string
	tally   tally
	entries []Entry
}

// dir reads one directory in batches, so that a flood of names ends at the caps.
func (s *survey) dir(rel string, depth int) error {
	names, err := s.names(rel)
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		if err := s.one(path.Join(rel, name), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *survey) names(rel string) ([]string, error) {
	full := filepath.Join(s.root, rel)
	if err := readable(full, 0o500); err != nil {
		return nil, err
	}
	dir, err := os.Open(full)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	var names []string
	for {
		batch, err := dir.Readdirnames(1024)
		names = append(names, batch...)
		if len(names) > s.tally.caps.Files {
			s.tally.offend(TooLarge, rel, "there are more than %d files and folders", s.tally.caps.Files)
			return nil, errStop
		}
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// one judges one path. A bad entry does not end the walk, so that the refusal
// can list a few more; too many or too large ones do.
func (s *survey) one(rel string, depth int) error {
	info, err := os.Lstat(filepath.Join(s.root, rel))
	if err != nil {
		return err
	}
	if !s.tally.name(rel) {
		return s.enough()
	}
	if reason := unfit(info); reason != "" {
		s.tally.offend(Bad, rel, "%s", reason)
		return s.enough()
	}
	if !s.tally.entry(rel, info.IsDir(), info.Size()) {
		return errStop
	}
	s.entries = append(s.entries, Entry{Path: rel, Dir: info.IsDir(), Exec: info.Mode()&0o100 != 0, Size: info.Size()})
	if info.IsDir() {
		return s.dir(rel, depth)
	}
	return nil
}

func (s *survey) enough() error {
	if s.tally.refusal.Count > maxOffenders {
		return errStop
	}
	return nil
}

// unfit says why the entry must not be in a tree, or "" when it may.
func unfit(info fs.FileInfo) string {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return ""
	case mode&fs.ModeSymlink != 0:
		return "it is a symbolic link; only files and folders are taken"
	case mode&fs.ModeDevice != 0:
		return "it is a device; only files and folders are taken"
	case mode&fs.ModeNamedPipe != 0:
		return "it is a named pipe; only files and folders are taken"
	case mode&fs.ModeSocket != 0:
		return "it is a socket; only files and folders are taken"
	case !mode.IsRegular():
		return "it is not a regular file"
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 {
		return fmt.Sprintf("it is a hard link (%d names for one file)", stat.Nlink)
	}
	return ""
}

// readable gives the owner the bits that a program may have taken away.
func readable(full string, bits fs.FileMode) error {
	info, err := os.Lstat(full)
	if err != nil || info.Mode()&bits == bits {
		return err
	}
	return os.Chmod(full, info.Mode().Perm()|bits)
}

// Write streams the entries below root as a tar with fixed owners, modes and
// times, so that equal content gives equal bytes.
func Write(w io.Writer, root string, entries []Entry) error {
	out := tar.NewWriter(w)
	buf := make([]byte, 32<<10)
	for _, entry := range entries {
		if err := out.WriteHeader(header(entry)); err != nil {
			return err
		}
		if entry.Dir {
			continue
		}
		if err := writeFile(out, filepath.Join(root, entry.Path), entry.Size, buf); err != nil {
			return err
		}
	}
	return out.Close()
}

func writeFile(w io.Writer, full string, size int64, buf []byte) error {
	if err := readable(full, 0o400); err != nil {
		return err
	}
	file, err := os.OpenFile(full, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	// The plain reader hides File.WriteTo, which would bypass the buffer.
	n, err := io.CopyBuffer(w, struct{ io.Reader }{io.LimitReader(file, size)}, buf)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func header(e Entry) *tar.Header {
	h := &tar.Header{Name: e.Path, Typeflag: tar.TypeReg, Mode: 0o644, Size: e.Size, Format: tar.FormatPAX}
	switch {
	case e.Dir:
		h.Typeflag, h.Name, h.Mode = tar.TypeDir, e.Path+"/", 0o755
	case e.Exec:
		h.Mode = 0o755
	}
	return h
}
