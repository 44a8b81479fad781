package accounts

import (
	"context"
	"time"

	"incubator/platform/db"
)

const sessionColumns = `s.id, s.user_id, s.created_at, s.last_seen_at, s.expires_at, s.user_agent, s.ip`

func scanSession(r row) (Session, error) {
	var s Session
	var created, seen, expires int64
	err := r.Scan(&s.ID, &s.UserID, &created, &seen, &expires, &s.UserAgent, &s.IP)
	s.CreatedAt, s.LastSeenAt, s.ExpiresAt = db.FromMicros(created), db.FromMicros(seen), db.FromMicros(expires)
	return s, err
}

func insertSession(ctx context.Context, tx *db.Tx, s Session, hash []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at, user_agent, ip)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.ID, hash, s.UserID, db.Micros(s.CreatedAt), db.Micros(s.LastSeenAt), db.Micros(s.ExpiresAt), s.UserAgent, s.IP)
	return failed(err, "start a session")
}

// findSession returns the session whether or not it has expired.
func findSession(ctx context.Context, q db.Querier, hash []byte) (Session, error) {
	s, err := scanSession(q.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM sessions s WHERE s.token_hash = $1`, hash))
	if db.NotFound(err) {
		return Session{}, notFound("session")
	}
	return s, failed(err, "read the session")
}

// listSessions returns those that are alive, the last used first.
func listSessions(ctx context.Context, q db.Querier, userID string, now, idleSince time.Time) ([]Session, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+sessionColumns+` FROM sessions s
		WHERE s.user_id = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 ORDER BY s.last_seen_at DESC, s.id DESC`,
		userID, db.Micros(now), db.Micros(idleSince))
	return collect(rows, err, "list the sessions", scanSession)
}

func touchSession(ctx context.Context, tx *db.Tx, id string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE sessions SET last_seen_at = $1 WHERE id = $2`, db.Micros(now), id)
	return failed(err, "renew the session")
}

func deleteSession(ctx context.Context, tx *db.Tx, id, userID string) (int64, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE id = $1 AND user_id = $2`, id, userID)
	return affected(result, err, "end the session")
}

// deleteSessions ends all sessions of the user but one; "" spares none.
func deleteSessions(ctx context.Context, tx *db.Tx, userID, exceptID string) (int64, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE user_id = $1 AND id <> $2`, userID, exceptID)
	return affected(result, err, "end the sessions")
}

func deleteExpiredSessions(ctx context.Context, tx *db.Tx, now, idleSince time.Time) (int64, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2`, db.Micros(now), db.Micros(idleSince))
	return affected(result, err, "remove old sessions")
}
