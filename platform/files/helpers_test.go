package files_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/files"
)

type fixture struct {
	*files.Store
	db  *db.DB
	dir string
}

func newFixture(t *testing.T, d *db.DB) *fixture {
	t.Helper()
	dir := t.TempDir()
	s, err := files.New(dir, d, nil)
	require.NoError(t, err)
	return &fixture{s, d, dir}
}

func newStore(t *testing.T) *fixture { return newFixture(t, dbtest.New(t)) }

// paths lists all regular files of the store's folder, relative to it.
func (f *fixture) paths(t *testing.T) []string {
	t.Helper()
	var out []string
	require.NoError(t, filepath.WalkDir(f.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			rel, _ := filepath.Rel(f.dir, path)
			out = append(out, rel)
		}
		return err
	}))
	return out
}

func (f *fixture) read(t *testing.T, sha string) string {
	t.Helper()
	r, size, err := f.Open(context.Background(), sha)
	require.NoError(t, err)
	defer r.Close()
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Len(t, data, int(size))
	return string(data)
}

func (f *fixture) putSmall(t *testing.T, data []byte) files.Blob {
	t.Helper()
	var blob files.Blob
	require.NoError(t, f.db.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) (err error) {
		blob, err = f.PutSmallTx(ctx, tx, data)
		return err
	}))
	return blob
}

func sha(data string) string {
	sum := sha256.Sum256([]byte(data))
	return hex.EncodeToString(sum[:])
}

func keepNone(context.Context, string) (bool, error) { return false, nil }

func later() time.Time { return time.Now().Add(time.Hour) }
