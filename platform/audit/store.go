package audit

import (
	"context"
	"strings"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const columns = `id, at, actor, actor_name, action, object_kind, object_id, detail, ip, COALESCE(seq, 0), hash`

// Record writes the entry in the caller's transaction: the act and its record
// commit together or not at all. SQLite has one writer, so the row is chained at
// once; on PostgreSQL Seal chains it soon after, and writers do not wait.
func (l *Log) Record(ctx context.Context, tx *db.Tx, e Entry) error {
	s, err := newStored(e)
	if err != nil {
		return err
	}
	if l.db.Dialect() == db.Postgres {
		tx.OnCommit(l.notify)
		_, err = tx.ExecContext(ctx, `INSERT INTO audit_log (at, actor, actor_name, action, object_kind, object_id, detail, ip)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			s.At, s.Actor, s.ActorName, s.Action, s.Kind, s.ObjectID, string(s.Detail), s.IP)
		return failed(err, "write to")
	}
	return insertChained(ctx, tx, s)
}

// insertChained relies on being the only writer of the database.
func insertChained(ctx context.Context, tx *db.Tx, s stored) error {
	last, err := head(ctx, tx)
	if err != nil {
		return err
	}
	s.seq, s.ID = last.Seq+1, last.Seq+1
	if s.hash, err = s.chainHash(last.Hash); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_log
		(id, at, actor, actor_name, action, object_kind, object_id, detail, ip, seq, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		s.ID, s.At, s.Actor, s.ActorName, s.Action, s.Kind, s.ObjectID, string(s.Detail), s.IP, s.seq, s.hash)
	return failed(err, "write to")
}

// Anchor is a place in the chain that was noted elsewhere, such as on paper or in
// a partner's log. It is what shows that the end of the record was cut off.
type Anchor struct {
	Seq  int64
	Hash []byte
}

// Head returns the newest link of the chain; Seq 0 and 32 zero bytes when empty.
func (l *Log) Head(ctx context.Context) (Anchor, error) { return head(ctx, l.db.Read()) }

func head(ctx context.Context, q db.Querier) (Anchor, error) {
	last := Anchor{Hash: make([]byte, 32)}
	err := q.QueryRowContext(ctx, `SELECT seq, hash FROM audit_log WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1`).
		Scan(&last.Seq, &last.Hash)
	if db.NotFound(err) {
		return last, nil
	}
	return last, failed(err, "read")
}

// scanner is a row of a query with columns.
type scanner interface{ Scan(dest ...any) error }

func scan(row scanner) (s stored, err error) {
	var detail string
	err = row.Scan(&s.ID, &s.At, &s.Actor, &s.ActorName, &s.Action, &s.Kind, &s.ObjectID, &detail, &s.IP, &s.seq, &s.hash)
	s.Detail = []byte(detail)
	return s, failed(err, "read")
}

// clean makes text from outside storable: valid UTF-8 without the zero character,
// which PostgreSQL refuses.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// failed translates a database error; nil stays nil.
func failed(err error, doing string) error {
	if err == nil {
		return nil
	}
	if db.Full(err) {
		return errs.Wrap(err, errs.Unavailable, "the disk is full; nothing was changed")
	}
	return errs.Wrap(err, errs.Internal, "could not %s the audit record", doing)
}
