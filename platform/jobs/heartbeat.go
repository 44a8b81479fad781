package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// missedBeats is how many reports a client may miss before it counts as dead.
const missedBeats = 4

// All times are the database's own, so the clocks of the nodes do not matter.
const (
	sqlBeat = `INSERT INTO job_clients (id, seen_at) VALUES ($1, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint)
		ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`
	sqlForget = `DELETE FROM job_clients WHERE seen_at < (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint - $1`
	sqlLeave  = `DELETE FROM job_clients WHERE id = $1`
	sqlAlive  = `SELECT id FROM job_clients`
)

// heartbeat reports that this client lives and takes over the jobs of those that
// stopped reporting. Every client does both, so nobody has to be elected.
type heartbeat struct {
	client *Client
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func newHeartbeat(c *Client) *heartbeat { return &heartbeat{client: c} }

// start reports once, before this client can fetch a job, and goes on.
func (h *heartbeat) start(ctx context.Context) error {
	if err := h.beat(ctx); err != nil {
		return err
	}
	ctx, h.cancel = context.WithCancel(context.WithoutCancel(ctx))
	h.done.Go(func() { h.loop(ctx) })
	return nil
}

// stop removes this client from the living.
func (h *heartbeat) stop(ctx context.Context) {
	h.cancel()
	h.done.Wait()
	ctx, cancel := context.WithTimeout(ctx, hardStop)
	defer cancel()
	err := h.client.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, sqlLeave, h.client.config.ID)
		return err
	})
	if err != nil {
		h.client.config.Log.Warn("job client could not sign off", slog.Any("error", err))
	}
}

func (h *heartbeat) loop(ctx context.Context) {
	ticker := time.NewTicker(h.client.config.Heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := h.beat(ctx); err != nil && ctx.Err() == nil {
				h.client.config.Log.Error("job client could not report that it lives", slog.Any("error", err))
			}
		}
	}
}

func (h *heartbeat) beat(ctx context.Context) error {
	err := h.client.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, sqlBeat, h.client.config.ID); err != nil {
			return err
		}
		limit := missedBeats * h.client.config.Heartbeat
		_, err := tx.ExecContext(ctx, sqlForget, limit.Microseconds())
		return err
	})
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "the job client could not report that it lives")
	}
	n, err := h.client.rescue(ctx)
	if n > 0 {
		h.client.config.Log.Warn("jobs of a dead client are worked again", slog.Int("jobs", n))
	}
	return err
}

func clients(ctx context.Context, q db.Querier) (map[string]bool, error) {
	rows, err := q.QueryContext(ctx, sqlAlive)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	alive := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		alive[id] = true
	}
	return alive, rows.Err()
}
