package main

import (
	"context"

	"incubator/web"
)

// newApp wires the pages and the API to the platform.
func (p *platform) newApp() (*web.App, error) {
	secret, err := p.formSecret()
	if err != nil {
		return nil, err
	}
	return web.New(web.Config{
		PublicURL: p.config.PublicURL, Version: version, Secret: secret, Log: p.log,
	}, web.Services{
		Ready: map[string]func(context.Context) error{
			"database": func(ctx context.Context) error { _, _, err := p.db.Version(ctx); return err },
		},
	})
}
