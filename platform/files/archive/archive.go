// Package archive reads uploaded archives as hostile input: zip, tar, tar.gz
// and tar.zst. Nothing is extracted to the host; an archive is walked entry by
// entry, or rewritten as a plain tar stream that holds only regular files and
// folders with clean relative names. Archives inside archives stay files.
package archive

import (
	"bytes"
	"context"
	"errors"
	"io"

	"incubator/platform/errs"
)

// Format is a kind of archive.
type Format string

// The formats that are read.
const (
	Zip     Format = "zip"
	Tar     Format = "tar"
	TarGzip Format = "tar.gz"
	TarZstd Format = "tar.zst"
)

// Limits bounds what an archive may hold. Use DefaultLimits and lower it.
type Limits struct {
	Entries    int   // entries of any kind
	TotalBytes int64 // sum of the sizes of all files
	EntryBytes int64 // size of one file
	// Ratio is how many times larger than the archive its content may be. It is
	// checked only past RatioFrom bytes, as small files of zeros are no bomb.
	Ratio     int64
	RatioFrom int64
	PathBytes int // length of a name
	Depth     int // elements of a name
	// FoldCase refuses names that differ only in case, for file systems that
	// would merge them.
	FoldCase bool
}

// DefaultLimits returns the limits for submissions and packs.
func DefaultLimits() Limits {
	return Limits{
		Entries: 100_000, TotalBytes: 4 << 30, EntryBytes: 2 << 30,
		Ratio: 200, RatioFrom: 64 << 20, PathBytes: 512, Depth: 32,
	}
}

// Entry is one regular file or folder of an archive.
type Entry struct {
	Name       string // clean, relative, slash-separated, UTF-8; no trailing slash
	Size       int64  // bytes; 0 for a folder
	Dir        bool
	Executable bool // any execute bit was set
}

// Summary says what a whole archive held.
type Summary struct {
	Format Format
	Files  int
	Dirs   int
	Bytes  int64 // sum of the sizes of the files
}

// Visit is called once for each entry in archive order. The reader yields the
// content and ends with an error if the archive lies about it; what Visit leaves
// unread is read and checked afterwards. Folders have an empty reader.
type Visit func(e Entry, content io.Reader) error

// Walk reads the whole archive, checks it and calls visit for each entry. An
// error of the archive is Invalid and names the entry. As damage may show only
// at the end, the caller must discard what it did when Walk fails.
func Walk(ctx context.Context, src io.ReaderAt, size int64, limits Limits, visit Visit) (Summary, error) {
	format, err := Detect(src, size)
	if err != nil {
		return Summary{}, err
	}
	w := &walker{ctx: ctx, limits: limits, archiveSize: size, visit: visit, names: newNames(limits)}
	w.summary.Format = format
	if format == Zip {
		err = w.zip(src, size)
	} else {
		err = w.tar(io.NewSectionReader(src, 0, size), format)
	}
	if err == nil && w.summary.Files == 0 {
		err = invalid("the archive is empty: it holds no file")
	}
	if err != nil {
		return Summary{}, err
	}
	return w.summary, nil
}

// Check reads the whole archive and reports what it holds.
func Check(ctx context.Context, src io.ReaderAt, size int64, limits Limits) (Summary, error) {
	return Walk(ctx, src, size, limits, func(Entry, io.Reader) error { return nil })
}

// Detect tells the format from the first bytes. Anything else is Invalid; known
// formats that are not read are named.
func Detect(src io.ReaderAt, size int64) (Format, error) {
	if size == 0 {
		return "", invalid("the file is empty")
	}
	head := make([]byte, min(size, 512))
	if _, err := src.ReadAt(head, 0); err != nil && err != io.EOF {
		return "", errs.Wrap(err, errs.Internal, "the archive could not be read")
	}
	for _, m := range magics {
		if len(head) >= m.at+len(m.bytes) && bytes.Equal(head[m.at:m.at+len(m.bytes)], []byte(m.bytes)) {
			if m.refused != "" {
				return "", invalid("%s archives are not accepted; send zip, tar, tar.gz or tar.zst", m.refused)
			}
			return m.format, nil
		}
	}
	if len(head) == 512 && isZero(head) {
		return Tar, nil // an empty tar is only its end marker
	}
	return "", invalid("the file is not an archive that is accepted here: zip, tar, tar.gz or tar.zst")
}

