package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// MaxPage is the most rows that one List returns.
const MaxPage = 500

// Filter selects rows; empty fields select all.
type Filter struct {
	Actor    string
	Action   string // exact, or a prefix that ends in a dot: "team."
	Kind     string
	ObjectID string
	From, To time.Time // From inclusive, To exclusive
}

// List returns up to limit rows, newest first, that come after the cursor, and
// the cursor for the next page. A cursor of 0 starts at the newest; a returned 0
// means that there are no more.
func (l *Log) List(ctx context.Context, f Filter, cursor int64, limit int) ([]Row, int64, error) {
	if limit < 1 || limit > MaxPage {
		return nil, 0, errs.New(errs.Invalid, "a page holds 1 to %d rows", MaxPage)
	}
	where, args := f.conditions(cursor)
	query := `SELECT ` + columns + ` FROM audit_log` + where + fmt.Sprintf(` ORDER BY id DESC LIMIT %d`, limit+1)
	rows, err := l.db.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, 0, failed(err, "read")
	}
	defer rows.Close()
	var out []Row
	for rows.Next() {
		s, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		r, err := s.row()
		if err != nil {
			return nil, 0, err
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, failed(err, "read")
	}
	if len(out) <= limit {
		return out, 0, nil
	}
	return out[:limit], out[limit-1].ID, nil
}

// conditions returns the WHERE clause and its arguments.
func (f Filter) conditions(cursor int64) (string, []any) {
	var terms []string
	var args []any
	add := func(term string, value any) {
		args = append(args, value)
		terms = append(terms, fmt.Sprintf(term, len(args)))
	}
	if cursor > 0 {
		add("id < $%d", cursor)
	}
	if f.Actor != "" {
		add("actor = $%d", f.Actor)
	}
	if object, ok := strings.CutSuffix(f.Action, "."); ok {
		add("action >= $%d", object+".")
		add("action < $%d", object+"/") // "/" follows "." in ASCII
	} else if f.Action != "" {
		add("action = $%d", f.Action)
	}
	if f.Kind != "" {
		add("object_kind = $%d", f.Kind)
	}
	if f.ObjectID != "" {
		add("object_id = $%d", f.ObjectID)
	}
	if !f.From.IsZero() {
		add("at >= $%d", db.Micros(f.From))
	}
	if !f.To.IsZero() {
		add("at < $%d", db.Micros(f.To))
	}
	if len(terms) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(terms, " AND "), args
}
