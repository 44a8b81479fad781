package metrics

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"incubator/platform/errs"
)

// Source is one input file. Open may be called more than once: a second reading
// happens only to quote a long id in an error.
type Source struct {
	// Name appears in errors; its extension chooses the format (.csv, .jsonl,
	// .ndjson), otherwise the first byte does.
	Name string
	// Size in bytes, when known, lets the columns be allocated once; else 0.
	Size int64
	Open func() (io.ReadCloser, error)
}

// FileSource reads the file at path. Its name in errors is the base name.
func FileSource(path string) (Source, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Source{}, errs.Wrap(err, errs.Invalid, "the file %s does not exist", path)
	case err != nil:
		return Source{}, errs.Wrap(err, errs.Invalid, "the file %s cannot be opened", path)
	case info.IsDir():
		return Source{}, errs.New(errs.Invalid, "%s is a folder, not a file", path)
	}
	open := func() (io.ReadCloser, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "the file %s cannot be opened", path)
		}
		return file, nil
	}
	return Source{Name: filepath.Base(path), Size: info.Size(), Open: open}, nil
}

// BytesSource reads a file that is held in memory.
func BytesSource(name string, data []byte) Source {
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return Source{Name: name, Size: int64(len(data)), Open: open}
}

// Limits bound what a hostile file can cost. A zero field takes its default.
type Limits struct {
	MaxRows      int // data rows of one file; default 20,000,000, at most 2³¹−1
	MaxLineBytes int // default 1 MiB
	MaxDepth     int // nesting of JSON values; default 32
	MaxClasses   int // distinct labels of one file; default 1,000
}

// withDefaults also keeps row numbers within 32 bits, which columns rely on.
func (l Limits) withDefaults() Limits {
	l.MaxRows = orDefault(l.MaxRows, 20_000_000)
	l.MaxLineBytes = orDefault(l.MaxLineBytes, 1<<20)
	l.MaxDepth = orDefault(l.MaxDepth, 32)
	l.MaxClasses = orDefault(l.MaxClasses, 1_000)
	l.MaxRows = min(l.MaxRows, 1<<31-1)
	return l
}

func orDefault(value, fallback int) int {
	if value <= 0 {
		return fallback
	}
	return value
}
