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
