// Package files keeps blobs under the SHA-256 of their bytes. Large ones are
// files in a folder, made durable before Put returns; small ones can be rows of
// the database, so that they commit with the row that refers to them.
package files

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// SmallLimit is the largest blob, in bytes, that may live in the database.
const SmallLimit = 16 << 10

// Blob names stored bytes.
type Blob struct {
	SHA256 string `json:"sha256"` // 64 lower-case hexadecimal digits
	Size   int64  `json:"size"`   // bytes
}

// Ref is how other packages' rows refer to a blob: its hash and size with the
// name and media type that its owner gave it. Neither is trusted for anything.
type Ref struct {
	Blob
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
}

// File is an open blob. Its bytes never change while it is open, even when the
// blob is removed meanwhile.
type File interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Store keeps blobs in one folder and in the table files_small. Several
// processes may use the same folder. It is safe for concurrent use.
type Store struct {
	dir        string
	db         *db.DB
	now        func() time.Time
	createTemp func(dir string) (tempFile, error)
}

// New returns the store in dir, which it creates if needed. The temporary and
// final folders lie inside dir, so that a rename never crosses file systems. The
// clock dates renewed and small blobs; nil means time.Now.
func New(dir string, database *db.DB, now func() time.Time) (*Store, error) {
	if now == nil {
		now = time.Now
	}
	s := &Store{dir: dir, db: database, now: now, createTemp: newTemp}
	for _, sub := range []string{s.blobsDir(), s.tempDir(), s.trashDir()} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return nil, diskError(err, "create the folder of the file store")
		}
	}
	return s, nil
}

func (s *Store) blobsDir() string { return filepath.Join(s.dir, "blobs") }
func (s *Store) tempDir() string  { return filepath.Join(s.dir, "tmp") }
func (s *Store) trashDir() string { return filepath.Join(s.dir, "trash") }

// path spreads the blobs over 256 folders, which suits every file system.
func (s *Store) path(sha string) string { return filepath.Join(s.blobsDir(), sha[:2], sha) }

func (s *Store) trashPath(sha string) string { return filepath.Join(s.trashDir(), sha) }

// validSHA also keeps a hash from the outside from being a path.
func validSHA(sha string) bool {
	if len(sha) != 64 {
		return false
	}
	for _, c := range []byte(sha) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func errNotFound() error { return errs.New(errs.NotFound, "this file is not stored here") }

// FormatSize writes a number of bytes for people, with binary units and one
// decimal at most: "512 bytes", "16 KiB", "1.5 GiB".
func FormatSize(n int64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d bytes", n)
	}
	value, unit := float64(n)/(1<<10), 0
	for value >= 1<<10 && unit < 3 {
		value, unit = value/(1<<10), unit+1
	}
	text := fmt.Sprintf("%.1f", value)
	if len(text) > 2 && text[len(text)-2:] == ".0" {
		text = text[:len(text)-2]
	}
	return text + " " + [...]string{"KiB", "MiB", "GiB", "TiB"}[unit]
}
