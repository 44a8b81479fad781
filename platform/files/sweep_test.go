package files_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/platform/files"
)

func (f *fixture) put(t *testing.T, data string) string {
	t.Helper()
	blob, err := f.Put(context.Background(), strings.NewReader(data), 1<<20)
	require.NoError(t, err)
	return blob.SHA256
}

func (f *fixture) exists(sha string) bool {
	_, err := f.Stat(context.Background(), sha)
	return err == nil
}

// age makes a blob of the folder old.
func (f *fixture) age(t *testing.T, sha string) {
	t.Helper()
	old := time.Now().Add(-48 * time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(f.dir, "blobs", sha[:2], sha), old, old))
}

func (f *fixture) sweep(t *testing.T, keep files.Keep, olderThan time.Time) files.Swept {
	t.Helper()
	done, err := f.Sweep(context.Background(), keep, olderThan)
	require.NoError(t, err)
	return done
}

func TestSweepTakesTwoPhases(t *testing.T) {
	s := newStore(t)
	wanted, orphan := s.put(t, "wanted"), s.put(t, "orphan")
	keep := func(_ context.Context, sha string) (bool, error) { return sha == wanted, nil }
	require.Equal(t, files.Swept{Trashed: 1}, s.sweep(t, keep, later()))
	require.Equal(t, files.Swept{Removed: 1, Bytes: 6}, s.sweep(t, keep, later()))
	require.False(t, s.exists(orphan))
	require.Equal(t, "wanted", s.read(t, wanted))
}

func TestSweepSparesTheYoung(t *testing.T) {
	s := newStore(t)
	young, old := s.put(t, "young"), s.put(t, "old")
	s.age(t, old)
	require.Equal(t, files.Swept{Trashed: 1}, s.sweep(t, keepNone, time.Now().Add(-time.Hour)))
	require.Equal(t, files.Swept{Removed: 1, Bytes: 3}, s.sweep(t, keepNone, time.Now().Add(-time.Hour)))
	require.True(t, s.exists(young))
	require.False(t, s.exists(old))
}

func TestTrashedBlobComesBack(t *testing.T) {
	ways := map[string]func(t *testing.T, s *fixture, sha string){
		"opened": func(t *testing.T, s *fixture, sha string) { require.Equal(t, "data", s.read(t, sha)) },
		"put":    func(t *testing.T, s *fixture, sha string) { s.put(t, "data") },
		"retained": func(t *testing.T, s *fixture, sha string) {
			_, err := s.Retain(context.Background(), sha)
			require.NoError(t, err)
		},
		"kept": func(t *testing.T, s *fixture, sha string) {
			done := s.sweep(t, func(context.Context, string) (bool, error) { return true, nil }, later())
			require.Equal(t, files.Swept{Restored: 1}, done)
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			sha := s.put(t, "data")
			require.Equal(t, 1, s.sweep(t, keepNone, later()).Trashed)
			way(t, s, sha)
			s.age(t, sha) // fails unless the blob is back in its place
			require.Equal(t, "data", s.read(t, sha))
		})
	}
}

// The same bytes are put again between the moment that the sweep finds nobody
// referring to them and the moment that it acts.
func TestPutDuringSweepWins(t *testing.T) {
	again := map[string]func(t *testing.T, s *fixture, sha string){
		"put": func(t *testing.T, s *fixture, sha string) { s.put(t, "data") },
		"retain": func(t *testing.T, s *fixture, sha string) {
			_, err := s.Retain(context.Background(), sha)
			require.NoError(t, err)
		},
	}
	for name, renew := range again {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			sha := s.put(t, "data")
			s.age(t, sha)
			racing := func(context.Context, string) (bool, error) {
				renew(t, s, sha)
				return false, nil
			}
			cutoff := time.Now().Add(-time.Hour)
			require.Equal(t, files.Swept{Trashed: 1, Restored: 1}, s.sweep(t, racing, cutoff))
			require.Equal(t, files.Swept{}, s.sweep(t, keepNone, cutoff))
			require.Equal(t, "data", s.read(t, sha))
		})
	}
}

func TestSweepRemovesOldTemporaryFiles(t *testing.T) {
	s := newStore(t)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "tmp", "put-crashed"), []byte("half"), 0o600))
	s.sweep(t, keepNone, time.Now().Add(-time.Hour))
	require.Len(t, s.paths(t), 1, "it may belong to an upload that is still running")
	s.sweep(t, keepNone, later())
	require.Empty(t, s.paths(t))
}

func TestSweepStopsWhenKeepFails(t *testing.T) {
	s := newStore(t)
	sha, small := s.put(t, "data"), s.putSmall(t, []byte("small"))
	broken := errors.New("database is away")
	_, err := s.Sweep(context.Background(), func(context.Context, string) (bool, error) { return false, broken }, later())
	require.ErrorIs(t, err, broken)
	require.True(t, s.exists(sha))
	require.True(t, s.exists(small.SHA256))
}

func TestSweepOfSmallBlobs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := time.Now()
		store, err := files.New(t.TempDir(), d, func() time.Time { return clock })
		require.NoError(t, err)
		s := &fixture{store, d, ""}
		wanted, orphan := s.putSmall(t, []byte("wanted")), s.putSmall(t, []byte("orphan"))
		again, retained := s.putSmall(t, []byte("again")), s.putSmall(t, []byte("retained"))
		cutoff := clock.Add(time.Hour)
		clock = clock.Add(2 * time.Hour)
		keep := func(ctx context.Context, sha string) (bool, error) {
			switch sha {
			case again.SHA256: // put again behind the sweep's back
				s.putSmall(t, []byte("again"))
			case retained.SHA256:
				_, err := s.Retain(ctx, sha)
				return false, err
			}
			return sha == wanted.SHA256, nil
		}
		require.Equal(t, files.Swept{Removed: 1, Bytes: 6}, s.sweep(t, keep, cutoff))
		require.False(t, s.exists(orphan.SHA256))
		for _, kept := range []files.Blob{wanted, again, retained} {
			require.True(t, s.exists(kept.SHA256))
		}
		_, err = s.Retain(context.Background(), orphan.SHA256)
		require.True(t, errs.Is(err, errs.NotFound))
	})
}
