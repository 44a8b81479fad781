package audit_test

import (
	"context"
	"testing"

	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
)

// Many callers record one act each in a transaction of its own.
func benchmarkRecord(b *testing.B, d *db.DB) {
	l := audit.New(d)
	b.SetParallelism(16) // times GOMAXPROCS
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if err := d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				return l.Record(ctx, tx, entry(i))
			}); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkRecordSQLite(b *testing.B)   { benchmarkRecord(b, dbtest.New(b)) }
func BenchmarkRecordPostgres(b *testing.B) { benchmarkRecord(b, dbtest.NewPostgres(b)) }
