package accounts

import (
	"context"

	"incubator/platform/db"
)

const organizationColumns = `o.id, o.name, o.kind, o.website, o.created_at`

func scanOrganization(r row) (Organization, error) {
	var o Organization
	var created int64
	err := r.Scan(&o.ID, &o.Name, &o.Kind, &o.Website, &created)
	o.CreatedAt = db.FromMicros(created)
	return o, err
}

func findOrganization(ctx context.Context, q db.Querier, id string) (Organization, error) {
	o, err := scanOrganization(q.QueryRowContext(ctx, `SELECT `+organizationColumns+` FROM organizations o WHERE o.id = $1`, cut(id, 64)))
	if db.NotFound(err) {
		return Organization{}, notFound("organisation")
	}
	return o, failed(err, "read the organisation")
}

func insertOrganization(ctx context.Context, tx *db.Tx, o Organization) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO organizations (id, name, name_key, kind, website, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		o.ID, o.Name, nameKey(o.Name), string(o.Kind), o.Website, db.Micros(o.CreatedAt))
	return organizationError(err, "create the organisation")
}

func updateOrganization(ctx context.Context, tx *db.Tx, o Organization) error {
	_, err := tx.ExecContext(ctx, `UPDATE organizations SET name = $1, name_key = $2, kind = $3, website = $4 WHERE id = $5`,
		o.Name, nameKey(o.Name), string(o.Kind), o.Website, o.ID)
	return organizationError(err, "change the organisation")
}

func organizationError(err error, doing string) error {
	if constraint, ok := db.Unique(err); ok && constraint == "organizations.name_key" {
		return conflict("organization", "there is an organisation with this name already; choose it from the list", err)
	}
	return failed(err, doing)
}

func listOrganizations(ctx context.Context, q db.Querier) ([]Organization, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+organizationColumns+` FROM organizations o ORDER BY o.name_key`)
	return collect(rows, err, "list the organisations", scanOrganization)
}

func countOrganizations(ctx context.Context, q db.Querier) (map[string]OrganizationSize, error) {
	rows, err := q.QueryContext(ctx, `SELECT o.id,
		(SELECT COUNT(*) FROM teams t WHERE t.organization_id = o.id),
		(SELECT COUNT(*) FROM users u WHERE u.organization_id = o.id AND u.disabled_at IS NULL) FROM organizations o`)
	type counted struct {
		id string
		OrganizationSize
	}
	list, err := collect(rows, err, "count the organisations", func(r row) (counted, error) {
		var c counted
		err := r.Scan(&c.id, &c.Teams, &c.Users)
		return c, err
	})
	out := map[string]OrganizationSize{}
	for _, c := range list {
		if c.OrganizationSize != (OrganizationSize{}) {
			out[c.id] = c.OrganizationSize
		}
	}
	return out, err
}

func listOrganizationTeams(ctx context.Context, q db.Querier, id string) ([]Team, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+teamColumns+` FROM teams t WHERE t.organization_id = $1 ORDER BY t.name_key`, cut(id, 64))
	return collect(rows, err, "list the teams", scanTeam)
}

func listOrganizationUsers(ctx context.Context, q db.Querier, id string, limit int) ([]User, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+userColumns+` FROM users u WHERE u.organization_id = $1 ORDER BY u.name, u.id LIMIT $2`, cut(id, 64), limit)
	return collect(rows, err, "list the users", func(r row) (User, error) { return scanUser(r) })
}
