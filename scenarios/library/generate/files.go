package generate

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"incubator/platform/errs"
)

// Out opens one output file by its slash-separated name within the data set.
// Inputs lie anywhere but below truth/, which only scoring may read.
type Out func(name string) (io.WriteCloser, error)

// TruthDir is the folder of a data set that participants never see.
const TruthDir = "truth"

// Dir returns an Out that creates files below root, and the folders they need.
func Dir(root string) Out {
	return func(name string) (io.WriteCloser, error) {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, errs.New(errs.Internal, "the file name %q leaves the data set", name)
		}
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "the folder of %s cannot be created", name)
		}
		file, err := os.Create(path)
		if err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "the file %s cannot be created", name)
		}
		return file, nil
	}
}

// InputDir is the folder of a data set that runs see.
const InputDir = "input"

// Layout returns an Out that puts everything but the truth below input/, which is
// the form of a data set in a pack.
func Layout(out Out) Out {
	return func(name string) (io.WriteCloser, error) {
		if strings.HasPrefix(name, TruthDir+"/") || strings.HasPrefix(name, InputDir+"/") {
			return out(name)
		}
		return out(InputDir + "/" + name)
	}
}

// To returns an Out that sends every file to w; Close does nothing.
func To(w io.Writer) Out {
	return func(string) (io.WriteCloser, error) { return nopCloser{w}, nil }
}

// Discard is an Out that keeps nothing.
func Discard(name string) (io.WriteCloser, error) { return To(io.Discard)(name) }

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// Files keeps the open output files of one generator run. The first error
// sticks and comes back from Close, so that callers check once.
type Files struct {
	out   Out
	open  map[string]*file
	names []string
	err   error
}

// file is an open output file with its buffer.
type file struct {
	*bufio.Writer
	under io.Closer
}

// NewFiles returns an empty set of files that out opens on first use.
func NewFiles(out Out) *Files {
	return &Files{out: out, open: map[string]*file{}}
}

// Write appends data to the named file.
func (f *Files) Write(name string, data []byte) {
	if f.err != nil {
		return
	}
	w, ok := f.open[name]
	if !ok {
		under, err := f.out(name)
		if err != nil {
			f.err = err
			return
		}
		w = &file{bufio.NewWriterSize(under, 64<<10), under}
		f.open[name] = w
		f.names = append(f.names, name)
	}
	_, f.err = w.Write(data)
}

// WriteLine appends the fields, joined by commas, and a line end. The fields
// must need no quoting; truth files hold ids and numbers only.
func (f *Files) WriteLine(name string, fields ...string) {
	f.Write(name, []byte(strings.Join(fields, ",")+"\n"))
}

// Names returns the names of the files in the order they were opened.
func (f *Files) Names() []string { return f.names }

// Err returns the first error so far.
func (f *Files) Err() error { return f.err }

// Close flushes and closes every file and returns the first error.
func (f *Files) Close() error {
	for _, name := range f.names {
		w := f.open[name]
		if err := w.Flush(); err != nil && f.err == nil {
			f.err = err
		}
		if err := w.under.Close(); err != nil && f.err == nil {
			f.err = err
		}
	}
	f.open = map[string]*file{}
	var known *errs.Error
	if f.err == nil || errors.As(f.err, &known) {
		return f.err
	}
	return errs.Wrap(f.err, errs.Unavailable, "the data set cannot be written")
}
