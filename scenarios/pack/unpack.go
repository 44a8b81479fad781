package pack

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"incubator/platform/errs"
	"incubator/platform/files/archive"
)

// Unpack writes the pack in an archive (zip, tar, tar.gz or tar.zst) into folder,
// which must be empty, and returns where its challenge.yaml lies: folder itself,
// or the one folder in it. The archive is read as hostile; see package archive.
func Unpack(ctx context.Context, file, folder string) (string, error) {
	source, err := os.Open(file)
	if err != nil {
		return "", errs.Wrap(err, errs.Invalid, "%s cannot be opened", file)
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return "", errs.Wrap(err, errs.Invalid, "%s cannot be read", file)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return "", errs.Wrap(err, errs.Unavailable, "the folder %s cannot be opened", folder)
	}
	defer root.Close()
	_, err = archive.Walk(ctx, source, info.Size(), archive.DefaultLimits(), func(e archive.Entry, content io.Reader) error {
		return unpackEntry(root, e, content)
	})
	if err != nil {
		return "", err
	}
	return packFolder(folder)
}

func unpackEntry(root *os.Root, e archive.Entry, content io.Reader) error {
	folder := filepath.Dir(e.Name)
	if e.Dir {
		folder = e.Name
	}
	if err := root.MkdirAll(folder, 0o755); err != nil {
		return errs.Wrap(err, errs.Unavailable, "the folder of %s cannot be made", e.Name)
	}
	if e.Dir {
		return nil
	}
	mode := os.FileMode(0o644)
	if e.Executable {
		mode = 0o755
	}
	file, err := root.OpenFile(e.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "%s cannot be written", e.Name)
	}
	if _, err := io.Copy(file, content); err != nil {
		file.Close()
		return err // the archive's own error names the entry
	}
	if err := file.Close(); err != nil {
		return errs.Wrap(err, errs.Unavailable, "%s cannot be written", e.Name)
	}
	return nil
}

// packFolder finds the folder that holds challenge.yaml.
func packFolder(folder string) (string, error) {
	if _, err := os.Stat(filepath.Join(folder, challengeFile)); err == nil {
		return folder, nil
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", errs.Wrap(err, errs.Unavailable, "the folder %s cannot be read", folder)
	}
	if len(entries) == 1 && entries[0].IsDir() {
		inner := filepath.Join(folder, entries[0].Name())
		if _, err := os.Stat(filepath.Join(inner, challengeFile)); err == nil {
			return inner, nil
		}
	}
	return "", errs.New(errs.Invalid, "the archive holds no %s, neither at its root nor in its only folder", challengeFile)
}
