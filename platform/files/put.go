package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"incubator/platform/errs"
)

const copyBuffer = 256 << 10

// tempFile is what Put needs of a new file; tests put failing disks behind it.
type tempFile interface {
	io.Writer
	Name() string
	Sync() error
	Close() error
}

func newTemp(dir string) (tempFile, error) { return os.CreateTemp(dir, "put-*") }

// Put stores the bytes of r and returns their hash and size once they are
// durable. More than limit bytes is Invalid, a full disk is Unavailable; on any
// error nothing is left behind. Putting the same bytes again, also at the same
// time, is harmless and makes the blob young again for Sweep.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (Blob, error) {
	temp, err := s.createTemp(s.tempDir())
	if err != nil {
		return Blob{}, diskError(err, "create a temporary file")
	}
	blob, err := fill(ctx, temp, r, limit)
	if err == nil {
		err = s.commit(temp.Name(), blob.SHA256)
	}
	if err != nil {
		err = errors.Join(err, ignoreMissing(os.Remove(temp.Name())))
		return Blob{}, err
	}
	return blob, nil
}

// fill copies r to the file, syncs and closes it.
func fill(ctx context.Context, temp tempFile, r io.Reader, limit int64) (Blob, error) {
	source := &sourceReader{ctx: ctx, r: io.LimitReader(r, limit+1)}
	hash := sha256.New()
	size, err := io.CopyBuffer(io.MultiWriter(hash, onlyWriter{temp}), source, make([]byte, copyBuffer))
	switch {
	case source.err != nil:
		err = source.err
	case err != nil:
		err = diskError(err, "write the file")
	case size > limit:
		err = tooLarge(limit)
	default:
		err = diskError(temp.Sync(), "sync the file")
	}
	if closeErr := temp.Close(); err == nil {
		err = diskError(closeErr, "close the file")
	}
	return Blob{SHA256: hex.EncodeToString(hash.Sum(nil)), Size: size}, err
}

// commit gives a complete, synced file its final name. It always renames, also
// over an equal blob: that makes the blob young, so a sweep that decided
// just before to remove it finds a young one and leaves it.
func (s *Store) commit(temp, sha string) error {
	final := s.path(sha)
	if err := s.ensureDir(filepath.Dir(final)); err != nil {
		return err
	}
	if err := os.Rename(temp, final); err != nil {
		return diskError(err, "name the file")
	}
	return syncDir(filepath.Dir(final))
}

func (s *Store) ensureDir(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return diskError(err, "create a folder")
	}
	return syncDir(filepath.Dir(dir))
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return diskError(err, "open a folder")
	}
	return diskError(errors.Join(d.Sync(), d.Close()), "sync a folder")
}

// sourceReader stops at a cancelled context and remembers its own failure, which
// tells a broken upload from a broken disk.
type sourceReader struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = errs.Wrap(context.Cause(s.ctx), errs.Unavailable, "the upload was stopped before it was complete")
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = uploadError(err)
	}
	return n, err
}

func uploadError(err error) error {
	var known *errs.Error
	if errors.As(err, &known) {
		return err
	}
	return errs.Wrap(err, errs.Invalid, "the upload ended before it was complete")
}

// onlyWriter hides ReadFrom of a file, which would bypass the hash's turn.
type onlyWriter struct{ io.Writer }

func tooLarge(limit int64) error {
	return errs.New(errs.Invalid, "the file is larger than the limit of %s", FormatSize(limit))
}

// diskError translates a failure of the file system; nil stays nil.
func diskError(err error, doing string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.Wrap(err, errs.Unavailable, "the disk is full; the file was not stored")
	default:
		return errs.Wrap(err, errs.Internal, "the file store could not %s", doing)
	}
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
