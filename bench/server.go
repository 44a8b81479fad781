package main

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/idempotency"
	"incubator/web"
	"incubator/web/api"
)

// phaseURL is the phase that submissions and boards belong to.
const phaseURL = api.Prefix + "/challenges/" + slug + "/phases/" + phase

// serve answers the API on a loopback port until stop is called.
func (p *platform) serve() (address string, stop func() error, err error) {
	operations, err := api.New(api.Services{
		Accounts: p.accounts, Scenarios: p.scenarios, Scoring: p.scoring, Files: p.files, Audit: p.audit,
		Idempotency: idempotency.New(p.db, time.Now),
	}, api.Config{Log: p.log})
	if err != nil {
		return "", nil, err
	}
	app, err := web.New(web.Config{Log: p.log}, web.Services{
		Accounts: p.accounts, Events: p.events, Scenarios: p.scenarios, Scoring: p.scoring,
	}, operations.Routes()...)
	if err != nil {
		return "", nil, err
	}
	operations.Bind(app)
	return listen(app.Fiber())
}

func listen(app *fiber.App) (address string, stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(listener) }()
	stop = func() error { return errors.Join(app.ShutdownWithContext(context.Background()), <-ended) }
	return listener.Addr().String(), stop, nil
}
