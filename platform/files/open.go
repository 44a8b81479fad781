package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"incubator/platform/errs"
)

// Open returns the blob, positioned at its first byte, and its size in bytes.
// It looks in the folder first, then in the database. The caller closes it.
func (s *Store) Open(ctx context.Context, sha string) (File, int64, error) {
	if !validSHA(sha) {
		return nil, 0, errNotFound()
	}
	f, size, err := s.openFile(sha)
	if !errors.Is(err, os.ErrNotExist) {
		return f, size, err
	}
	data, err := s.small(ctx, sha)
	if err == nil {
		return memory{bytes.NewReader(data)}, int64(len(data)), nil
	}
	if !errs.Is(err, errs.NotFound) {
		return nil, 0, err
	}
	// Last, so that the common paths do not pay for it: a sweep may hold it.
	if err := s.restore(sha); err != nil {
		return nil, 0, err
	}
	f, size, err = s.openFile(sha)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, errNotFound()
	}
	return f, size, err
}

// openFile returns os.ErrNotExist as it is.
func (s *Store) openFile(sha string) (File, int64, error) {
	f, err := os.Open(s.path(sha))
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, err
	}
	if err != nil {
		return nil, 0, diskError(err, "open the file")
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, diskError(errors.Join(err, f.Close()), "read the file's size")
	}
	return f, info.Size(), nil
}

// Stat returns the blob's hash and size, or NotFound.
func (s *Store) Stat(ctx context.Context, sha string) (Blob, error) {
	f, size, err := s.Open(ctx, sha)
	if err != nil {
		return Blob{}, err
	}
	return Blob{SHA256: sha, Size: size}, diskError(f.Close(), "close the file")
}

// Retain is Stat for a caller that is about to refer to a blob which it did not
// just put: it makes the blob young again, so that no sweep removes it before
// the caller's row is committed.
func (s *Store) Retain(ctx context.Context, sha string) (Blob, error) {
	if !validSHA(sha) {
		return Blob{}, errNotFound()
	}
	err := s.renew(sha)
	if errors.Is(err, os.ErrNotExist) {
		err = s.renewSmall(ctx, sha)
	}
	if err != nil {
		return Blob{}, err
	}
	return s.Stat(ctx, sha)
}

// renew returns os.ErrNotExist as it is. A sweep that moves the file before the
// first attempt is undone by restore, one that moves it after sees a young file.
func (s *Store) renew(sha string) error {
	now := s.now()
	err := os.Chtimes(s.path(sha), now, now)
	if errors.Is(err, os.ErrNotExist) {
		if err := s.restore(sha); err != nil {
			return err
		}
		err = os.Chtimes(s.path(sha), now, now)
	}
	if errors.Is(err, os.ErrNotExist) {
		return err
	}
	return diskError(err, "renew the file")
}

// Verify reads the blob and compares it with its hash; a difference is Internal.
func (s *Store) Verify(ctx context.Context, sha string) error {
	f, size, err := s.Open(ctx, sha)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // opened for reading: nothing can be lost
	hash := sha256.New()
	source := &sourceReader{ctx: ctx, r: f}
	if _, err := io.CopyBuffer(hash, source, make([]byte, copyBuffer)); err != nil {
		return diskError(err, "read the file")
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != sha {
		return errs.New(errs.Internal, "the stored file %s (%s) is damaged: its bytes hash to %s", sha, FormatSize(size), got)
	}
	return nil
}

// Remove deletes the blob wherever it is; removing what is not there is no error.
func (s *Store) Remove(ctx context.Context, sha string) error {
	if !validSHA(sha) {
		return nil
	}
	for _, path := range []string{s.path(sha), s.trashPath(sha)} {
		if err := ignoreMissing(os.Remove(path)); err != nil {
			return diskError(err, "remove the file")
		}
	}
	return s.removeSmall(ctx, sha)
}

// memory is an open blob that came from the database.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }
