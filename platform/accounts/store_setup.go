package accounts

import (
	"context"
	"time"

	"incubator/platform/db"
)

// replaceSetupLink leaves the new link as the only one.
func replaceSetupLink(ctx context.Context, tx *db.Tx, hash []byte, now, expires time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO setup_links (slot, token_hash, created_at, expires_at) VALUES (1, $1, $2, $3)
		ON CONFLICT (slot) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at`,
		hash, db.Micros(now), db.Micros(expires))
	return failed(err, "create the setup link")
}

// validSetupLink reports whether the link exists and has not expired.
func validSetupLink(ctx context.Context, q db.Querier, hash []byte, now time.Time) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM setup_links WHERE token_hash = $1 AND expires_at > $2`, hash, db.Micros(now)).Scan(&n)
	return n > 0, failed(err, "read the setup link")
}

func deleteSetupLink(ctx context.Context, tx *db.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM setup_links`)
	return failed(err, "remove the setup link")
}
