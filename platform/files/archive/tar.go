package archive

import (
	"archive/tar"
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"incubator/platform/errs"
)

const (
	block = 512
	// headerRoom is what headers and padding of one entry may add to a stream.
	headerRoom = 4 << 10
	// zstdWindow is the most memory that one frame may ask for.
	zstdWindow = 128 << 20
)

// tar walks a tar stream, compressed or not, to the last byte of src.
func (w *walker) tar(src io.Reader, format Format) error {
	plain, closePlain, err := decompress(src, format)
	if err != nil {
		return damaged(err)
	}
	defer closePlain()
	stream := &streamReader{r: plain, limit: w.limits.TotalBytes + int64(w.limits.Entries)*headerRoom,
		ratio: w.limits.Ratio, from: w.limits.RatioFrom, archiveSize: w.archiveSize}
	if err := w.tarEntries(stream); err != nil {
		return err
	}
	return checkTail(stream)
}

func decompress(src io.Reader, format Format) (io.Reader, func(), error) {
	switch format {
	case TarGzip:
		r, err := newGzip(src)
		return r, func() {}, err
	case TarZstd:
		r, err := zstd.NewReader(src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return nil, nil, err
		}
		return r, r.Close, nil
	default:
		return src, func() {}, nil
	}
}

func (w *walker) tarEntries(stream *streamReader) error {
	r := tar.NewReader(stream)
	last := "" // for messages about damage between entries
	for {
		// The entry before was read to its end, so only its padding and the next
		// header, or the end marker, can lie between here and the next entry.
		headerAt := (stream.n + block - 1) / block * block
		header, err := r.Next()
		if err == io.EOF {
			if stream.n < headerAt+block {
				return invalid("the archive is truncated: its end marker is missing%s", after(last))
			}
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return nextError(err, last)
		}
		if err := w.count(); err != nil {
			return err
		}
		if err := w.tarEntry(header, r); err != nil {
			return err
		}
		last = header.Name
	}
}

func (w *walker) tarEntry(h *tar.Header, content io.Reader) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil // git archive writes one; it holds a comment
	}
	if err := checkTarHeader(h); err != nil {
		return err
	}
	e := Entry{Name: h.Name, Size: h.Size, Dir: h.Typeflag == tar.TypeDir, Executable: h.Mode&0o111 != 0}
	if e.Dir && e.Size != 0 {
		return invalidEntry(h.Name, "is a folder with content")
	}
	return w.entry(e, -1, content)
}

func checkTarHeader(h *tar.Header) error {
	if h.Typeflag == tar.TypeGNUSparse {
		return errSparse(h.Name)
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return errSparse(h.Name)
		}
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeDir:
		return nil
	case tar.TypeSymlink:
		return invalidEntry(h.Name, "is a symbolic link to %s; only files and folders are accepted", quote(h.Linkname))
	case tar.TypeLink:
		return invalidEntry(h.Name, "is a hard link to %s; only files and folders are accepted", quote(h.Linkname))
	case tar.TypeChar, tar.TypeBlock:
		return invalidEntry(h.Name, "is a device; only files and folders are accepted")
	case tar.TypeFifo:
		return invalidEntry(h.Name, "is a named pipe; only files and folders are accepted")
	default:
		return invalidEntry(h.Name, "is of the special type %q; only files and folders are accepted", h.Typeflag)
	}
}

func errSparse(name string) error {
	return invalidEntry(name, "is a sparse file; create the archive without sparse files")
}

// checkTail reads what follows the end marker: zeros, as tar pads its output.
// It also makes the decompressor check its own end.
func checkTail(stream *streamReader) error {
	buffer := make([]byte, 32<<10)
	for {
		n, err := stream.Read(buffer)
		if !isZero(buffer[:n]) {
			return errTrailing()
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return tailError(err)
		}
	}
}

func tailError(err error) error {
	if errors.Is(err, zstd.ErrMagicMismatch) {
		return errTrailing()
	}
	return nextError(err, "")
}

func errTrailing() error { return invalid("the archive has other bytes after its end") }

// nextError translates an error between two entries.
func nextError(err error, last string) error {
	var known *errs.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errs.Wrap(err, errs.Invalid, "the archive is truncated%s", after(last))
	}
	return errs.Wrap(err, errs.Invalid, "the archive is damaged%s", after(last))
}

func after(name string) string {
	if name == "" {
		return ""
	}
	return " after the entry " + quote(name)
}

// streamReader counts the decompressed bytes and stops a bomb that hides in what
// belongs to no file, such as headers.
type streamReader struct {
	r           io.Reader
	n           int64
	limit       int64
	ratio, from int64
	archiveSize int64
}

func (s *streamReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	if s.n > s.limit {
		return 0, invalid("the archive expands to more than the limit of %s", sizeText(s.limit))
	}
	if s.n > s.from && s.n/s.ratio > s.archiveSize {
		return 0, invalid("the archive expands to more than %d times its compressed size; archives like this are refused", s.ratio)
	}
	return n, err
}

func isZero(p []byte) bool {
	for _, b := range p {
		if b != 0 {
			return false
		}
	}
	return true
}
