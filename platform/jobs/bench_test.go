package jobs_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/jobs"
)

// BenchmarkEnqueueToStart prints how long after the commit of its transaction a
// job starts, one job at a time: median and 99th percentile in milliseconds.
func BenchmarkEnqueueToStart(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.New, "postgres": dbtest.NewPostgres} {
		b.Run(name, func(b *testing.B) {
			d := migrated(b, open(b))
			begun := make(chan time.Time, 1)
			c := started(b, d, jobs.Config{}, func(context.Context, *river.Job[note]) error {
				begun <- time.Now()
				return nil
			})
			var waits []float64
			for b.Loop() {
				enqueue(b, d, c, "", nil)
				committed := time.Now()
				waits = append(waits, float64(max(0, (<-begun).Sub(committed)).Microseconds())/1000)
			}
			slices.Sort(waits)
			b.ReportMetric(waits[len(waits)/2], "p50-ms")
			b.ReportMetric(waits[len(waits)*99/100], "p99-ms")
			b.ReportMetric(waits[len(waits)-1], "max-ms")
		})
	}
}

// BenchmarkIdle prints the share of one processor that a started client takes
// while there is nothing to do, in percent. Run it with -benchtime 1x.
func BenchmarkIdle(b *testing.B) {
	d := migrated(b, dbtest.New(b))
	started(b, d, jobs.Config{Queues: map[string]int{"a": 4, "b": 4, "c": 4}}, sending(nil))
	const span = 15 * time.Second
	for b.Loop() {
		before := processorTime(b)
		<-time.After(span)
		b.ReportMetric(100*float64(processorTime(b)-before)/float64(span), "cpu-%")
	}
}

// processorTime reads user and system time of this process from Linux, whose
// clock tick is 10 ms.
func processorTime(b *testing.B) time.Duration {
	stat, err := os.ReadFile("/proc/self/stat")
	require.NoError(b, err)
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var ticks int
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		require.NoError(b, err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
