// Package api is the platform's JSON API under /api/v1: typed operations that huma
// validates and describes in OpenAPI 3.1, each a line of the one route table.
// It calls the same services as the pages do.
package api

import (
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/files"
	"incubator/platform/idempotency"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
)

// Prefix is where the API begins.
const Prefix = "/api/v1"

// Services is what the operations call.
type Services struct {
	Accounts    *accounts.Service
	Scenarios   *scenarios.Service
	Scoring     *scoring.Service
	Files       *files.Store
	Audit       *audit.Log
	Idempotency *idempotency.Store
}

// Config says how to serve. The zero value of a field means its default.
type Config struct {
	Version string
	// MaxUpload bounds a submission in bytes, whatever its challenge allows;
	// default 1 GiB.
	MaxUpload int64
	// UploadIdle ends an upload that sends nothing for so long; default 1 minute.
	UploadIdle time.Duration
	Now        func() time.Time
	Log        *slog.Logger
}

// API holds the operations. Give Routes to web.New and the application that comes
// of it to Bind, before it listens.
type API struct {
	Services
	cfg      Config
	huma     huma.API
	recorder *recorder
	routes   []web.Route
	phases   phaseCache
	document document
	app      *web.App
}

// New builds every operation. The error says which part of the document cannot be
// encoded.
func New(s Services, cfg Config) (*API, error) {
	cfg.fill()
	a := &API{Services: s, cfg: cfg, recorder: &recorder{}}
	a.phases.now = cfg.Now
	a.huma = humafiber.NewWithGroup(nil, a.recorder, a.humaConfig())
	a.addMe()
	a.addChallenges()
	a.addLeaderboard()
	a.addSubmissions()
	a.addTeams()
	a.addOrganizations()
	a.addTokens()
	a.addUsers()
	a.addAudit()
	a.addManagement()
	a.addConsole()
	return a, a.addDocument()
}

func (c *Config) fill() {
	if c.MaxUpload <= 0 {
		c.MaxUpload = 1 << 30
	}
	if c.UploadIdle <= 0 {
		c.UploadIdle = time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
}

// Routes returns the API's part of the route table.
func (a *API) Routes() []web.Route { return a.routes }

// Bind names the application whose pages frame the documentation.
func (a *API) Bind(app *web.App) { a.app = app }