var magics = []struct {
	at      int
	bytes   string
	format  Format
	refused string
}{
	{0, "PK\x03\x04", Zip, ""},
	{0, "PK\x05\x06", Zip, ""},
	{0, "\x1f\x8b", TarGzip, ""},
	{0, "\x28\xb5\x2f\xfd", TarZstd, ""},
	{257, "ustar", Tar, ""},
	{0, "BZh", "", "bzip2"},
	{0, "\xfd7zXZ\x00", "", "xz"},
	{0, "7z\xbc\xaf\x27\x1c", "", "7z"},
	{0, "Rar!\x1a\x07", "", "RAR"},
}

// walker carries the state of one Walk.
type walker struct {
	ctx         context.Context
	limits      Limits
	archiveSize int64
	visit       Visit
	names       *names
	entries     int
	summary     Summary
}

// count is called for each header, also of entries that are refused or skipped.
func (w *walker) count() error {
	if err := w.ctx.Err(); err != nil {
		return errs.Wrap(err, errs.Unavailable, "reading the archive was stopped")
	}
	w.entries++
	if w.entries > w.limits.Entries {
		return tooManyEntries(w.limits.Entries)
	}
	return nil
}

// entry checks one entry's name and sizes, hands it to visit and reads the rest.
// compressed is the entry's own stored size, or negative when it has none.
func (w *walker) entry(e Entry, compressed int64, content io.Reader) error {
	name, err := w.names.add(e.Name, e.Dir)
	if err != nil {
		return err
	}
	if name == "" {
		return nil // the root folder itself
	}
	e.Name = name
	if e.Dir {
		w.summary.Dirs++
		return w.visit(e, bytes.NewReader(nil))
	}
	if err := w.sizes(e, compressed); err != nil {
		return err
	}
	w.summary.Files++
	w.summary.Bytes += e.Size
	checked := &contentReader{w: w, entry: e, r: content, left: e.Size}
	if err := w.visit(e, checked); err != nil {
		if checked.err != nil && checked.err != io.EOF {
			return checked.err
		}
		return err
	}
	_, err = io.Copy(io.Discard, checked)
	return err
}

// sizes judges the declared sizes before any content is read; contentReader
// holds the archive to them.
func (w *walker) sizes(e Entry, compressed int64) error {
	if e.Size < 0 || e.Size > w.limits.EntryBytes {
		return invalidEntry(e.Name, "is larger than the limit of %s for one file", sizeText(w.limits.EntryBytes))
	}
	total := w.summary.Bytes + e.Size
	if total > w.limits.TotalBytes {
		return invalidEntry(e.Name, "takes the archive's content over the limit of %s", sizeText(w.limits.TotalBytes))
	}
	if compressed >= 0 && e.Size > w.limits.RatioFrom && e.Size/w.limits.Ratio > compressed {
		return bomb(e.Name, w.limits.Ratio)
	}
	if total > w.limits.RatioFrom && total/w.limits.Ratio > w.archiveSize {
		return bomb(e.Name, w.limits.Ratio)
	}
	return nil
}

// contentReader yields exactly the declared number of bytes, or an error. That
// there are no more is up to the readers of the formats.
type contentReader struct {
	w     *walker
	entry Entry
	r     io.Reader
	left  int64
	err   error
}

func (c *contentReader) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if err := c.w.ctx.Err(); err != nil {
		c.err = errs.Wrap(err, errs.Unavailable, "reading the archive was stopped")
		return 0, c.err
	}
	n, err := c.r.Read(p)
	c.left -= int64(n)
	switch {
	case err == io.EOF && c.left > 0:
		err = invalidEntry(c.entry.Name, "is cut short: the archive is truncated or damaged")
	case err != nil && err != io.EOF:
		err = entryReadError(c.entry.Name, err)
	}
	c.err = err
	return n, err
}

// entryReadError translates an error of a decompressor or a tar reader.
func entryReadError(name string, err error) error {
	var known *errs.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return invalidEntry(name, "is cut short: the archive is truncated or damaged")
	}
	wrapped := invalidEntry(name, "cannot be read: the archive is damaged")
	wrapped.Err = err
	return wrapped
}
