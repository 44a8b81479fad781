package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"modernc.org/sqlite"
)

// maxStatements bounds what one connection keeps prepared. The whole platform has
// fewer distinct statements than this.
const maxStatements = 256

// statementConnector opens SQLite connections that keep their statements prepared:
// parsing and planning costs more than running most of them.
type statementConnector struct{ driver.Connector }

func newStatementConnector(dsn string) (driver.Connector, error) {
	plain, err := sqlite.NewConnector(dsn)
	return statementConnector{plain}, err
}

// Connect opens a connection.
func (c statementConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	plain, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("db: the SQLite driver lacks a method that it had"), conn.Close())
	}
	return &statementConn{sqliteConn: plain, idle: map[string]preparedStatement{}}, nil
}

// sqliteConn is what the driver's connection can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type preparedStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// statementConn takes a statement out of idle while it runs, so a query that is
// begun again before its rows are closed gets a statement of its own. SQLite
// prepares one anew by itself after a change of the schema.
type statementConn struct {
	sqliteConn
	idle map[string]preparedStatement
}

// ExecContext runs a statement that returns no rows.
func (c *statementConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if !keepable(query) {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	defer c.put(query, s)
	return s.ExecContext(ctx, args)
}

// QueryContext runs a statement that returns rows.
func (c *statementConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !keepable(query) {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		c.put(query, s)
		return nil, err
	}
	return &statementRows{Rows: rows, back: func() { c.put(query, s) }}, nil
}

// Close ends the statements with the connection.
func (c *statementConn) Close() error {
	var all error
	for _, s := range c.idle {
		all = errors.Join(all, s.Close())
	}
	clear(c.idle)
	return errors.Join(all, c.sqliteConn.Close())
}

func (c *statementConn) take(ctx context.Context, query string) (preparedStatement, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(preparedStatement), nil // the driver has no other kind
}

// put keeps the statement for the next time, in the place of any other when there
// are too many.
func (c *statementConn) put(query string, s preparedStatement) {
	if _, twin := c.idle[query]; twin {
		_ = s.Close()
		return
	}
	for other, old := range c.idle {
		if len(c.idle) < maxStatements {
			break
		}
		_ = old.Close()
		delete(c.idle, other)
	}
	c.idle[query] = s
}

// keepable reports statements that may be kept: what changes rows or reads them.
// A PRAGMA may act while it is prepared, and a script is more than one statement.
func keepable(query string) bool {
	text := strings.TrimSpace(query)
	for strings.HasPrefix(text, "--") { // generated statements begin with their name
		_, text, _ = strings.Cut(text, "\n")
		text = strings.TrimSpace(text)
	}
	end := strings.IndexAny(text, " \t\n")
	if end < 0 {
		return false
	}
	switch strings.ToUpper(text[:end]) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK":
		return !strings.Contains(text, ";")
	}
	return false
}

// statementRows gives its statement back when it is closed.
type statementRows struct {
	driver.Rows
	back func()
}

// Close ends the reading.
func (r *statementRows) Close() error {
	err := r.Rows.Close()
	if r.back != nil {
		r.back()
		r.back = nil
	}
	return err
}
