package debian

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/blakesmith/ar"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// readDeb calls each for every entry of the data archive of a .deb file.
func readDeb(path string, each func(*tar.Header, io.Reader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open package: %w", err)
	}
	defer file.Close()
	name, member, err := dataMember(file)
	if err != nil {
		return err
	}
	data, closeData, err := decompress(name, member)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer closeData()
	entries := tar.NewReader(data)
	for {
		header, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := each(header, entries); err != nil {
			return err
		}
	}
}

// dataMember finds data.tar with its compression suffix in the outer archive.
func dataMember(file io.Reader) (string, io.Reader, error) {
	members := ar.NewReader(bufio.NewReaderSize(file, 1<<16))
	for {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return "", nil, errors.New("package has no data.tar")
		}
		if err != nil {
			return "", nil, fmt.Errorf("package is not an ar archive: %w", err)
		}
		if name := strings.TrimSuffix(header.Name, "/"); strings.HasPrefix(name, "data.tar") {
			return name, bufio.NewReaderSize(members, 1<<16), nil
		}
	}
}

// decompress reads r by the suffix of its name. The returned function releases
// the decoder; it does not close r.
func decompress(name string, r io.Reader) (io.Reader, func(), error) {
	nothing := func() {}
	switch {
	case strings.HasSuffix(name, ".xz"):
		d, err := xz.NewReader(r)
		return d, nothing, err
	case strings.HasSuffix(name, ".gz"):
		d, err := gzip.NewReader(r)
		return d, nothing, err
	case strings.HasSuffix(name, ".zst"):
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, nothing, err
		}
		return d, d.Close, nil
	case strings.HasSuffix(name, ".tar"):
		return r, nothing, nil
	}
	return nil, nothing, fmt.Errorf("compression of %s is not supported", name)
}
