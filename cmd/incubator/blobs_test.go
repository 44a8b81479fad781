package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/platform/files"
)

func TestTheSweepRemovesWhatNothingRefersTo(t *testing.T) {
	p := newPlatform(t)
	put := func(fill byte, age time.Duration) files.Blob {
		blob, err := p.files.Put(t.Context(), bytes.NewReader(bytes.Repeat([]byte{fill}, 64<<10)), 1<<20)
		require.NoError(t, err)
		at := time.Now().Add(-age)
		path := filepath.Join(p.config.DataDir, "files", "blobs", blob.SHA256[:2], blob.SHA256)
		require.NoError(t, os.Chtimes(path, at, at))
		return blob
	}
	orphan, young := put('a', 48*time.Hour), put('b', time.Hour)
	scorer, input, truth := put('c', 48*time.Hour), put('d', 48*time.Hour), put('e', 48*time.Hour)
	publication := brief("kept", "-1h", "+1d")
	publication.Scorer, publication.DataSets[0].Input, publication.DataSets[0].Truth = scorer, input, truth
	_, err := p.scenarios.Publish(t.Context(), accounts.System().Actor(), publication)
	require.NoError(t, err)

	require.NoError(t, p.sweepBlobs(t.Context()))
	require.NoError(t, p.sweepBlobs(t.Context()))

	for name, blob := range map[string]files.Blob{"young": young, "scorer": scorer, "input": input, "truth": truth} {
		_, err := p.files.Stat(t.Context(), blob.SHA256)
		require.NoError(t, err, name)
	}
	_, err = p.files.Stat(t.Context(), orphan.SHA256)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}
