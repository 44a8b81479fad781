package audit

import (
	"context"

	"incubator/platform/db"
)

// sealBatch is how many rows one transaction of Seal chains.
const sealBatch = 500

// Seal chains the committed rows that are not chained yet, in the order of their
// ids, and returns how many. A row that commits late, behind higher ids, gets the
// next place. On SQLite there is nothing to do. A Sealer calls it; when two nodes
// seal at once, one of them does nothing.
func (l *Log) Seal(ctx context.Context) (int, error) {
	if l.db.Dialect() != db.Postgres {
		return 0, nil
	}
	total := 0
	for {
		n, err := l.sealSome(ctx)
		total += n
		if err != nil || n < sealBatch {
			return total, err
		}
	}
}

// sealSome reads outside of its transaction: a serialisable read here would make
// the writers of new rows fail and repeat. The unique seq settles races.
func (l *Log) sealSome(ctx context.Context) (int, error) {
	last, err := head(ctx, l.db.Read())
	if err != nil {
		return 0, err
	}
	rows, err := l.unsealed(ctx)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	for i := range rows {
		rows[i].seq = last.Seq + 1
		if rows[i].hash, err = rows[i].chainHash(last.Hash); err != nil {
			return 0, err
		}
		last = Anchor{rows[i].seq, rows[i].hash}
	}
	err = l.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, r := range rows {
			// No guard on seq: a row that another node sealed is refused by the trigger.
			if _, err := tx.ExecContext(ctx, `UPDATE audit_log SET seq = $1, hash = $2 WHERE id = $3`, r.seq, r.hash, r.ID); err != nil {
				return failed(err, "seal")
			}
		}
		return nil
	})
	if err != nil {
		if now, headErr := head(ctx, l.db.Read()); headErr == nil && now.Seq > rows[0].seq-1 {
			return 0, nil // another node was quicker
		}
		return 0, err
	}
	return len(rows), nil
}

func (l *Log) unsealed(ctx context.Context) ([]stored, error) {
	rows, err := l.db.Read().QueryContext(ctx, `SELECT `+columns+` FROM audit_log WHERE seq IS NULL ORDER BY id LIMIT $1`, sealBatch)
	if err != nil {
		return nil, failed(err, "read")
	}
	defer rows.Close()
	var out []stored
	for rows.Next() {
		s, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, failed(rows.Err(), "read")
}
