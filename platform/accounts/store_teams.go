package accounts

import (
	"context"
	"database/sql"
	"time"

	"incubator/platform/db"
)

const teamColumns = `t.id, t.name, t.organization_id, t.captain_id, t.created_at`

func scanTeam(r row) (Team, error) {
	var t Team
	var organization sql.NullString
	var created int64
	err := r.Scan(&t.ID, &t.Name, &organization, &t.CaptainID, &created)
	t.OrganizationID, t.CreatedAt = organization.String, db.FromMicros(created)
	return t, err
}

func findTeam(ctx context.Context, q db.Querier, id string) (Team, error) {
	t, err := scanTeam(q.QueryRowContext(ctx, `SELECT `+teamColumns+` FROM teams t WHERE t.id = $1`, cut(id, 64)))
	if db.NotFound(err) {
		return Team{}, notFound("team")
	}
	return t, failed(err, "read the team")
}

func insertTeam(ctx context.Context, tx *db.Tx, t Team) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO teams (id, name, name_key, organization_id, captain_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		t.ID, t.Name, nameKey(t.Name), nullString(t.OrganizationID), t.CaptainID, db.Micros(t.CreatedAt))
	return teamError(err, "found the team")
}

func updateTeam(ctx context.Context, tx *db.Tx, t Team) error {
	_, err := tx.ExecContext(ctx, `UPDATE teams SET name = $1, name_key = $2, organization_id = $3, captain_id = $4 WHERE id = $5`,
		t.Name, nameKey(t.Name), nullString(t.OrganizationID), t.CaptainID, t.ID)
	return teamError(err, "change the team")
}

func teamError(err error, doing string) error {
	if constraint, ok := db.Unique(err); ok && constraint == "teams.name_key" {
		return conflict("name", "there is a team with this name already", err)
	}
	return failed(err, doing)
}

// listTeams returns teams by id, which is by age, after the cursor.
func listTeams(ctx context.Context, q db.Querier, after string, limit int) ([]Team, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+teamColumns+` FROM teams t WHERE t.id > $1 ORDER BY t.id LIMIT $2`, after, limit)
	return collect(rows, err, "list the teams", scanTeam)
}

// insertMember reports false when the user is a member already.
func insertMember(ctx context.Context, tx *db.Tx, teamID, userID string, at time.Time) (bool, error) {
	result, err := tx.ExecContext(ctx, `INSERT INTO team_members (team_id, user_id, joined_at) VALUES ($1, $2, $3)
		ON CONFLICT (team_id, user_id) DO NOTHING`, teamID, userID, db.Micros(at))
	n, err := affected(result, err, "join the team")
	return n > 0, err
}

func deleteMember(ctx context.Context, tx *db.Tx, teamID, userID string) (int64, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM team_members WHERE team_id = $1 AND user_id = $2`, cut(teamID, 64), cut(userID, 64))
	return affected(result, err, "leave the team")
}

func isMember(ctx context.Context, q db.Querier, teamID, userID string) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM team_members WHERE team_id = $1 AND user_id = $2`, cut(teamID, 64), cut(userID, 64)).Scan(&n)
	return n > 0, failed(err, "read the members")
}

// listMembers returns the captain first, then by the time of joining.
func listMembers(ctx context.Context, q db.Querier, teamID string) ([]Member, error) {
	rows, err := q.QueryContext(ctx, `SELECT u.id, u.name, u.id = t.captain_id, m.joined_at
		FROM team_members m JOIN users u ON u.id = m.user_id JOIN teams t ON t.id = m.team_id
		WHERE m.team_id = $1 ORDER BY u.id = t.captain_id DESC, m.joined_at, u.id`, cut(teamID, 64))
	return collect(rows, err, "list the members", func(r row) (Member, error) {
		var m Member
		var joined int64
		err := r.Scan(&m.UserID, &m.Name, &m.Captain, &joined)
		m.JoinedAt = db.FromMicros(joined)
		return m, err
	})
}

func listMemberships(ctx context.Context, q db.Querier, userID string) ([]Membership, error) {
	rows, err := q.QueryContext(ctx, `SELECT t.id, t.name, t.captain_id = m.user_id
		FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = $1 ORDER BY m.joined_at, t.id`, userID)
	return collect(rows, err, "list the teams", func(r row) (Membership, error) {
		var m Membership
		return m, r.Scan(&m.TeamID, &m.Name, &m.Captain)
	})
}
