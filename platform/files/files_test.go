package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/platform/files"
)

func TestPutOpenStatVerifyRemove(t *testing.T) {
	ctx, s := context.Background(), newStore(t)
	text := strings.Repeat("evidence ", 100_000)
	blob, err := s.Put(ctx, strings.NewReader(text), 1<<20)
	require.NoError(t, err)
	require.Equal(t, files.Blob{SHA256: sha(text), Size: int64(len(text))}, blob)
	require.Equal(t, []string{filepath.Join("blobs", blob.SHA256[:2], blob.SHA256)}, s.paths(t))
	require.Equal(t, text, s.read(t, blob.SHA256))
	stat, err := s.Stat(ctx, blob.SHA256)
	require.NoError(t, err)
	require.Equal(t, blob, stat)
	require.NoError(t, s.Verify(ctx, blob.SHA256))

	require.NoError(t, s.Remove(ctx, blob.SHA256))
	require.NoError(t, s.Remove(ctx, blob.SHA256))
	_, _, err = s.Open(ctx, blob.SHA256)
	require.True(t, errs.Is(err, errs.NotFound))
	require.Empty(t, s.paths(t))
}

func TestOpenedBlobSeeksAndReadsAt(t *testing.T) {
	s := newStore(t)
	large, err := s.Put(context.Background(), strings.NewReader("0123456789"), 10)
	require.NoError(t, err)
	for _, blob := range []files.Blob{large, s.putSmall(t, []byte("0123456789x"))} {
		f, _, err := s.Open(context.Background(), blob.SHA256)
		require.NoError(t, err)
		at := make([]byte, 2)
		_, err = f.ReadAt(at, 4)
		require.NoError(t, err)
		require.Equal(t, "45", string(at))
		_, err = f.Seek(8, io.SeekStart)
		require.NoError(t, err)
		rest, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Equal(t, "89", string(rest[:2]))
		require.NoError(t, f.Close())
	}
}

// failing breaks one operation of the temporary file.
type failing struct {
	files.TempFile
	write, sync, close error
	room               int
}

func (f *failing) Write(p []byte) (int, error) {
	if f.write != nil && len(p) > f.room {
		n, _ := f.TempFile.Write(p[:f.room])
		f.room = 0
		return n, f.write
	}
	f.room -= len(p)
	return f.TempFile.Write(p)
}

func (f *failing) Sync() error  { return errors.Join(f.sync, f.TempFile.Sync()) }
func (f *failing) Close() error { return errors.Join(f.TempFile.Close(), f.close) }

func TestFailedPutLeavesNothing(t *testing.T) {
	full := &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	cases := []struct {
		name    string
		ctx     context.Context
		source  io.Reader
		limit   int64
		disk    failing
		code    errs.Code
		message string
	}{
		{name: "one byte too many", source: strings.NewReader("12345"), limit: 4, code: errs.Invalid, message: "limit of 4 bytes"},
		{name: "endless", source: endless{}, limit: 3 << 20, code: errs.Invalid, message: "limit of 3 MiB"},
		{name: "broken upload", source: io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(io.ErrUnexpectedEOF)), limit: 9, code: errs.Invalid, message: "ended before it was complete"},
		{name: "source with its own code", source: iotest.ErrReader(errs.New(errs.TooMany, "slow down")), limit: 9, code: errs.TooMany, message: "slow down"},
		{name: "cancelled", ctx: cancelled, source: strings.NewReader("abc"), limit: 9, code: errs.Unavailable, message: "stopped"},
		{name: "disk full while writing", source: endless{}, limit: 3 << 20, disk: failing{write: full, room: 300_000}, code: errs.Unavailable, message: "disk is full"},
		{name: "disk full at sync", source: strings.NewReader("abc"), limit: 9, disk: failing{sync: full}, code: errs.Unavailable, message: "disk is full"},
		{name: "quota at close", source: strings.NewReader("abc"), limit: 9, disk: failing{close: syscall.EDQUOT}, code: errs.Unavailable, message: "disk is full"},
		{name: "disk breaks", source: strings.NewReader("abc"), limit: 9, disk: failing{sync: syscall.EIO}, code: errs.Internal, message: "sync"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStore(t)
			s.WrapTemp(func(f files.TempFile) files.TempFile {
				disk := c.disk
				disk.TempFile = f
				return &disk
			})
			if c.ctx == nil {
				c.ctx = context.Background()
			}
			_, err := s.Put(c.ctx, c.source, c.limit)
			require.Equal(t, c.code, errs.CodeOf(err), "%v", err)
			require.Contains(t, errs.MessageOf(err), c.message)
			require.Empty(t, s.paths(t))
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestExactLimitAndEmpty(t *testing.T) {
	s := newStore(t)
	blob, err := s.Put(context.Background(), strings.NewReader("1234"), 4)
	require.NoError(t, err)
	require.Equal(t, int64(4), blob.Size)
	empty, err := s.Put(context.Background(), strings.NewReader(""), 0)
	require.NoError(t, err)
	require.Equal(t, sha(""), empty.SHA256)
}

func TestConcurrentIdenticalPuts(t *testing.T) {
	s := newStore(t)
	text := strings.Repeat("x", 1<<20)
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			blob, err := s.Put(context.Background(), strings.NewReader(text), 1<<20)
			if err != nil || blob.SHA256 != sha(text) {
				t.Errorf("put: %v %v", blob, err)
			}
		})
	}
	wait.Wait()
	require.Len(t, s.paths(t), 1)
	require.NoError(t, s.Verify(context.Background(), sha(text)))
}

