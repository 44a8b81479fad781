package sandboxes

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// Record is the row of one sandbox.
type Record struct {
	ID, Node, Container string
	Purpose             Purpose
	TeamID, RunID       string
	State               State
	Cause               Cause
	Image, Runtime      string
	CreatedAt           time.Time
	ReadyAt, StoppedAt  time.Time // zero when it has not come so far
	ExpiresAt           time.Time
}

const recordColumns = `id, node, container, purpose, team_id, run_id, state, cause, image, runtime,
	created_at, ready_at, stopped_at, expires_at`

// activeClause is spelled as in the partial indexes, so that they are used.
const activeClause = `state IN ('requested', 'starting', 'ready', 'stopping')`

// store is the SQL of sandboxes. No other package writes its table.
type store struct{ db *db.DB }

// insert writes the row of a new sandbox. A team that has quota active ones is
// refused with errs.TooMany; a quota of zero is none.
func (s store) insert(ctx context.Context, r Record, quota int) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := checkQuota(ctx, tx, r.TeamID, quota); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sandboxes (`+recordColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			r.ID, r.Node, r.Container, r.Purpose, null(r.TeamID), null(r.RunID), r.State, r.Cause, r.Image, r.Runtime,
			db.Micros(r.CreatedAt), db.NullMicros(r.ReadyAt), db.NullMicros(r.StoppedAt), db.Micros(r.ExpiresAt))
		if _, taken := db.Unique(err); taken {
			return errs.Wrap(err, errs.Conflict, "There is a sandbox %s already.", r.ID)
		}
		return fault(err, "written")
	})
}

// adopt turns the row of a pool sandbox into the row of the run that takes it.
// The row of the run must exist; it takes over the container.
func (s store) adopt(ctx context.Context, pooled, id string, expires time.Time) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var container string
		var ready int64
		err := tx.QueryRowContext(ctx, `DELETE FROM sandboxes WHERE id = $1 AND state = 'ready' RETURNING container, ready_at`,
			pooled).Scan(&container, &ready)
		if err != nil {
			return fault(err, "found in the pool")
		}
		_, err = tx.ExecContext(ctx, `UPDATE sandboxes SET state = 'ready', container = $2, ready_at = $3, expires_at = $4
			WHERE id = $1 AND state = 'starting'`, id, container, ready, db.Micros(expires))
		return fault(err, "written")
	})
}

// change is one step in the life of a sandbox.
type change struct {
	to      State
	cause   Cause
	at      time.Time
	expires time.Time // zero keeps the lease
}

// advance makes one transition. One that the table does not have is
// errs.Conflict and changes nothing.
func (s store) advance(ctx context.Context, id string, c change) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var from State
		var cause Cause
		err := tx.QueryRowContext(ctx, `SELECT state, cause FROM sandboxes WHERE id = $1`, id).Scan(&from, &cause)
		if err != nil {
			return fault(err, "found")
		}
		if err := checkTransition(from, c.to); err != nil {
			return err
		}
		if c.cause != CauseNone {
			cause = c.cause
		}
		var ready, stopped time.Time
		if c.to == StateReady {
			ready = c.at
		}
		if c.to.Final() {
			stopped = c.at
		}
		_, err = tx.ExecContext(ctx, `UPDATE sandboxes SET state = $2, cause = $3,
			ready_at = COALESCE($4, ready_at), stopped_at = COALESCE($5, stopped_at), expires_at = COALESCE($6, expires_at)
			WHERE id = $1`,
			id, c.to, cause, db.NullMicros(ready), db.NullMicros(stopped), db.NullMicros(c.expires))
		return fault(err, "written")
	})
}

// active returns the sandboxes of a node that have not reached a final state.
func (s store) active(ctx context.Context, node string) ([]Record, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+recordColumns+` FROM sandboxes
		WHERE node = $1 AND `+activeClause+` ORDER BY created_at, id`, node)
	if err != nil {
		return nil, fault(err, "read")
	}
	defer rows.Close()
	var found []Record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, fault(err, "read")
		}
		found = append(found, r)
	}
	return found, fault(rows.Err(), "read")
}

// get returns one sandbox, or errs.NotFound.
func (s store) get(ctx context.Context, id string) (Record, error) {
	r, err := scanRecord(s.db.Read().QueryRowContext(ctx, `SELECT `+recordColumns+` FROM sandboxes WHERE id = $1`, id))
	return r, fault(err, "found")
}

// prune deletes rows that ended before the time and returns how many.
func (s store) prune(ctx context.Context, before time.Time) (int64, error) {
	var deleted int64
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM sandboxes WHERE stopped_at IS NOT NULL AND stopped_at < $1`, db.Micros(before))
		if err != nil {
			return fault(err, "deleted")
		}
		deleted, err = result.RowsAffected()
		return fault(err, "deleted")
	})
	return deleted, err
}

func checkQuota(ctx context.Context, tx *db.Tx, team string, quota int) error {
	if quota <= 0 || team == "" {
		return nil
	}
	var running int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM sandboxes WHERE team_id = $1 AND `+activeClause, team).Scan(&running)
	if err != nil {
		return fault(err, "counted")
	}
	if running >= quota {
		return errs.New(errs.TooMany, "The team has %d sandboxes already, which is its limit.", running)
	}
	return nil
}

func scanRecord(row interface{ Scan(...any) error }) (Record, error) {
	var r Record
	var team, run sql.NullString
	var created, expires int64
	var ready, stopped sql.NullInt64
	err := row.Scan(&r.ID, &r.Node, &r.Container, &r.Purpose, &team, &run, &r.State, &r.Cause, &r.Image, &r.Runtime,
		&created, &ready, &stopped, &expires)
	r.TeamID, r.RunID = team.String, run.String
	r.CreatedAt, r.ExpiresAt = db.FromMicros(created), db.FromMicros(expires)
	r.ReadyAt, r.StoppedAt = db.FromNullMicros(ready), db.FromNullMicros(stopped)
	return r, err
}

func null(text string) sql.NullString { return sql.NullString{String: text, Valid: text != ""} }

// fault translates a driver's error.
func fault(err error, what string) error {
	var known *errs.Error
	switch {
	case err == nil:
		return nil
	case db.NotFound(err):
		return errs.Wrap(err, errs.NotFound, "There is no such sandbox.")
	case errors.As(err, &known):
		return err
	}
	return errs.Wrap(err, errs.Unavailable, "The sandbox could not be %s in the database.", what)
}
