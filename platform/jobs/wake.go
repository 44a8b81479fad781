package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// River's topics, as its own drivers spell them.
const (
	topicInsert  = "river_insert"
	topicControl = "river_control"
)

// wakingDriver gives a database/sql driver the listener that it lacks. Without
// one River only polls, and a job waits for half the interval on average.
type wakingDriver struct {
	riverdriver.Driver[*sql.Tx]
	listener riverdriver.Listener
}

func (d wakingDriver) SupportsListener() bool { return true }

func (d wakingDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.listener
}

// wakeAfterInsert wakes the queues of inserted jobs on SQLite, where nothing
// like NOTIFY exists. It runs before the commit, which is early enough and not
// too early: the fetch that it causes needs the one writing connection, which
// the inserting transaction holds until it has committed. Waiting in line for
// that connection is what makes the job start right after the commit.
func (c *Client) wakeAfterInsert(
	ctx context.Context, params []*rivertype.JobInsertParams,
	insert func(context.Context) ([]*rivertype.JobInsertResult, error),
) ([]*rivertype.JobInsertResult, error) {
	results, err := insert(ctx)
	if err != nil {
		return results, err
	}
	for _, p := range params {
		if p.State == rivertype.JobStateAvailable {
			c.local.send(topicInsert, insertNotice{Queue: p.Queue})
		}
	}
	return results, nil
}

// notify wakes the queues of inserted jobs on PostgreSQL, on every node, when tx
// commits. River sends the same notice (PostgreSQL merges equal ones), but leaves
// it out within fetchCooldown of the one before; a job inserted right after
// another was fetched would then wait for the next poll.
func notify(ctx context.Context, tx *db.Tx, results []*rivertype.JobInsertResult) error {
	told := map[string]bool{}
	for _, r := range results {
		if r.Job.State != rivertype.JobStateAvailable || told[r.Job.Queue] {
			continue
		}
		told[r.Job.Queue] = true
		_, err := tx.ExecContext(ctx, "SELECT pg_notify(current_schema() || '.' || $1, $2)",
			topicInsert, fmt.Sprintf(`{"queue": %q}`, r.Job.Queue))
		if err != nil {
			return err
		}
	}
	return nil
}

// Cancel cancels a job that waits, and the context of one that runs, wherever
// it runs; its end is then final, without retry. errs.NotFound when there is no
// such job; cancelling a finished job does nothing.
func (c *Client) Cancel(ctx context.Context, id int64) error {
	job, err := c.river.JobCancel(ctx, id)
	if errors.Is(err, rivertype.ErrNotFound) {
		return errs.Wrap(err, errs.NotFound, "there is no such job")
	}
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "the job could not be cancelled")
	}
	if c.local != nil && job.State == rivertype.JobStateRunning {
		c.local.send(topicControl, controlNotice{Action: "cancel", JobID: job.ID, Queue: job.Queue})
	}
	return nil
}

type insertNotice struct {
	Queue string `json:"queue"`
}

type controlNotice struct {
	Action string `json:"action"`
	JobID  int64  `json:"job_id"`
	Queue  string `json:"queue"`
}

// localListener is LISTEN and NOTIFY within one process. Equal notices that
// nobody has taken yet are one, so it never grows beyond the queues and the
// cancelled jobs.
type localListener struct {
	mu      sync.Mutex
	pending []riverdriver.Notification
	filled  chan struct{}
}

func newLocalListener() *localListener {
	return &localListener{filled: make(chan struct{}, 1)}
}

func (l *localListener) send(topic string, notice any) {
	payload, err := json.Marshal(notice)
	if err != nil {
		return // two structs of strings and integers: it cannot fail
	}
	n := riverdriver.Notification{Topic: topic, Payload: string(payload)}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.pending {
		if p == n {
			return
		}
	}
	l.pending = append(l.pending, n)
	l.signal()
}

func (l *localListener) signal() {
	select {
	case l.filled <- struct{}{}:
	default:
	}
}

// WaitForNotification returns the oldest notice, or waits for one.
func (l *localListener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	for {
		if n := l.take(); n != nil {
			return n, nil
		}
		select {
		case <-l.filled:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (l *localListener) take() *riverdriver.Notification {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) == 0 {
		return nil
	}
	n := l.pending[0]
	l.pending = append(l.pending[:0:0], l.pending[1:]...)
	return &n
}

// The rest of riverdriver.Listener: there is no connection to care for.

func (l *localListener) Connect(context.Context) error          { return nil }
func (l *localListener) Close(context.Context) error            { return nil }
func (l *localListener) Ping(context.Context) error             { return nil }
func (l *localListener) Listen(context.Context, string) error   { return nil }
func (l *localListener) Unlisten(context.Context, string) error { return nil }
func (l *localListener) Schema() string                         { return "" }
func (l *localListener) SetAfterConnectExec(string)             {}
