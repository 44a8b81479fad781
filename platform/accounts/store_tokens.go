package accounts

import (
	"context"
	"database/sql"
	"time"

	"incubator/platform/db"
)

const tokenColumns = `t.id, t.user_id, t.name, t.prefix, t.scopes, t.created_at, t.expires_at, t.last_used_at`

func scanToken(r row) (Token, error) {
	var t Token
	var scopes string
	var created, expires int64
	var used sql.NullInt64
	err := r.Scan(&t.ID, &t.UserID, &t.Name, &t.Prefix, &scopes, &created, &expires, &used)
	t.Scopes = splitList[Scope](scopes)
	t.CreatedAt, t.ExpiresAt, t.LastUsedAt = db.FromMicros(created), db.FromMicros(expires), db.FromNullMicros(used)
	return t, err
}

func insertToken(ctx context.Context, tx *db.Tx, t Token, hash []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO api_tokens (id, token_hash, user_id, name, prefix, scopes, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.ID, hash, t.UserID, t.Name, t.Prefix, joinList(t.Scopes), db.Micros(t.CreatedAt), db.Micros(t.ExpiresAt))
	return failed(err, "create the token")
}

func findToken(ctx context.Context, q db.Querier, hash []byte) (Token, error) {
	t, err := scanToken(q.QueryRowContext(ctx, `SELECT `+tokenColumns+` FROM api_tokens t WHERE t.token_hash = $1`, hash))
	if db.NotFound(err) {
		return Token{}, notFound("token")
	}
	return t, failed(err, "read the token")
}

func listTokens(ctx context.Context, q db.Querier, userID string) ([]Token, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+tokenColumns+` FROM api_tokens t WHERE t.user_id = $1 ORDER BY t.id`, userID)
	return collect(rows, err, "list the tokens", scanToken)
}

func countTokens(ctx context.Context, q db.Querier, userID string) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_tokens WHERE user_id = $1`, userID).Scan(&n)
	return n, failed(err, "list the tokens")
}

func touchToken(ctx context.Context, tx *db.Tx, id string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE api_tokens SET last_used_at = $1 WHERE id = $2`, db.Micros(now), id)
	return failed(err, "note the use of the token")
}

func deleteToken(ctx context.Context, tx *db.Tx, id, userID string) (int64, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM api_tokens WHERE id = $1 AND user_id = $2`, id, userID)
	return affected(result, err, "revoke the token")
}

func deleteTokens(ctx context.Context, tx *db.Tx, userID string) (int64, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM api_tokens WHERE user_id = $1`, userID)
	return affected(result, err, "revoke the tokens")
}
