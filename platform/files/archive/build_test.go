package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"incubator/platform/files/archive"
)

// item is one entry of an archive under construction.
type item struct {
	name string
	body string
	tar  tar.Header // what differs from a regular file
	zip  zip.FileHeader
	mode int64
}

func file(name, body string) item { return item{name: name, body: body} }

func tarOf(t testing.TB, items ...item) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, it := range items {
		h := it.tar
		h.Name = it.name
		if h.Mode = it.mode; h.Mode == 0 {
			h.Mode = 0o600
		}
		if h.Size == 0 {
			h.Size = int64(len(it.body))
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			h = tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "abc"}}
		}
		require.NoError(t, w.WriteHeader(&h))
		_, err := io.WriteString(w, it.body)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func zipOf(t testing.TB, items ...item) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, it := range items {
		h := it.zip
		h.Name = it.name
		if h.Method == 0 {
			h.Method = zip.Deflate
		}
		f, err := w.CreateHeader(&h)
		require.NoError(t, err)
		_, err = io.WriteString(f, it.body)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func gz(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func zst(t testing.TB, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return w.EncodeAll(data, nil)
}

func check(data []byte, limits archive.Limits) (archive.Summary, error) {
	return archive.Check(context.Background(), bytes.NewReader(data), int64(len(data)), limits)
}

// smallLimits keep the hostile archives of the tests small.
func smallLimits() archive.Limits {
	l := archive.DefaultLimits()
	l.Entries, l.TotalBytes, l.EntryBytes, l.RatioFrom = 50, 8<<20, 4<<20, 64<<10
	return l
}
