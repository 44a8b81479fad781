package images

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"incubator/platform/errs"
)

// lockFolder waits until nobody else builds in the folder, in this process or
// another, and returns what gives it free. The lock dies with its process.
func lockFolder(ctx context.Context, dir string) (func(), error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "The image cache folder %s cannot be created", dir)
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "The image cache folder %s cannot be locked", dir)
	}
	locked := make(chan error, 1)
	go func() { locked <- flock(file) }()
	select {
	case err := <-locked:
		if err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "The image cache folder %s cannot be locked", dir)
		}
		return func() { file.Close() }, nil
	case <-ctx.Done():
		// The wait cannot be interrupted; when it ends, the lock is dropped.
		go func() { <-locked; file.Close() }()
		return nil, fmt.Errorf("wait for another build: %w", context.Cause(ctx))
	}
}

func flock(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			return err
		}
	}
}
