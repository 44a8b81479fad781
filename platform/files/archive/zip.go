package archive

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"incubator/platform/errs"
)

// Parts of the zip format, PKWARE APPNOTE 6.3.10.
const (
	endLen        = 22 // end of central directory record without its comment
	end64Len      = 56
	locator64Len  = 20
	directoryLen  = 46 // one header of the central directory without its tail
	maxComment    = 1<<16 - 1
	flagEncrypted = 1 << 0
	flagStrong    = 1 << 6
	flagMasked    = 1 << 13
)

// zip walks the entries that the central directory lists.
func (w *walker) zip(src io.ReaderAt, size int64) error {
	if err := w.checkDirectory(src, size); err != nil {
		return err
	}
	r, err := zip.NewReader(src, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return damaged(err)
	}
	if err := checkOverlap(r.File); err != nil {
		return err
	}
	for _, f := range r.File {
		if err := w.count(); err != nil {
			return err
		}
		if err := w.zipEntry(f); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) zipEntry(f *zip.File) error {
	if err := checkZipHeader(f); err != nil {
		return err
	}
	mode := f.Mode()
	e := Entry{Name: f.Name, Size: int64(f.UncompressedSize64), Dir: mode.IsDir(), Executable: mode&0o111 != 0}
	if e.Dir {
		if e.Size != 0 {
			return invalidEntry(f.Name, "is a folder with content")
		}
		return w.entry(e, -1, nil)
	}
	content, err := f.Open()
	if err != nil {
		return entryReadError(f.Name, err)
	}
	err = w.entry(e, int64(f.CompressedSize64), content)
	return errors.Join(err, content.Close())
}

func checkZipHeader(f *zip.File) error {
	switch {
	case f.Flags&(flagEncrypted|flagStrong|flagMasked) != 0:
		return invalidEntry(f.Name, "is encrypted; send the archive without a password")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return invalidEntry(f.Name, "uses compression method %d; use deflate or store", f.Method)
	case f.UncompressedSize64 > 1<<62 || f.CompressedSize64 > 1<<62:
		return invalidEntry(f.Name, "declares an impossible size")
	}
	switch f.Mode().Type() {
	case 0, fs.ModeDir:
		return nil
	case fs.ModeSymlink:
		return invalidEntry(f.Name, "is a symbolic link; only files and folders are accepted")
	case fs.ModeNamedPipe:
		return invalidEntry(f.Name, "is a named pipe; only files and folders are accepted")
	case fs.ModeDevice, fs.ModeDevice | fs.ModeCharDevice:
		return invalidEntry(f.Name, "is a device; only files and folders are accepted")
	default:
		return invalidEntry(f.Name, "is of a special type; only files and folders are accepted")
	}
}

// checkOverlap refuses entries that share stored bytes, by which a small archive
// can hold petabytes (D. Fifield, "A better zip bomb", WOOT 2019).
func checkOverlap(entries []*zip.File) error {
	type span struct {
		from, to int64
		name     string
	}
	spans := make([]span, 0, len(entries))
	for _, f := range entries {
		from, err := f.DataOffset()
		if err != nil {
			return entryReadError(f.Name, err)
		}
		to := from + int64(f.CompressedSize64)
		if to < from {
			return invalidEntry(f.Name, "declares an impossible size")
		}
		// The local header with its name lies before the data.
		spans = append(spans, span{from - 30 - int64(len(f.Name)), to, f.Name})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(max(-1, min(1, a.from-b.from))) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return invalidEntry(spans[i].name, "shares its bytes with %s; archives like this are refused", quote(spans[i-1].name))
		}
	}
	return nil
}

// checkDirectory counts the headers of the central directory before the reader
// allocates one object for each, and refuses bytes after the end record.
func (w *walker) checkDirectory(src io.ReaderAt, size int64) error {
	endAt, end, err := findEnd(src, size)
	if err != nil {
		return err
	}
	offset := int64(binary.LittleEndian.Uint32(end[16:]))
	if offset == 0xffffffff || binary.LittleEndian.Uint16(end[10:]) == 0xffff {
		offset, err = offset64(src, endAt, offset)
		if err != nil {
			return err
		}
	}
	if offset < 0 || offset > endAt {
		return invalid("the zip archive is damaged: its directory lies outside the file")
	}
	return w.countHeaders(bufio.NewReaderSize(io.NewSectionReader(src, offset, endAt-offset), 64<<10))
}

func (w *walker) countHeaders(r *bufio.Reader) error {
	header := make([]byte, directoryLen)
	for n := 0; ; n++ {
		if n > w.limits.Entries {
			return tooManyEntries(w.limits.Entries)
		}
		if _, err := io.ReadFull(r, header); err != nil || !strings.HasPrefix(string(header), "PK\x01\x02") {
			return nil // what else is wrong is the reader's to say
		}
		tail := 0
		for _, at := range []int{28, 30, 32} { // name, extra field, comment
			tail += int(binary.LittleEndian.Uint16(header[at:]))
		}
		if _, err := r.Discard(tail); err != nil {
			return nil
		}
	}
}

// findEnd returns the end of central directory record, which must be the last
// thing in the file but for its own comment.
func findEnd(src io.ReaderAt, size int64) (int64, []byte, error) {
	from := max(0, size-endLen-maxComment)
	tail := make([]byte, size-from)
	if _, err := src.ReadAt(tail, from); err != nil && err != io.EOF {
		return 0, nil, errs.Wrap(err, errs.Internal, "the archive could not be read")
	}
	garbage := false
	for i := len(tail) - endLen; i >= 0; i-- {
		if string(tail[i:i+4]) != "PK\x05\x06" {
			continue
		}
		end := i + endLen + int(binary.LittleEndian.Uint16(tail[i+20:]))
		if end == len(tail) {
			return from + int64(i), tail[i:], nil
		}
		garbage = garbage || end < len(tail)
	}
	if garbage {
		return 0, nil, invalid("the zip archive has other bytes after its end")
	}
	return 0, nil, invalid("the zip archive is truncated: its directory is missing")
}

// offset64 reads the directory's offset from the zip64 records, if there are any.
func offset64(src io.ReaderAt, endAt, offset int64) (int64, error) {
	locator := make([]byte, locator64Len)
	if endAt < locator64Len {
		return offset, nil
	}
	if _, err := src.ReadAt(locator, endAt-locator64Len); err != nil {
		return 0, damaged(err)
	}
	if string(locator[:4]) != "PK\x06\x07" {
		return offset, nil
	}
	end := make([]byte, end64Len)
	at := int64(binary.LittleEndian.Uint64(locator[8:]))
	if at < 0 || at > endAt {
		return 0, invalid("the zip archive is damaged: its directory lies outside the file")
	}
	if _, err := src.ReadAt(end, at); err != nil {
		return 0, damaged(err)
	}
	return int64(binary.LittleEndian.Uint64(end[48:])), nil
}

func damaged(err error) error {
	return errs.Wrap(err, errs.Invalid, "the archive is truncated or damaged")
}
