package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// PutSmallTx stores at most SmallLimit bytes in the caller's transaction: the
// blob exists if and only if that commits, without an fsync of its own.
func (s *Store) PutSmallTx(ctx context.Context, tx *db.Tx, data []byte) (Blob, error) {
	if len(data) > SmallLimit {
		return Blob{}, tooLarge(SmallLimit)
	}
	if data == nil {
		data = []byte{} // nil would be stored as NULL
	}
	sum := sha256.Sum256(data)
	blob := Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}
	_, err := tx.ExecContext(ctx, `INSERT INTO files_small (sha256, data, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (sha256) DO UPDATE SET created_at = excluded.created_at`,
		blob.SHA256, data, db.Micros(s.now()))
	return blob, databaseError(err, "store the file")
}

func (s *Store) small(ctx context.Context, sha string) (data []byte, err error) {
	err = s.db.Read().QueryRowContext(ctx, `SELECT data FROM files_small WHERE sha256 = $1`, sha).Scan(&data)
	if db.NotFound(err) {
		return nil, errNotFound()
	}
	return data, databaseError(err, "read the file")
}

// renewSmall makes the row young; NotFound when there is none.
func (s *Store) renewSmall(ctx context.Context, sha string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE files_small SET created_at = $1 WHERE sha256 = $2`, db.Micros(s.now()), sha)
		if err != nil {
			return databaseError(err, "renew the file")
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return databaseError(err, "renew the file")
		}
		return errNotFound()
	})
}

func (s *Store) removeSmall(ctx context.Context, sha string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM files_small WHERE sha256 = $1`, sha)
		return databaseError(err, "remove the file")
	})
}

// smallBatch bounds how many rows one sweep looks at in one query.
const smallBatch = 500

type smallRow struct {
	sha  string
	size int64
}

// sweepSmall needs one phase only: the delete checks the age again, in one
// statement, so a row that was put again meanwhile stays.
func (s *Store) sweepSmall(ctx context.Context, keep Keep, olderThan time.Time, done *Swept) error {
	last := ""
	for {
		rows, err := s.oldSmall(ctx, last, olderThan)
		if err != nil || len(rows) == 0 {
			return err
		}
		last = rows[len(rows)-1].sha
		for _, row := range rows {
			kept, err := keep(ctx, row.sha)
			if err != nil {
				return err
			}
			if kept {
				continue
			}
			if err := s.removeOldSmall(ctx, row, olderThan, done); err != nil {
				return err
			}
		}
	}
}

func (s *Store) oldSmall(ctx context.Context, after string, olderThan time.Time) ([]smallRow, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT sha256, LENGTH(data) FROM files_small
		WHERE sha256 > $1 AND created_at <= $2 ORDER BY sha256 LIMIT $3`, after, db.Micros(olderThan), smallBatch)
	if err != nil {
		return nil, databaseError(err, "list the files")
	}
	defer rows.Close()
	var out []smallRow
	for rows.Next() {
		var r smallRow
		if err := rows.Scan(&r.sha, &r.size); err != nil {
			return nil, databaseError(err, "list the files")
		}
		out = append(out, r)
	}
	return out, databaseError(rows.Err(), "list the files")
}

func (s *Store) removeOldSmall(ctx context.Context, row smallRow, olderThan time.Time, done *Swept) error {
	var removed int64
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM files_small WHERE sha256 = $1 AND created_at <= $2`,
			row.sha, db.Micros(olderThan))
		if err != nil {
			return databaseError(err, "remove the file")
		}
		removed, err = result.RowsAffected()
		return databaseError(err, "remove the file")
	})
	if err != nil {
		return err
	}
	done.Removed += int(removed)
	done.Bytes += removed * row.size
	return nil
}

func databaseError(err error, doing string) error {
	switch {
	case err == nil:
		return nil
	case db.Full(err):
		return errs.Wrap(err, errs.Unavailable, "the disk is full; the file was not stored")
	default:
		return errs.Wrap(err, errs.Internal, "the file store could not %s", doing)
	}
}
