// Package site holds the handlers of the pages: each reads the request, calls the
// domain as the caller, and maps what comes back to a view model of package
// pages. One action is one file; the rules themselves live in the domain.
package site

import (
	"log/slog"
	"slices"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/events"
	"incubator/platform/files"
	"incubator/platform/jobs"
	"incubator/platform/markdown"
	"incubator/sandboxes"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
)

// Services is what the pages stand on.
type Services struct {
	Accounts  *accounts.Service
	Audit     *audit.Log
	Events    *events.Bus
	Files     *files.Store
	Jobs      *jobs.Client
	Sandboxes *sandboxes.Manager
	Scenarios *scenarios.Service
	Scoring   *scoring.Service
	Markdown  *markdown.Renderer
	MaxUpload int64  // bytes of a submission, whatever its challenge allows
	PublicURL string // where users reach the platform, without a slash at the end
	Log       *slog.Logger
	Now       func() time.Time
}

// Site serves the pages.
type Site struct {
	Services
	app *web.App
}

// New returns the site; Bind completes it.
func New(s Services) *Site { return &Site{Services: s} }

// Bind gives the site the application that renders its pages.
func (s *Site) Bind(app *web.App) { s.app = app }

// Routes is the table of all pages.
func (s *Site) Routes() []web.Route {
	return slices.Concat(s.challengeRoutes(), s.peopleRoutes(), s.documentRoutes())
}
