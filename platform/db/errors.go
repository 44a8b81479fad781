package db

import (
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"incubator/platform/errs"
)

// NotFound reports whether err says that a query for one row found none.
func NotFound(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// Unique reports whether err is a violated UNIQUE or PRIMARY KEY constraint.
// The constraint has the same form on both databases: "table.column" or
// "table.column1,column2" in the order of the index, and the bare name of the
// index where it is one on an expression.
func Unique(err error) (constraint string, ok bool) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return postgresUnique(pg)
	}
	var lite *sqlite.Error
	if !errors.As(err, &lite) {
		return "", false
	}
	switch lite.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return sqliteUnique(lite.Error()), true
	}
	return "", false
}

// ForeignKey reports whether err is a violated foreign key.
func ForeignKey(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23503"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
}

// Full reports whether err says that the database has no room to write.
func Full(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "53100" // disk_full
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_FULL
}

// sqliteUnique reads "… UNIQUE constraint failed: t.a, t.b (2067)" or
// "… failed: index 'name' (2067)".
func sqliteUnique(message string) string {
	_, list, _ := strings.Cut(message, "constraint failed: UNIQUE constraint failed: ")
	if end := strings.LastIndex(list, " ("); end >= 0 {
		list = list[:end]
	}
	if name, ok := strings.CutPrefix(list, "index '"); ok {
		return strings.TrimSuffix(name, "'")
	}
	columns := strings.Split(list, ", ")
	for i := range columns[1:] {
		_, columns[i+1], _ = strings.Cut(columns[i+1], ".")
	}
	return strings.Join(columns, ",")
}

// postgresUnique reads the columns from the detail "Key (a, b)=(…) …", whose
// brackets are the same in every language of the server.
func postgresUnique(pg *pgconn.PgError) (string, bool) {
	if pg.Code != "23505" {
		return "", false
	}
	_, rest, found := strings.Cut(pg.Detail, "(")
	columns, _, closed := strings.Cut(rest, ")=(")
	if !found || !closed || strings.Contains(columns, "(") {
		return pg.ConstraintName, true
	}
	return pg.TableName + "." + strings.ReplaceAll(columns, ", ", ","), true
}

// endsTransaction reports errors after which the database has, or may have,
// rolled the whole transaction back (sqlite.org/lang_transaction.html, 3.1;
// PostgreSQL class 40).
func endsTransaction(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM,
			sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT:
			return true
		}
	}
	return retryable(err)
}

// retryable reports a PostgreSQL serialisation failure or deadlock.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// unavailable wraps a failure of the database itself.
func unavailable(err error, doing string) error {
	if err == nil {
		return nil
	}
	return errs.Wrap(err, errs.Unavailable, "the database could not %s", doing)
}
