package accounts

import (
	"context"
	"database/sql"
	"time"

	"incubator/platform/db"
)

const userColumns = `u.id, u.email, u.name, u.organization_id, u.created_at, u.disabled_at,
	COALESCE((SELECT STRING_AGG(r.role, ' ') FROM user_roles r WHERE r.user_id = u.id), '')`

// row is what *sql.Row and *sql.Rows share.
type row interface{ Scan(dest ...any) error }

func scanUser(r row, more ...any) (User, error) {
	var u User
	var organization sql.NullString
	var created int64
	var disabled sql.NullInt64
	var roles string
	dest := append([]any{&u.ID, &u.Email, &u.Name, &organization, &created, &disabled, &roles}, more...)
	if err := r.Scan(dest...); err != nil {
		return User{}, err
	}
	u.OrganizationID = organization.String
	u.CreatedAt, u.DisabledAt = db.FromMicros(created), db.FromNullMicros(disabled)
	u.Roles = ordered(splitList[Role](roles))
	return u, nil
}

func findUser(ctx context.Context, q db.Querier, id string) (User, error) {
	u, err := scanUser(q.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id = $1`, cut(id, 64)))
	if db.NotFound(err) {
		return User{}, notFound("user")
	}
	return u, failed(err, "read the user")
}

// findCredentials returns the user of a normalised address and the password
// hash; NotFound when there is none.
func findCredentials(ctx context.Context, q db.Querier, email string) (User, string, error) {
	var hash string
	u, err := scanUser(q.QueryRowContext(ctx, `SELECT `+userColumns+`, u.password_hash FROM users u WHERE u.email = $1`, email), &hash)
	if db.NotFound(err) {
		return User{}, "", notFound("user")
	}
	return u, hash, failed(err, "read the user")
}

func passwordHash(ctx context.Context, q db.Querier, userID string) (string, error) {
	var hash string
	err := q.QueryRowContext(ctx, `SELECT password_hash FROM users WHERE id = $1`, userID).Scan(&hash)
	if db.NotFound(err) {
		return "", notFound("user")
	}
	return hash, failed(err, "read the user")
}

func insertUser(ctx context.Context, tx *db.Tx, u User, hash string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO users (id, email, name, password_hash, organization_id, created_at, password_changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6)`,
		u.ID, u.Email, u.Name, hash, nullString(u.OrganizationID), db.Micros(u.CreatedAt))
	if constraint, ok := db.Unique(err); ok && constraint == "users.email" {
		return conflict("email", "there is an account with this e-mail address already", err)
	}
	if err != nil {
		return failed(err, "create the user")
	}
	return insertRoles(ctx, tx, u.ID, u.Roles)
}

func insertRoles(ctx context.Context, tx *db.Tx, userID string, roles []Role) error {
	for _, r := range ordered(roles) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO user_roles (user_id, role) VALUES ($1, $2)`, userID, string(r)); err != nil {
			return failed(err, "set the roles")
		}
	}
	return nil
}

func replaceRoles(ctx context.Context, tx *db.Tx, userID string, roles []Role) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM user_roles WHERE user_id = $1`, userID); err != nil {
		return failed(err, "set the roles")
	}
	return insertRoles(ctx, tx, userID, roles)
}

func updatePassword(ctx context.Context, tx *db.Tx, userID, hash string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE users SET password_hash = $1, password_changed_at = $2 WHERE id = $3`, hash, db.Micros(at), userID)
	return failed(err, "change the password")
}

func updateUser(ctx context.Context, tx *db.Tx, u User) error {
	_, err := tx.ExecContext(ctx, `UPDATE users SET name = $1, organization_id = $2, disabled_at = $3 WHERE id = $4`,
		u.Name, nullString(u.OrganizationID), db.NullMicros(u.DisabledAt), u.ID)
	return failed(err, "change the user")
}

// countAdministrators counts those who can sign in.
func countAdministrators(ctx context.Context, q db.Querier) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT COUNT(*) FROM user_roles r JOIN users u ON u.id = r.user_id
		WHERE r.role = 'administrator' AND u.disabled_at IS NULL`).Scan(&n)
	return n, failed(err, "read the users")
}

// listUsers returns users by id, which is by age, after the cursor.
func listUsers(ctx context.Context, q db.Querier, like db.Dialect, search, after string, limit int) ([]User, error) {
	pattern := "%" + likeEscaper.Replace(search) + "%"
	rows, err := q.QueryContext(ctx, `SELECT `+userColumns+` FROM users u
		WHERE u.id > $1 AND (u.email `+like.Like()+` $2 ESCAPE '!' OR u.name `+like.Like()+` $2 ESCAPE '!') ORDER BY u.id LIMIT $3`,
		after, pattern, limit)
	return collect(rows, err, "list the users", func(r row) (User, error) { return scanUser(r) })
}
