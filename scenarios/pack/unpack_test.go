package pack_test

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scenarios/pack"
)

func TestAPackMayBeAnArchive(t *testing.T) {
	files := goodPack(t)
	for _, prefix := range []string{"", "my-pack/"} {
		var buffer bytes.Buffer
		writer := zip.NewWriter(&buffer)
		for name, file := range files {
			entry, err := writer.Create(prefix + name)
			require.NoError(t, err)
			_, err = entry.Write(file.Data)
			require.NoError(t, err)
		}
		require.NoError(t, writer.Close())
		path := filepath.Join(t.TempDir(), "pack.zip")
		require.NoError(t, os.WriteFile(path, buffer.Bytes(), 0o600))

		folder, err := pack.Unpack(context.Background(), path, t.TempDir())

		require.NoError(t, err)
		p, err := pack.Open(context.Background(), folder)
		require.NoError(t, err)
		require.Equal(t, "small-challenge", p.Spec.Slug)
	}
}

func TestAnArchiveThatIsNoPackIsRefused(t *testing.T) {
	var buffer bytes.Buffer
	writer := zip.NewWriter(&buffer)
	_, err := writer.Create("readme.txt")
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	noPack, noArchive := filepath.Join(t.TempDir(), "a.zip"), filepath.Join(t.TempDir(), "b.zip")
	require.NoError(t, os.WriteFile(noPack, buffer.Bytes(), 0o600))
	require.NoError(t, os.WriteFile(noArchive, []byte("hello"), 0o600))
	for path, want := range map[string]string{noPack: "holds no challenge.yaml", noArchive: "not an archive", "none.zip": "cannot be opened"} {
		_, err := pack.Unpack(context.Background(), path, t.TempDir())
		require.ErrorContains(t, err, want)
		require.Equal(t, errs.Invalid, errs.CodeOf(err))
	}
}
