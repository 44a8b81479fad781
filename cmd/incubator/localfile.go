package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"

	"incubator/platform/errs"
	"incubator/platform/files/archive"
	"incubator/scenarios"
	"incubator/scenarios/pack"
)

// localFile is a submission on this disk: a file as it is, or a folder that is
// sent as a tar archive.
type localFile struct {
	path   string
	name   string
	folder bool
}

func newLocalFile(path string) (*localFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "there is no file or folder %s", path)
	}
	f := &localFile{path: path, name: filepath.Base(path), folder: info.IsDir()}
	if f.folder {
		f.name += ".tar"
	}
	return f, nil
}

func (f *localFile) open() (io.ReadCloser, error) {
	if !f.folder {
		file, err := os.Open(f.path)
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "%s cannot be read", f.path)
		}
		return file, nil
	}
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "%s cannot be read", f.path)
	}
	reader, writer := io.Pipe()
	go func() {
		defer root.Close()
		writer.CloseWithError(pack.WriteFolder(context.Background(), writer, root.FS(), "."))
	}()
	return reader, nil
}

// kind guesses what the file is, where the caller does not say.
func (f *localFile) kind(ctx context.Context) (scenarios.Kind, error) {
	if f.folder {
		return scenarios.Code, nil
	}
	file, err := os.Open(f.path)
	if err != nil {
		return "", errs.Wrap(err, errs.Invalid, "%s cannot be read", f.path)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", errs.Wrap(err, errs.Invalid, "%s cannot be read", f.path)
	}
	if _, err := archive.Detect(file, info.Size()); err != nil {
		return tableOrDocument(file, f.path), nil
	}
	kind := scenarios.Results
	_, err = archive.Walk(ctx, file, info.Size(), archive.DefaultLimits(), func(e archive.Entry, _ io.Reader) error {
		switch e.Name {
		case "manifest.json", "oci-layout":
			kind = scenarios.Image
		case "metadata.yaml", "metadata":
			kind = scenarios.Code
		}
		return nil
	})
	return kind, err
}

func tableOrDocument(file io.ReaderAt, path string) scenarios.Kind {
	head := make([]byte, 5)
	n, _ := file.ReadAt(head, 0) // a short file is no PDF
	if bytes.Equal(head[:n], []byte("%PDF-")) || filepath.Ext(path) == ".md" {
		return scenarios.Document
	}
	return scenarios.Results
}
