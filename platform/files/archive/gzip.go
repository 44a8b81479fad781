package archive

import (
	"bufio"
	"compress/gzip"
	"io"
)

// gzipReader reads all members of a gzip file, as gzip.Reader does, but tells
// other bytes after the last one from a member that is cut short.
type gzipReader struct {
	src *bufio.Reader
	gz  *gzip.Reader
}

func newGzip(src io.Reader) (*gzipReader, error) {
	buffered := bufio.NewReaderSize(src, 64<<10)
	gz, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	gz.Multistream(false)
	return &gzipReader{src: buffered, gz: gz}, nil
}

func (g *gzipReader) Read(p []byte) (int, error) {
	n, err := g.gz.Read(p)
	if err != io.EOF {
		return n, err
	}
	return n, g.next()
}

// next goes on to the next member; io.EOF when there is none.
func (g *gzipReader) next() error {
	head, err := g.src.Peek(2)
	if len(head) == 0 {
		return err
	}
	if string(head) != "\x1f\x8b" {
		return errTrailing()
	}
	if err := g.gz.Reset(g.src); err != nil {
		return err
	}
	g.gz.Multistream(false)
	return nil
}
