package pack

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"incubator/platform/errs"
)

// epoch is the modification time of every entry, so that the same files always
// make the same archive.
var epoch = time.Unix(0, 0).UTC()

// WriteFolder writes the regular files below folder as a canonical tar archive:
// in the order of their names, owned by root, readable by everyone, without
// times. Names in the archive are relative to folder. Anything but regular files
// and folders is refused, and so is a file that changes size while it is read.
func WriteFolder(ctx context.Context, w io.Writer, root fs.FS, folder string) error {
	archive := tar.NewWriter(w)
	err := fs.WalkDir(root, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "%s cannot be read", name)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if entry.IsDir() {
			return nil
		}
		return writeFile(archive, root, folder, name)
	})
	if err != nil {
		return err
	}
	return archive.Close()
}

func writeFile(archive *tar.Writer, root fs.FS, folder, name string) error {
	file, err := root.Open(name)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "%s cannot be opened", name)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "%s cannot be read", name)
	}
	if !info.Mode().IsRegular() {
		return errs.New(errs.Invalid, "%s is not a regular file", name)
	}
	mode := int64(0o444)
	if info.Mode()&0o111 != 0 {
		mode = 0o555
	}
	header := &tar.Header{
		Typeflag: tar.TypeReg, Name: strings.TrimPrefix(strings.TrimPrefix(name, folder), "/"),
		Size: info.Size(), Mode: mode, ModTime: epoch, Format: tar.FormatPAX,
	}
	if header.Name == "" {
		header.Name = path.Base(name)
	}
	if err := archive.WriteHeader(header); err != nil {
		return errs.Wrap(err, errs.Internal, "%s cannot be archived", name)
	}
	if _, err := io.Copy(archive, file); err != nil {
		return errs.Wrap(err, errs.Invalid, "%s changed while it was read", name)
	}
	return nil
}

// HashFolder returns the SHA-256, in hex, of the canonical archive of folder.
func HashFolder(ctx context.Context, root fs.FS, folder string) (string, error) {
	hash := sha256.New()
	if err := WriteFolder(ctx, hash, root, folder); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