func TestHashesFromOutsideAreNoPaths(t *testing.T) {
	ctx, s := context.Background(), newStore(t)
	for _, bad := range []string{"", "..", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("/", 64), strings.Repeat("0", 65)} {
		_, _, err := s.Open(ctx, bad)
		require.True(t, errs.Is(err, errs.NotFound), bad)
		_, err = s.Retain(ctx, bad)
		require.True(t, errs.Is(err, errs.NotFound), bad)
		require.NoError(t, s.Remove(ctx, bad))
	}
}

func TestVerifyFindsDamage(t *testing.T) {
	s := newStore(t)
	blob, err := s.Put(context.Background(), strings.NewReader("precious"), 100)
	require.NoError(t, err)
	path := filepath.Join(s.dir, s.paths(t)[0])
	require.NoError(t, os.WriteFile(path, []byte("Precious"), 0o600))
	err = s.Verify(context.Background(), blob.SHA256)
	require.True(t, errs.Is(err, errs.Internal))
	require.ErrorContains(t, err, blob.SHA256)
}

func TestSmallBlobsFollowTheirTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), newFixture(t, d)
		undo := errors.New("undo")
		err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.PutSmallTx(ctx, tx, []byte("draft"))
			require.NoError(t, err)
			return undo
		})
		require.ErrorIs(t, err, undo)
		_, _, err = s.Open(ctx, sha("draft"))
		require.True(t, errs.Is(err, errs.NotFound), "rolled back with its transaction")

		binary := string([]byte{0, 255, '\'', 0x80})
		for _, data := range []string{"final", "final", "", binary, strings.Repeat("z", files.SmallLimit)} {
			blob := s.putSmall(t, []byte(data))
			require.Equal(t, files.Blob{SHA256: sha(data), Size: int64(len(data))}, blob)
			require.Equal(t, data, s.read(t, blob.SHA256))
			require.NoError(t, s.Verify(ctx, blob.SHA256))
		}
		s.putSmall(t, nil)
		require.Empty(t, s.paths(t), "nothing on the disk")
		require.NoError(t, s.Remove(ctx, sha("final")))
		_, err = s.Stat(ctx, sha("final"))
		require.True(t, errs.Is(err, errs.NotFound))
	})
}

func TestSmallLimit(t *testing.T) {
	s := newStore(t)
	err := s.db.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := s.PutSmallTx(ctx, tx, bytes.Repeat([]byte("z"), files.SmallLimit+1))
		return err
	})
	require.True(t, errs.Is(err, errs.Invalid))
	require.Contains(t, errs.MessageOf(err), "16 KiB")
}

// The database may not grow: a full disk for SQLite.
func TestFullDatabase(t *testing.T) {
	ctx, s := context.Background(), newStore(t)
	_, err := s.db.Pool().ExecContext(ctx, `PRAGMA max_page_count = 1`) // means: its present size
	require.NoError(t, err)
	full := func(i int) error {
		return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.PutSmallTx(ctx, tx, bytes.Repeat([]byte{byte(i)}, files.SmallLimit))
			return err
		})
	}
	for i := 0; err == nil && i < 100; i++ {
		err = full(i)
	}
	require.True(t, errs.Is(err, errs.Unavailable), "%v", err)
	require.Contains(t, errs.MessageOf(err), "disk is full")
	_, err = s.db.Pool().ExecContext(ctx, `PRAGMA max_page_count = 1000000`)
	require.NoError(t, err)
	require.NoError(t, full(200), "it goes on once there is room")
}

func TestFormatSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 bytes", 1023: "1023 bytes", 1024: "1 KiB", 1536: "1.5 KiB", 10 << 20: "10 MiB",
		1 << 30: "1 GiB", 5 << 40: "5 TiB", 2048 << 40: "2048 TiB",
	} {
		require.Equal(t, want, files.FormatSize(n))
	}
}
