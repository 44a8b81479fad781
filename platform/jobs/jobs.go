// Package jobs runs durable background work on River, on SQLite and PostgreSQL
// alike: a job is enqueued in the transaction that writes its row, starts a few
// milliseconds after the commit, and is worked again when the process that had it
// dies. Workers are River's (river.AddWorker on Config.Workers) and must be
// idempotent, since a job may run more than once.
package jobs

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const (
	// fetchCooldown bounds how often a queue looks for work while jobs stream in;
	// it is also the longest that a wake-up can be held back.
	fetchCooldown = 2 * time.Millisecond
	// pollInterval is the safety net under the wake-ups, which carry the work.
	pollInterval = time.Second
	// riverRescue keeps River's own rescuer, which goes by running time alone and
	// would start long jobs twice, from ever acting; rescue.go replaces it.
	riverRescue  = 10 * 365 * 24 * time.Hour
	defaultGrace = 10 * time.Second
)

// Config of a Client. Only Workers and Queues are needed to work jobs; a client
// without Queues can enqueue only.
type Config struct {
	// Workers holds what runs each kind. It may be filled until Start, so that
	// workers can be built from stores that need the client.
	Workers *river.Workers
	// Queues maps each queue to the number of jobs that it runs at once.
	Queues map[string]int
	// Periodic lists scheduled jobs, see Cron. More can be added with AddPeriodic.
	Periodic []*river.PeriodicJob
	// RetryPolicy says when a failed job is tried again; nil is River's own
	// (attempt⁴ seconds, ±10 %).
	RetryPolicy river.ClientRetryPolicy
	// MaxAttempts is the default for jobs that set none; 0 is River's 25.
	MaxAttempts int
	// Timeout ends the context of a job; 0 is none. Workers may set their own.
	Timeout time.Duration
	// Grace is how long Stop waits before it cancels running jobs; 0 is 10 s.
	Grace time.Duration
	// Heartbeat is how often a client on PostgreSQL reports that it lives, and
	// looks for jobs of clients that have missed four reports; 0 is 5 s.
	Heartbeat time.Duration
	// ID names this client among all on the database; "" is the host and a UUID.
	ID  string
	Log *slog.Logger
}

// Client enqueues jobs and, once started, works them.
type Client struct {
	db      *db.DB
	config  Config
	river   *river.Client[*sql.Tx]
	driver  riverdriver.Driver[*sql.Tx]
	local   *localListener // SQLite only
	alive   *heartbeat     // PostgreSQL only
	plain   sync.Map       // kinds that River has taken and that set no options of their own
	started bool
}

// New returns a client on d, which Migrate must have prepared before Start.
func New(d *db.DB, config Config) (*Client, error) {
	config = config.withDefaults()
	c := &Client{db: d, config: config, driver: plainDriver(d)}
	var listen riverdriver.Listener
	if d.Dialect() == db.SQLite {
		c.local = newLocalListener()
		listen = c.local
	} else {
		c.alive = newHeartbeat(c)
		listen = &postgresListener{pool: d.Pool()}
	}
	client, err := river.NewClient[*sql.Tx](wakingDriver{c.driver, listen}, c.riverConfig())
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the job queue is not configured correctly")
	}
	c.river = client
	return c, nil
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Grace <= 0 {
		c.Grace = defaultGrace
	}
	if c.Heartbeat <= 0 {
		c.Heartbeat = 5 * time.Second
	}
	if c.Timeout <= 0 {
		c.Timeout = -1 // River's word for none
	}
	if c.ID == "" {
		host, _ := os.Hostname() // only a help for the reader of the table
		c.ID = host + "-" + uuid.NewString()
	}
	return c
}

func (c *Client) riverConfig() *river.Config {
	config := &river.Config{
		ID:                   c.config.ID,
		Workers:              c.config.Workers,
		PeriodicJobs:         c.config.Periodic,
		RetryPolicy:          c.config.RetryPolicy,
		MaxAttempts:          c.config.MaxAttempts,
		JobTimeout:           c.config.Timeout,
		RescueStuckJobsAfter: riverRescue,
		FetchCooldown:        fetchCooldown,
		FetchPollInterval:    pollInterval,
		ErrorHandler:         failureLog{c.config.Log},
		Logger:               slog.New(warnings{c.config.Log.Handler()}),
		// The one effect of TestOnly is that the maintenance services start without
		// a random delay of a second each, so missed schedules are caught up at once.
		// The delay is for fleets; only one leader runs these services.
		TestOnly: true,
	}
	if len(c.config.Queues) > 0 {
		config.Queues = make(map[string]river.QueueConfig, len(c.config.Queues))
	}
	for name, workers := range c.config.Queues {
		config.Queues[name] = river.QueueConfig{MaxWorkers: workers}
	}
	if c.local != nil {
		config.Middleware = []rivertype.Middleware{river.JobInsertMiddlewareFunc(c.wakeAfterInsert)}
	}
	return config
}

// ID returns the name of this client, as it stands in a job's attempts.
func (c *Client) ID() string { return c.config.ID }

// AddPeriodic adds a scheduled job, before or after Start.
func (c *Client) AddPeriodic(job *river.PeriodicJob) error {
	if len(c.config.Queues) == 0 {
		return errs.New(errs.Internal, "a client without queues schedules nothing")
	}
	if _, err := c.river.PeriodicJobs().AddSafely(job); err != nil {
		return errs.Wrap(err, errs.Internal, "the scheduled job is not valid")
	}
	return nil
}

// InsertTx enqueues one job in tx: it exists when tx commits, and only then. nil
// opts means those of the arguments' type. The error keeps the driver's cause, so
// that InTx can tell a serialisation failure: wrap it, do not replace it.
func (c *Client) InsertTx(ctx context.Context, tx *db.Tx, args river.JobArgs, opts *river.InsertOpts) (*rivertype.JobInsertResult, error) {
	results, err := c.InsertManyTx(ctx, tx, []river.InsertManyParams{{Args: args, InsertOpts: opts}})
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// InsertManyTx enqueues several jobs in tx, see InsertTx.
func (c *Client) InsertManyTx(ctx context.Context, tx *db.Tx, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.local != nil {
		ctx = context.WithoutCancel(ctx) // see db.Tx.SQL: an interrupt would undo the whole batch
	}
	results, err := c.river.InsertManyTx(ctx, tx.SQL(), params)
	if err == nil && c.local == nil {
		err = notify(ctx, tx, results)
	}
	if err != nil {
		return nil, enqueueFault(err)
	}
	return results, nil
}

// Exhausted reports that the attempt now running is one more than the job may
// have: the process died during its last attempt. The worker must then only
// record the failure, so that a job that kills its process ends some day.
func Exhausted(job *rivertype.JobRow) bool { return job.Attempt > job.MaxAttempts }
