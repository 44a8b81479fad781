package files_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/files"
)

// BenchmarkPutSmall stores distinct blobs of 1 KB from 32 callers, each in a
// transaction of its own that shares its commit with others.
func BenchmarkPutSmall(b *testing.B) {
	d := dbtest.New(b)
	s, err := files.New(b.TempDir(), d, nil)
	require.NoError(b, err)
	var n atomic.Uint64
	b.SetParallelism(16) // times GOMAXPROCS
	b.RunParallel(func(pb *testing.PB) {
		data := bytes.Repeat([]byte("x"), 1024)
		for pb.Next() {
			binary.BigEndian.PutUint64(data, n.Add(1))
			err := d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_, err := s.PutSmallTx(ctx, tx, data)
				return err
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkPut streams 64 MiB to the disk: hash, write and sync.
func BenchmarkPut(b *testing.B) {
	s, err := files.New(b.TempDir(), dbtest.New(b), nil)
	require.NoError(b, err)
	data := make([]byte, 64<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		data[0]++
		_, err := s.Put(context.Background(), bytes.NewReader(data), int64(len(data)))
		require.NoError(b, err)
	}
}
