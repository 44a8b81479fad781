package archive

import (
	"archive/tar"
	"context"
	"io"
	"time"

	"incubator/platform/errs"
)

// ToTar rewrites any accepted archive as a plain tar stream for a sandbox: only
// regular files and folders, owner 0:0, modes 0644 or 0755, one fixed time, so
// equal content gives equal bytes. On an error dst holds a stream without an end
// marker, which its reader must refuse; run Check first where that is not enough.
func ToTar(ctx context.Context, src io.ReaderAt, size int64, limits Limits, dst io.Writer) (Summary, error) {
	out := tar.NewWriter(dst)
	summary, err := Walk(ctx, src, size, limits, func(e Entry, content io.Reader) error {
		if err := out.WriteHeader(tarHeader(e)); err != nil {
			return writeError(err)
		}
		if e.Dir {
			return nil
		}
		return copyContent(out, content)
	})
	if err != nil {
		return Summary{}, err
	}
	return summary, writeError(out.Close())
}

func tarHeader(e Entry) *tar.Header {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: e.Name, Size: e.Size, Mode: 0o644, ModTime: time.Unix(0, 0)}
	if e.Executable {
		h.Mode = 0o755
	}
	if e.Dir {
		h.Typeflag, h.Name, h.Mode = tar.TypeDir, e.Name+"/", 0o755
	}
	return h
}

// copyContent leaves errors of the archive as they are and marks those of the
// receiver.
func copyContent(dst io.Writer, content io.Reader) error {
	marked := writerFunc(func(p []byte) (int, error) {
		n, err := dst.Write(p)
		return n, writeError(err)
	})
	_, err := io.Copy(marked, content)
	return err
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func writeError(err error) error {
	if err == nil {
		return nil
	}
	return errs.Wrap(err, errs.Unavailable, "the archive's content could not be passed on")
}
