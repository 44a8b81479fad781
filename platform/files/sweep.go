package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Keep reports whether any row refers to the blob. An error stops the sweep:
// what cannot be proven unreferenced stays.
type Keep func(ctx context.Context, sha string) (bool, error)

// Swept counts what a sweep did.
type Swept struct {
	Trashed  int   // set aside; gone with the next sweep unless needed meanwhile
	Removed  int   // gone
	Restored int   // needed again, so taken back
	Bytes    int64 // sum of the sizes of the removed
}

// Sweep removes blobs that were put before olderThan and that keep does not
// claim, in two phases: one sweep sets a file aside, the next one removes it if
// still nobody claims it; Open and Put meanwhile take it back. Choose olderThan
// earlier than the longest time from a Put to the commit of its reference.
// Remains of interrupted uploads older than that go as well.
func (s *Store) Sweep(ctx context.Context, keep Keep, olderThan time.Time) (Swept, error) {
	var done Swept
	for _, phase := range []func(context.Context, Keep, time.Time, *Swept) error{
		s.sweepTrash, s.sweepTemp, s.sweepBlobs, s.sweepSmall,
	} {
		if err := phase(ctx, keep, olderThan, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// sweepTrash is the second phase, for what an earlier sweep set aside.
func (s *Store) sweepTrash(ctx context.Context, keep Keep, _ time.Time, done *Swept) error {
	return eachFile(ctx, s.trashDir(), func(path string, info fs.FileInfo) error {
		kept, err := keep(ctx, info.Name())
		if err != nil {
			return err
		}
		if kept {
			done.Restored++
			return s.restore(info.Name())
		}
		done.Removed++
		done.Bytes += info.Size()
		return diskError(ignoreMissing(os.Remove(path)), "remove a file")
	})
}

func (s *Store) sweepTemp(ctx context.Context, _ Keep, olderThan time.Time, _ *Swept) error {
	return eachFile(ctx, s.tempDir(), func(path string, info fs.FileInfo) error {
		if info.ModTime().After(olderThan) {
			return nil
		}
		return diskError(ignoreMissing(os.Remove(path)), "remove a temporary file")
	})
}

// sweepBlobs is the first phase.
func (s *Store) sweepBlobs(ctx context.Context, keep Keep, olderThan time.Time, done *Swept) error {
	return eachFile(ctx, s.blobsDir(), func(_ string, info fs.FileInfo) error {
		if !validSHA(info.Name()) || info.ModTime().After(olderThan) {
			return nil
		}
		kept, err := keep(ctx, info.Name())
		if err != nil || kept {
			return err
		}
		done.Trashed++
		return s.setAside(info.Name(), olderThan, done)
	})
}

// setAside moves a blob to the trash, and takes it back when it turns out that a
// Put has renewed it since it was looked at.
func (s *Store) setAside(sha string, olderThan time.Time, done *Swept) error {
	if err := os.Rename(s.path(sha), s.trashPath(sha)); err != nil {
		return diskError(ignoreMissing(err), "set a file aside")
	}
	info, err := os.Stat(s.trashPath(sha))
	if err != nil {
		return diskError(ignoreMissing(err), "read a file's age")
	}
	if !info.ModTime().After(olderThan) {
		return nil
	}
	done.Restored++
	return s.restore(sha)
}

// restore takes a blob back from the trash; one that is not there is no error.
// It links before it removes, so the bytes have a name at every moment, and a
// Put that was quicker is left alone.
func (s *Store) restore(sha string) error {
	err := os.Link(s.trashPath(sha), s.path(sha))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return diskError(err, "restore a file")
	}
	if err := syncDir(filepath.Dir(s.path(sha))); err != nil {
		return err
	}
	return diskError(ignoreMissing(os.Remove(s.trashPath(sha))), "restore a file")
}

// eachFile visits the regular files below dir. Files that vanish are skipped.
func eachFile(ctx context.Context, dir string, visit func(path string, info fs.FileInfo) error) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return diskError(ignoreMissing(err), "list the stored files")
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return diskError(ignoreMissing(err), "list the stored files")
		}
		return visit(path, info)
	})
}
