package jobs

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver"
)

var errNotConnected = errors.New("jobs: the listener is not connected")

// postgresListener listens on a connection that it takes out of the pool.
// River's notices are named after the schema, so that tests and installations on
// one server do not wake each other.
type postgresListener struct {
	pool *sql.DB

	mu     sync.Mutex
	conn   *sql.Conn
	pg     *pgx.Conn
	schema string
}

// Connect takes a connection.
func (l *postgresListener) Connect(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		return errors.New("jobs: the listener is connected already")
	}
	conn, err := l.pool.Conn(ctx)
	if err != nil {
		return err
	}
	if err := conn.QueryRowContext(ctx, "SELECT COALESCE(current_schema(), '')").Scan(&l.schema); err != nil {
		_ = conn.Close()
		return err
	}
	err = conn.Raw(func(raw any) error {
		wrapped, ok := raw.(*stdlib.Conn)
		if !ok {
			return errors.New("jobs: not a pgx connection")
		}
		l.pg = wrapped.Conn()
		return nil
	})
	if err != nil {
		_ = conn.Close()
		return err
	}
	l.conn = conn
	return nil
}

// Close ends the connection instead of giving it back, since it may still listen.
func (l *postgresListener) Close(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		return nil
	}
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn }) // drops it from the pool
	err := l.conn.Close()
	l.conn, l.pg = nil, nil
	if errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}

// Listen subscribes to a topic.
func (l *postgresListener) Listen(ctx context.Context, topic string) error {
	return l.exec(ctx, "LISTEN "+pgx.Identifier{l.channel(topic)}.Sanitize())
}

// Unlisten ends a subscription.
func (l *postgresListener) Unlisten(ctx context.Context, topic string) error {
	return l.exec(ctx, "UNLISTEN "+pgx.Identifier{l.channel(topic)}.Sanitize())
}

// Ping checks the connection.
func (l *postgresListener) Ping(ctx context.Context) error {
	return l.exec(ctx, "SELECT 1")
}

func (l *postgresListener) exec(ctx context.Context, query string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pg == nil {
		return errNotConnected
	}
	_, err := l.pg.Exec(ctx, query)
	return err
}

// WaitForNotification waits for the next notice; the end of ctx leaves the
// connection usable.
func (l *postgresListener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pg == nil {
		return nil, errNotConnected
	}
	n, err := l.pg.WaitForNotification(ctx)
	if err != nil {
		return nil, err
	}
	return &riverdriver.Notification{Topic: strings.TrimPrefix(n.Channel, l.channel("")), Payload: n.Payload}, nil
}

func (l *postgresListener) channel(topic string) string {
	if l.schema == "" {
		return topic
	}
	return l.schema + "." + topic
}

// Schema returns the schema found by Connect.
func (l *postgresListener) Schema() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.schema
}

// SetAfterConnectExec is for River's own tests.
func (l *postgresListener) SetAfterConnectExec(string) {}
