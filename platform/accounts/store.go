package accounts

import (
	"database/sql"
	"strings"

	"incubator/platform/errs"
)

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func nullString(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// collect reads all rows of a query through scan.
func collect[T any](rows *sql.Rows, err error, doing string, scan func(row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, failed(err, doing)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, failed(err, doing)
		}
		out = append(out, v)
	}
	return out, failed(rows.Err(), doing)
}

// affected returns how many rows a statement changed.
func affected(result sql.Result, err error, doing string) (int64, error) {
	if err != nil {
		return 0, failed(err, doing)
	}
	n, err := result.RowsAffected()
	return n, failed(err, doing)
}

func conflict(field, message string, cause error) error {
	return &errs.Error{Code: errs.Conflict, Message: message, Fields: map[string]string{field: message}, Err: cause}
}
