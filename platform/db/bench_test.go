package db_test

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
)

// BenchmarkGroupCommit prints, for the same settings and machine, the rate of
// single-row InTx from 32 goroutines, the rate of one plain writer that commits
// row by row on the same connection, and their ratio, which must be at least 1.
func BenchmarkGroupCommit(b *testing.B) {
	d, err := db.Open(context.Background(), filepath.Join(b.TempDir(), "bench.db"))
	require.NoError(b, err)
	defer d.Close()
	withItems(b, d)
	const rows = 4000
	var plain, grouped, single time.Duration
	var shared db.Stats
	n := 0
	for b.Loop() {
		plain += timed(func() { plainWriter(b, d, n, rows) })
		single += timed(func() { groupWriters(b, d, n+rows, rows, 1) })
		before := d.Stats()
		grouped += timed(func() { groupWriters(b, d, n+2*rows, rows, 32) })
		shared.Calls += d.Stats().Calls - before.Calls
		shared.Commits += d.Stats().Commits - before.Commits
		n += 3 * rows
	}
	total := float64(b.N * rows)
	b.ReportMetric(total/plain.Seconds(), "plain/s")
	b.ReportMetric(total/single.Seconds(), "single/s")
	b.ReportMetric(total/grouped.Seconds(), "grouped/s")
	b.ReportMetric(plain.Seconds()/grouped.Seconds(), "ratio")
	b.ReportMetric(float64(shared.Calls)/float64(shared.Commits), "calls/commit")
	b.ReportMetric(0, "ns/op")
}

func timed(fn func()) time.Duration {
	start := time.Now()
	fn()
	return time.Since(start)
}

func plainWriter(b *testing.B, d *db.DB, from, rows int) {
	for i := range rows {
		_, err := d.Pool().Exec("INSERT INTO items (id) VALUES ($1)", from+i)
		require.NoError(b, err)
	}
}

func groupWriters(b *testing.B, d *db.DB, from, rows, writers int) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= rows; i = int(next.Add(1)) {
				if err := d.InTx(context.Background(), inserting(from+i-1, nil)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
