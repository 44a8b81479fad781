package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/platform/jobs"
)

func TestParseCron(t *testing.T) {
	at := time.Date(2031, 3, 4, 23, 59, 30, 0, time.FixedZone("x", 3600)) // 22:59:30 UTC
	for expr, want := range map[string]string{
		"*/1 * * * *": "2031-03-04T23:00:00Z",
		"0 0 * * *":   "2031-03-05T00:00:00Z",
		"30 6 1 * *":  "2031-04-01T06:30:00Z",
		"@hourly":     "2031-03-04T23:00:00Z",
		"@every 90s":  "2031-03-04T23:01:00Z",
		"0 0 29 2 *":  "2032-02-29T00:00:00Z",
	} {
		s, err := jobs.ParseCron(expr)
		require.NoError(t, err, expr)
		require.Equal(t, want, s.Next(at).Format(time.RFC3339), expr)
	}
	for _, expr := range []string{"", "* * * *", "61 * * * *", "0 0 30 2 *", "soon"} {
		_, err := jobs.ParseCron(expr)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), expr)
		_, err = jobs.Cron(expr, nil)
		require.Error(t, err, expr)
	}
}

func TestCatchUpRunsAtEachStart(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		worked := make(chan string, 4)
		yearly, err := jobs.Cron("0 0 1 1 *", func() (river.JobArgs, *river.InsertOpts) { return note{"due"}, nil },
			jobs.CatchUp(), jobs.Named("yearly"))
		require.NoError(t, err)
		c := client(t, d, jobs.Config{Periodic: []*river.PeriodicJob{yearly}}, sending(worked))
		for range 2 {
			require.NoError(t, c.Start(context.Background()))
			require.Equal(t, "due", receive(t, worked, "the caught-up job"))
			require.NoError(t, c.Stop(context.Background()))
		}
		require.Error(t, c.AddPeriodic(yearly), "the name is taken")
	})
}

func TestCronFiresOnTime(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		worked := make(chan string, 4)
		c := started(t, d, jobs.Config{}, sending(worked))
		second, err := jobs.Cron("@every 1s", func() (river.JobArgs, *river.InsertOpts) { return note{"tick"}, nil })
		require.NoError(t, err)
		require.NoError(t, c.AddPeriodic(second))
		require.Equal(t, "tick", receive(t, worked, "the first tick"))
		require.Equal(t, "tick", receive(t, worked, "the second tick"))
	})
}
