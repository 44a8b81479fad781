package main

import (
	"context"
	"time"

	"incubator/platform/markdown"
	"incubator/web"
	"incubator/web/api"
	"incubator/web/site"
)

// newApp wires the pages and the API to the platform.
func (p *platform) newApp() (*web.App, error) {
	secret, err := p.formSecret()
	if err != nil {
		return nil, err
	}
	pages := site.New(site.Services{
		Accounts: p.accounts, Audit: p.audit, Events: p.events, Files: p.files, Jobs: p.jobs, Sandboxes: p.sandboxes,
		Scenarios: p.scenarios, Scoring: p.scoring, Markdown: markdown.New(markdown.Options{HeadingOffset: 1}),
		MaxUpload: int64(p.config.MaxUpload), PublicURL: p.config.BaseURL(), Log: p.log, Now: time.Now,
	})
	programs, err := api.New(api.Services{
		Accounts: p.accounts, Scenarios: p.scenarios, Scoring: p.scoring, Files: p.files, Audit: p.audit, Idempotency: p.answers,
	}, api.Config{Version: version, MaxUpload: int64(p.config.MaxUpload), Log: p.log})
	if err != nil {
		return nil, err
	}
	app, err := web.New(web.Config{
		PublicURL: p.config.PublicURL, SecureCookies: p.config.CookiesSecure(), TrustedProxies: p.config.TrustedProxies,
		Version: version, Secret: secret, Log: p.log,
	}, web.Services{
		Accounts: p.accounts, Events: p.events, Scenarios: p.scenarios, Scoring: p.scoring,
		Ready: map[string]func(context.Context) error{
			"database": func(ctx context.Context) error { _, _, err := p.db.Version(ctx); return err },
		},
		// Without the engine submissions are accepted and wait.
		Wanted: map[string]func(context.Context) error{"engine": p.engineAnswers},
	}, append(pages.Routes(), programs.Routes()...)...)
	if err != nil {
		return nil, err
	}
	if err := app.Registry().Register(newCollector(p)); err != nil {
		return nil, err
	}
	pages.Bind(app)
	programs.Bind(app)
	return app, nil
}
