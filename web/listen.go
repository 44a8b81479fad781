package web

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// uploadTimeout bounds the arrival of an upload, which may take hours.
const uploadTimeout = 24 * time.Hour

// requestConfig gives the bodies of upload routes the time they need.
func (a *App) requestConfig(header *fasthttp.RequestHeader) fasthttp.RequestConfig {
	var uri fasthttp.URI
	if uri.Parse(nil, header.RequestURI()) != nil {
		return fasthttp.RequestConfig{}
	}
	path, method := string(uri.Path()), string(header.Method())
	for _, r := range a.table {
		if r.Upload && r.Method == method && fiber.RoutePatternMatch(path, r.Path) {
			return fasthttp.RequestConfig{ReadTimeout: uploadTimeout}
		}
	}
	return fasthttp.RequestConfig{}
}

// Serve answers the requests of the listener until Shutdown.
func (a *App) Serve(listener net.Listener) error {
	return a.fiber.Listener(&trackedListener{listener, &a.connections})
}

// Shutdown ends event streams and connections that have sent nothing, then waits
// for requests under way until ctx ends; what is open then is cut off.
func (a *App) Shutdown(ctx context.Context) error {
	a.once.Do(func() { close(a.stop) })
	a.connections.stop()
	err := a.fiber.ShutdownWithContext(ctx)
	a.connections.cut()
	return err
}

// connections knows what is open. fasthttp takes a connection that has not sent a
// byte for one whose request is under way, and waits for it to end; browsers open
// such connections ahead of need.
type connections struct {
	mu       sync.Mutex
	open     map[*trackedConn]struct{}
	stopping bool
}

// add reports false while the server stops: the connection comes too late.
func (s *connections) add(c *trackedConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	if s.open == nil {
		s.open = map[*trackedConn]struct{}{}
	}
	s.open[c] = struct{}{}
	return true
}

func (s *connections) remove(c *trackedConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

// stop takes no more connections and closes those that have sent nothing.
func (s *connections) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopping = true
	for c := range s.open {
		if !c.used.Load() {
			_ = c.Conn.Close()
		}
	}
}

// cut closes whatever is open.
func (s *connections) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		_ = c.Conn.Close()
	}
}

type trackedListener struct {
	net.Listener
	connections *connections
}

// Accept returns the next connection.
func (l *trackedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		tracked := &trackedConn{Conn: conn, connections: l.connections}
		if l.connections.add(tracked) {
			return tracked, nil
		}
		_ = conn.Close()
	}
}

type trackedConn struct {
	net.Conn
	connections *connections
	used        atomic.Bool // a byte has arrived
}

// Read notes that the client has sent something.
func (c *trackedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.used.Store(true)
	}
	return n, err
}

// Close closes and forgets the connection.
func (c *trackedConn) Close() error {
	c.connections.remove(c)
	return c.Conn.Close()
}
