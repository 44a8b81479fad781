package jobs

import (
	"time"

	"github.com/riverqueue/river"
	"github.com/robfig/cron/v3"

	"incubator/platform/errs"
)

// CronOption changes a scheduled job.
type CronOption func(*river.PeriodicJobOpts)

// CatchUp runs the job once at every start too, so that a moment which the
// process slept through is caught up. The job must find out itself what is due.
func CatchUp() CronOption { return func(o *river.PeriodicJobOpts) { o.RunOnStart = true } }

// Named gives the scheduled job an id, which no other may have.
func Named(id string) CronOption { return func(o *river.PeriodicJobOpts) { o.ID = id } }

// Cron returns a job that is enqueued on a schedule, in UTC, by one node of all:
// expr is a standard cron expression of five fields or a descriptor such as
// "@hourly" or "@every 90s". build makes the arguments at each turn; nil
// arguments skip the turn. An expression that does not parse, or that never comes
// due, is errs.Invalid.
func Cron(expr string, build func() (river.JobArgs, *river.InsertOpts), opts ...CronOption) (*river.PeriodicJob, error) {
	schedule, err := ParseCron(expr)
	if err != nil {
		return nil, err
	}
	var o river.PeriodicJobOpts
	for _, opt := range opts {
		opt(&o)
	}
	return river.NewPeriodicJob(schedule, build, &o), nil
}

// Schedule tells the next moment, strictly after t, in UTC.
type Schedule struct{ cron cron.Schedule }

// Next returns the next moment after t.
func (s Schedule) Next(t time.Time) time.Time { return s.cron.Next(t.UTC()) }

// ParseCron reads a cron expression, see Cron.
func ParseCron(expr string) (Schedule, error) {
	parsed, err := cron.ParseStandard(expr)
	if err != nil {
		return Schedule{}, errs.Wrap(err, errs.Invalid, "%q is no cron expression", expr)
	}
	// The parser accepts the 30th of February, whose next moment is the zero time
	// and would make a scheduler spin.
	if parsed.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Schedule{}, errs.New(errs.Invalid, "the cron expression %q never comes due", expr)
	}
	return Schedule{parsed}, nil
}
