package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/platform/files/archive"
)

func goodItems() []item {
	return []item{
		{name: "./", tar: tar.Header{Typeflag: tar.TypeDir}, mode: 0o755, zip: zipDir()},
		{name: "src/", tar: tar.Header{Typeflag: tar.TypeDir}, mode: 0o755, zip: zipDir()},
		file("./src/main.py", "print('hallo')\n"),
		{name: "run.sh", body: "#!/bin/sh\n", mode: 0o4755, zip: zipMode(0o755)},
		file("daten/größe.csv", "id,label\n1,0\n"),
		file("empty", ""),
	}
}

func zipMode(mode fs.FileMode) (h zip.FileHeader) {
	h.SetMode(mode)
	return h
}

func zipDir() zip.FileHeader { return zip.FileHeader{Method: zip.Store} }

// Every format holds the same content, so every one gives the same tar stream.
func TestToTarIsTheSameForAllFormats(t *testing.T) {
	plain := tarOf(t, goodItems()...)
	formats := map[archive.Format][]byte{
		archive.Tar: plain, archive.TarGzip: gz(t, plain), archive.TarZstd: zst(t, plain),
		archive.Zip: zipOf(t, goodItems()[1:]...),
	}
	var first []byte
	for format, data := range formats {
		var out bytes.Buffer
		s, err := archive.ToTar(context.Background(), bytes.NewReader(data), int64(len(data)), smallLimits(), &out)
		require.NoError(t, err, format)
		require.Equal(t, archive.Summary{Format: format, Files: 4, Dirs: 1, Bytes: 38}, s)
		if first == nil {
			first = out.Bytes()
		}
		require.Equal(t, first, out.Bytes(), format)
	}
	r := tar.NewReader(bytes.NewReader(first))
	var lines []string
	for h, err := r.Next(); err == nil; h, err = r.Next() {
		lines = append(lines, fmt.Sprintf("%s %o %d:%d %d", h.Name, h.Mode, h.Uid, h.Gid, h.Size))
	}
	require.Equal(t, []string{
		"src/ 755 0:0 0", "src/main.py 644 0:0 15", "run.sh 755 0:0 10", "daten/größe.csv 644 0:0 13", "empty 644 0:0 0",
	}, lines)
}

func TestVisitSeesContent(t *testing.T) {
	data := gz(t, tarOf(t, file("a", "alpha"), file("b", "beta"), file("c", "gamma")))
	got := map[string]string{}
	_, err := archive.Walk(context.Background(), bytes.NewReader(data), int64(len(data)), smallLimits(), func(e archive.Entry, r io.Reader) error {
		if e.Name == "b" {
			return nil // left unread
		}
		text, err := io.ReadAll(r)
		got[e.Name] = string(text)
		return err
	})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "alpha", "c": "gamma"}, got)
}

func TestGzipMembersAreOneStream(t *testing.T) {
	plain := tarOf(t, file("a", "alpha"), file("b", "beta"))
	s, err := check(append(gz(t, plain[:700]), gz(t, plain[700:])...), smallLimits())
	require.NoError(t, err)
	require.Equal(t, 2, s.Files)
}

func TestVisitErrorsAreReturnedAsTheyAre(t *testing.T) {
	data := tarOf(t, file("a", "alpha"))
	stop := errors.New("enough")
	_, err := archive.Walk(context.Background(), bytes.NewReader(data), int64(len(data)), smallLimits(),
		func(archive.Entry, io.Reader) error { return stop })
	require.ErrorIs(t, err, stop)
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, data := range [][]byte{tarOf(t, file("a", "x")), zipOf(t, file("a", "x"))} {
		_, err := archive.Check(ctx, bytes.NewReader(data), int64(len(data)), smallLimits())
		require.True(t, errs.Is(err, errs.Unavailable))
	}
}

func TestArchivesInArchivesStayFiles(t *testing.T) {
	bomb := gz(t, bytes.Repeat([]byte{0}, 32<<20))
	inner := zipOf(t, item{name: "bomb.gz", body: string(bomb), zip: zip.FileHeader{Method: zip.Store}})
	s, err := check(tarOf(t, file("inner.zip", string(inner))), smallLimits())
	require.NoError(t, err)
	require.Equal(t, int64(len(inner)), s.Bytes)
}

func TestGitArchiveHeaderIsIgnored(t *testing.T) {
	s, err := check(tarOf(t, item{tar: tar.Header{Typeflag: tar.TypeXGlobalHeader}}, file("a", "x")), smallLimits())
	require.NoError(t, err)
	require.Equal(t, 1, s.Files)
}

func TestNamesWithoutUTF8FlagInZip(t *testing.T) {
	h := zip.FileHeader{NonUTF8: true} // the flag is missing, the bytes are UTF-8: Info-ZIP does this
	s, err := check(zipOf(t, item{name: "größe", body: "x", zip: h}), smallLimits())
	require.NoError(t, err)
	require.Equal(t, 1, s.Files)
}

func TestDetectNamesWhatItRefuses(t *testing.T) {
	for data, want := range map[string]string{
		"":                         "empty",
		"hello":                    "not an archive",
		"BZh91AY&SY":               "bzip2",
		"\xfd7zXZ\x00 ":            "xz",
		"7z\xbc\xaf\x27\x1c......": "7z",
		"Rar!\x1a\x07\x01\x00":     "RAR",
		"\x00\x00\x00":             "not an archive",
	} {
		_, err := check([]byte(data), smallLimits())
		require.True(t, errs.Is(err, errs.Invalid))
		require.Contains(t, errs.MessageOf(err), want)
	}
}

func TestReceiverFailureIsNotTheArchives(t *testing.T) {
	data := tarOf(t, file("a", strings.Repeat("x", 1<<20)))
	_, err := archive.ToTar(context.Background(), bytes.NewReader(data), int64(len(data)), smallLimits(), &shortWriter{room: 5000})
	require.True(t, errs.Is(err, errs.Unavailable))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

type shortWriter struct{ room int }

func (s *shortWriter) Write(p []byte) (int, error) {
	if s.room -= len(p); s.room < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

// TestTheVisitorsErrorIsTheWalksError covers a visitor that fails after it has read
// the whole content.
func TestTheVisitorsErrorIsTheWalksError(t *testing.T) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	require.NoError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "a", Size: 1}))
	_, err := w.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	refused := errors.New("refused")
	_, err = archive.Walk(context.Background(), bytes.NewReader(buf.Bytes()), int64(buf.Len()), archive.DefaultLimits(),
		func(_ archive.Entry, content io.Reader) error {
			_, err := io.ReadAll(content)
			require.NoError(t, err)
			return refused
		})
	require.ErrorIs(t, err, refused)
}
