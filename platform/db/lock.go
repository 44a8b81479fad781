package db

import (
	"errors"
	"os"
	"syscall"

	"incubator/platform/errs"
)

// fileLock keeps a second process away from a SQLite file. The kernel drops it
// with the process, however that ends, so it is never stale.
type fileLock struct{ file *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "cannot create the lock file %s", path)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &fileLock{file: f}, nil
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errs.New(errs.Unavailable, "another incubator process has this database open (%s is locked)", path)
	}
	return nil, errs.Wrap(err, errs.Unavailable, "cannot lock %s", path)
}

// release leaves the file in place: removing it could unlock a process that
// opened it a moment ago.
func (l *fileLock) release() {
	if l != nil {
		_ = l.file.Close()
	}
}
