package tree

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path"
	"strings"
)

// Copy reads a tar stream from r, checks every entry against the caps and writes
// a clean tar to w. The error is a *Refusal when the stream breaks a rule or is
// not a tar, and w's or r's own error otherwise. What was written before a
// refusal must be thrown away.
func Copy(w io.Writer, r io.Reader, caps Caps) (Totals, error) {
	out := tar.NewWriter(w)
	buf := make([]byte, 32<<10)
	totals, err := walk(r, caps, func(e Entry, body io.Reader) error {
		if err := out.WriteHeader(header(e)); err != nil || e.Dir {
			return err
		}
		return copyBody(out, body, e.Size, buf)
	})
	if err != nil {
		return Totals{}, err
	}
	return totals, out.Close()
}

// Unpack writes a tar stream below root, which must exist. Files are created
// anew: a name that appears twice is refused. The error is as for Copy.
func Unpack(r io.Reader, root string, caps Caps) (Totals, error) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return Totals{}, err
	}
	defer dir.Close()
	buf := make([]byte, 32<<10)
	return walk(r, caps, func(e Entry, body io.Reader) error {
		if e.Dir {
			return dir.MkdirAll(e.Path, 0o755)
		}
		if parent := path.Dir(e.Path); parent != "." {
			if err := dir.MkdirAll(parent, 0o755); err != nil {
				return err
			}
		}
		return unpackFile(dir, e, body, buf)
	})
}

func unpackFile(dir *os.Root, e Entry, body io.Reader, buf []byte) error {
	mode := os.FileMode(0o644)
	if e.Exec {
		mode = 0o755
	}
	file, err := dir.OpenFile(e.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = copyBody(file, body, e.Size, buf)
	return errors.Join(err, file.Close())
}

func copyBody(w io.Writer, body io.Reader, size int64, buf []byte) error {
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{body}, buf)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// walk calls visit for each allowed entry of the stream and reads it to its end.
func walk(r io.Reader, caps Caps, visit func(Entry, io.Reader) error) (Totals, error) {
	t := &tally{caps: caps}
	seen := map[string]bool{}
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return t.totals, nil
		}
		if err != nil {
			return Totals{}, broken(err)
		}
		entry, ok := t.admit(h, seen)
		if t.refusal != nil {
			return Totals{}, t.refusal
		}
		if !ok {
			continue
		}
		if err := visit(entry, in); err != nil {
			return Totals{}, broken(err)
		}
	}
}

// admit turns a header into an entry; false without a refusal means "skip it",
// which is the root itself or a global PAX record.
func (t *tally) admit(h *tar.Header, seen map[string]bool) (Entry, bool) {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return Entry{}, false
	}
	dir := h.Typeflag == tar.TypeDir
	name := strings.TrimPrefix(h.Name, "./")
	if dir {
		name = strings.TrimSuffix(name, "/")
	}
	if dir && (name == "" || name == ".") {
		return Entry{}, false
	}
	if !dir && h.Typeflag != tar.TypeReg {
		t.offend(Bad, name, "it is %s; only files and folders are taken", typeName(h.Typeflag))
		return Entry{}, false
	}
	if !t.name(name) || !t.entry(name, dir, h.Size) {
		return Entry{}, false
	}
	if seen[name] && !dir {
		t.offend(Bad, name, "the name appears twice")
		return Entry{}, false
	}
	seen[name] = true
	return Entry{Path: name, Dir: dir, Exec: h.Mode&0o100 != 0, Size: h.Size}, true
}

func typeName(flag byte) string {
	switch flag {
	case tar.TypeSymlink:
		return "a symbolic link"
	case tar.TypeLink:
		return "a hard link"
	case tar.TypeChar, tar.TypeBlock:
		return "a device"
	case tar.TypeFifo:
		return "a named pipe"
	}
	return "an entry of an unknown type"
}

// broken turns the reader's complaints about the format into a Refusal and
// leaves every other error as it is.
func broken(err error) error {
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, tar.ErrFieldTooLong) || errors.Is(err, tar.ErrInsecurePath) {
		return &Refusal{Kind: Bad, Path: ".", Reason: "the stream is not a whole tar archive", Count: 1}
	}
	return err
}
