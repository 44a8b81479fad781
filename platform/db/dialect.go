package db

// Dialect names the database and holds the few snippets that differ. Everything
// else in a store is one SQL text for both: $1 placeholders, RETURNING,
// ON CONFLICT, ->> on JSON text, times as integer microseconds.
type Dialect int

// The databases.
const (
	SQLite Dialect = iota
	Postgres
)

// String returns the name of the folder that holds the migrations.
func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// ForUpdate returns the row lock clause for the end of a SELECT. SQLite has one
// writer, so nothing needs it there.
func (d Dialect) ForUpdate() string {
	if d == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// Like returns the operator for matching without case (ASCII only on SQLite).
func (d Dialect) Like() string {
	if d == Postgres {
		return "ILIKE"
	}
	return "LIKE"
}

// JSON returns a placeholder such as "$3" as a JSON value. SQLite keeps JSON as
// text; PostgreSQL wants the cast where it cannot see the column's type.
func (d Dialect) JSON(placeholder string) string {
	if d == Postgres {
		return "CAST(" + placeholder + " AS jsonb)"
	}
	return placeholder
}
