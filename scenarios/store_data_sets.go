package scenarios

import (
	"context"

	"incubator/platform/db"
	"incubator/platform/errs"
)

func listDataSets(ctx context.Context, q db.Querier, challengeID string) ([]DataSet, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, name, title, visibility, licence, source,
			input_sha256, input_size, truth_sha256, truth_size
		FROM data_sets WHERE challenge_id = $1 ORDER BY position`, challengeID)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the data sets cannot be listed")
	}
	defer rows.Close()
	var sets []DataSet
	for rows.Next() {
		var d DataSet
		err := rows.Scan(&d.ID, &d.Name, &d.Title, &d.Visibility, &d.Licence, &d.Source,
			&d.Input.SHA256, &d.Input.Size, &d.Truth.SHA256, &d.Truth.Size)
		if err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the data sets cannot be listed")
		}
		sets = append(sets, d)
	}
	return sets, rows.Err()
}

func writeDataSets(ctx context.Context, tx *db.Tx, c *Challenge) error {
	for i, d := range c.DataSets {
		_, err := tx.ExecContext(ctx, `INSERT INTO data_sets (id, challenge_id, position, name, title, visibility,
				licence, source, input_sha256, input_size, truth_sha256, truth_size)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			d.ID, c.ID, i, d.Name, d.Title, d.Visibility, d.Licence, d.Source,
			d.Input.SHA256, d.Input.Size, d.Truth.SHA256, d.Truth.Size)
		if err != nil {
			return errs.Wrap(err, errs.Internal, "data set %s cannot be stored", d.Name)
		}
	}
	return nil
}

func listAttachments(ctx context.Context, q db.Querier, challengeID string) ([]Attachment, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, kind, name, title, licence, sha256, size
		FROM attachments WHERE challenge_id = $1 ORDER BY position`, challengeID)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the downloads cannot be listed")
	}
	defer rows.Close()
	var all []Attachment
	for rows.Next() {
		var a Attachment
		if err := rows.Scan(&a.ID, &a.Kind, &a.Name, &a.Title, &a.Licence, &a.Blob.SHA256, &a.Blob.Size); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the downloads cannot be listed")
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

func writeAttachments(ctx context.Context, tx *db.Tx, c *Challenge) error {
	for i, a := range c.Attachments {
		_, err := tx.ExecContext(ctx, `INSERT INTO attachments (id, challenge_id, position, kind, name, title, licence, sha256, size)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			a.ID, c.ID, i, a.Kind, a.Name, a.Title, a.Licence, a.Blob.SHA256, a.Blob.Size)
		if err != nil {
			return errs.Wrap(err, errs.Internal, "download %s cannot be stored", a.Name)
		}
	}
	return nil
}
