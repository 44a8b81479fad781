// Package web serves the platform over HTTP: pages, the API, streams and the
// embedded assets. Everything is registered from one route table, and every
// error leaves through one handler.
package web

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"incubator/platform/accounts"
	"incubator/platform/events"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web/static"
	"incubator/web/templates"
)

// Config says how to serve. The zero value of a field means its default.
type Config struct {
	// PublicURL is the address that browsers use, "https://incubator.example";
	// it decides which Origin is ours. Empty trusts the Host header, for use on
	// a loopback address.
	PublicURL string
	// SecureCookies sends cookies over HTTPS only.
	SecureCookies bool
	// TrustedProxies are the proxies whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	Version        string
	// Secret keys the form tokens; it must outlive a restart and be the same
	// on every node. Empty draws one, which ends open forms at restart.
	Secret []byte
	// MetricsForAll serves /metrics to any address. By default only loopback
	// addresses and administrators may read it.
	MetricsForAll bool
	Timeout       time.Duration // of a request's work; default 30 s
	BodyLimit     int64         // bytes of an ordinary request; default 1 MB
	Heartbeat     time.Duration // of event streams; default 15 s
	// Recheck is how often an event stream asks again whether its reader may
	// still follow it; default 30 s.
	Recheck time.Duration
	Now     func() time.Time
	NewID   func() string // of a request; default 16 random characters
	Log     *slog.Logger
}

// Services is what the pages stand on.
type Services struct {
	Accounts  *accounts.Service
	Events    *events.Bus
	Scenarios *scenarios.Service
	Scoring   *scoring.Service
	// Ready lists what must answer before traffic may come, by name.
	Ready map[string]func(context.Context) error
	// Wanted lists what readiness names, but does not depend on.
	Wanted map[string]func(context.Context) error
}

// App is the web application. Create it with New, end it with Shutdown.
type App struct {
	cfg      Config
	services Services
	fiber    *fiber.App
	assets   *static.Set
	pages    *templates.Set
	metrics  *httpMetrics
	table    []Route
	box      cipher.AEAD   // seals what Keep stores in browsers
	stop     chan struct{} // closed when streams must end
	once     sync.Once
}

// New builds the application from the route table and the routes given. The
// error names a route without roles, a route declared twice, or a template
// that does not exist: none of these may be found by a reader.
func New(cfg Config, services Services, more ...Route) (*App, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	assets, err := static.Load()
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	set, err := templates.New(assets)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	box, err := newKeepBox(cfg.Secret)
	if err != nil {
		return nil, fmt.Errorf("kept cookies: %w", err)
	}
	a := &App{cfg: cfg, box: box, services: services, assets: assets, pages: set,
		metrics: newHTTPMetrics(prometheus.NewRegistry()), stop: make(chan struct{})}
	a.fiber = fiber.New(fiber.Config{
		AppName:           "incubator",
		Immutable:         true,
		StreamRequestBody: true,
		BodyLimit:         64 << 10, // read before the first handler; the rest streams
		// A form is parsed by the handler that wants one, behind its guards.
		DisablePreParseMultipartForm: true,
		DisableStartupMessage:        true,
		ErrorHandler:                 a.handleError,
		// Fiber believes forwarding headers of anybody unless this is on.
		EnableTrustedProxyCheck: true,
		TrustedProxies:          texts(cfg.TrustedProxies),
		ReadTimeout:             0, // an upload may take hours, and fasthttp has one timeout for header and body
		IdleTimeout:             2 * time.Minute,
		ReadBufferSize:          16 << 10,
	})
	a.fiber.Use(a.identify, a.observe, a.rescue, a.protect)
	a.table = append(a.routes(), more...)
	if err := a.register(a.table); err != nil {
		return nil, err
	}
	return a, nil
}

func (c *Config) fill() error {
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.BodyLimit == 0 {
		c.BodyLimit = 1 << 20
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = 15 * time.Second
	}
	if c.Recheck == 0 {
		c.Recheck = 30 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewID == nil {
		c.NewID = func() string { return rand.Text()[:16] }
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if len(c.Secret) == 0 {
		c.Secret = make([]byte, 32)
		_, _ = rand.Read(c.Secret) // never fails, by its contract
	}
	if len(c.Secret) < 32 {
		return errors.New("the secret that keys form tokens needs at least 32 bytes")
	}
	return nil
}

func texts(ranges []netip.Prefix) (all []string) {
	for _, r := range ranges {
		all = append(all, r.String())
	}
	return all
}

// Fiber returns the application for listeners and for tests.
func (a *App) Fiber() *fiber.App { return a.fiber }

// Table returns the route table as registered.
func (a *App) Table() []Route { return a.table }

// Shutdown ends event streams, then waits for requests under way until ctx ends.
func (a *App) Shutdown(ctx context.Context) error {
	a.once.Do(func() { close(a.stop) })
	return a.fiber.ShutdownWithContext(ctx)
}
