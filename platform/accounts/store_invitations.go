package accounts

import (
	"context"
	"database/sql"
	"time"

	"incubator/platform/db"
)

const invitationColumns = `i.id, i.team_id, i.roles, i.created_by, i.created_at, i.expires_at, i.max_uses, i.uses, i.revoked_at`

func scanInvitation(r row) (Invitation, error) {
	var i Invitation
	var team sql.NullString
	var roles string
	var created, expires int64
	var revoked sql.NullInt64
	err := r.Scan(&i.ID, &team, &roles, &i.CreatedBy, &created, &expires, &i.MaxUses, &i.Uses, &revoked)
	i.TeamID, i.Roles = team.String, splitList[Role](roles)
	i.CreatedAt, i.ExpiresAt, i.RevokedAt = db.FromMicros(created), db.FromMicros(expires), db.FromNullMicros(revoked)
	return i, err
}

func insertInvitation(ctx context.Context, tx *db.Tx, i Invitation, hash []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO invitations (id, token_hash, team_id, roles, created_by, created_at, expires_at, max_uses)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		i.ID, hash, nullString(i.TeamID), joinList(i.Roles), i.CreatedBy, db.Micros(i.CreatedAt), db.Micros(i.ExpiresAt), i.MaxUses)
	return failed(err, "create the invitation")
}

func findInvitation(ctx context.Context, q db.Querier, id string) (Invitation, error) {
	i, err := scanInvitation(q.QueryRowContext(ctx, `SELECT `+invitationColumns+` FROM invitations i WHERE i.id = $1`, cut(id, 64)))
	if db.NotFound(err) {
		return Invitation{}, notFound("invitation")
	}
	return i, failed(err, "read the invitation")
}

func findInvitationByToken(ctx context.Context, q db.Querier, hash []byte) (Invitation, error) {
	i, err := scanInvitation(q.QueryRowContext(ctx, `SELECT `+invitationColumns+` FROM invitations i WHERE i.token_hash = $1`, hash))
	if db.NotFound(err) {
		return Invitation{}, notFound("invitation")
	}
	return i, failed(err, "read the invitation")
}

// useInvitation counts one use. That there is one left was checked in the same
// serialisable transaction; the table's CHECK is the last guard.
func useInvitation(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE invitations SET uses = uses + 1 WHERE id = $1`, id)
	return failed(err, "use the invitation")
}

func revokeInvitation(ctx context.Context, tx *db.Tx, id string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE invitations SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL`, db.Micros(at), id)
	return failed(err, "revoke the invitation")
}

// listInvitations returns those of a team, or of the platform for "", newest first.
func listInvitations(ctx context.Context, q db.Querier, teamID string) ([]Invitation, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+invitationColumns+` FROM invitations i
		WHERE i.team_id = $1 OR (i.team_id IS NULL AND $1 = '') ORDER BY i.id DESC LIMIT 200`, teamID)
	return collect(rows, err, "list the invitations", scanInvitation)
}
