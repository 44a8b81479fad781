package debian

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Store is a folder of files named by their SHA-256. A file appears in it only
// when it is complete and verified, so that any number of processes can share
// one store and a killed download leaves nothing but a part to resume.
type Store struct{ Dir string }

// path returns where the file with the given SHA-256 is, or would be.
func (s Store) path(sha string) string { return filepath.Join(s.Dir, "sha256", sha) }

// verified returns the path of a stored file after hashing it again, and false
// when the store lacks it. A file that has decayed on disk is removed.
func (s Store) verified(ref fileRef) (string, bool, error) {
	path := s.path(ref.SHA256)
	sum, err := hashFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	if sum != ref.SHA256 {
		return "", false, os.Remove(path)
	}
	return path, true, nil
}

// part opens the unfinished download of a file and returns how much it holds.
// The builder holds a lock on its cache, so one process at a time writes a part.
func (s Store) part(sha string) (*os.File, int64, error) {
	if err := os.MkdirAll(filepath.Join(s.Dir, "sha256"), 0o755); err != nil {
		return nil, 0, fmt.Errorf("create package store: %w", err)
	}
	f, err := os.OpenFile(s.path(sha)+".part", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, 0, fmt.Errorf("open part: %w", err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, size, nil
}

// commit moves a complete part to its name if its content is what the name
// says; otherwise the part is removed, since resuming it could never succeed.
func (s Store) commit(f *os.File, ref fileRef) (string, error) {
	part, final := f.Name(), s.path(ref.SHA256)
	err := errors.Join(f.Sync(), f.Close())
	if err != nil {
		return "", fmt.Errorf("write %s: %w", part, err)
	}
	sum, err := hashFile(part)
	if err != nil {
		return "", err
	}
	if sum != ref.SHA256 {
		return "", errors.Join(&checksumError{want: ref.SHA256, got: sum}, os.Remove(part))
	}
	return final, os.Rename(part, final)
}

// checksumError says that a mirror sent other bytes than the signed index lists.
type checksumError struct{ want, got string }

func (e *checksumError) Error() string {
	return fmt.Sprintf("SHA-256 is %s, the signed index says %s", e.got, e.want)
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("hash %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
