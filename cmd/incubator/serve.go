package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"incubator/platform/config"
	"incubator/platform/errs"
)

// ServeCmd runs the platform.
type ServeCmd struct {
	config.Config
}

// Help shows examples.
func (*ServeCmd) Help() string {
	return `Examples:
  incubator serve
  incubator serve --listen 0.0.0.0:8080 --public-url https://incubator.example

The first start prints a link, good for one use, that creates the administrator.
Without an engine the platform runs too: submissions wait in the queue.`
}

// Run serves until the process is asked to end.
func (c *ServeCmd) Run(ctx context.Context, streams *Streams) error {
	log := slog.New(c.Handler(streams.Err))
	if found, err := newSetup(c.DataDir, false, streams).Find(ctx, ""); err == nil && c.EngineHost == defaultEngine {
		c.EngineHost = found.Host // nobody named one: the one that answers
	}
	p, err := openPlatform(ctx, c.Config, log)
	if err != nil {
		return err
	}
	defer p.Close()
	return p.serve(ctx, func(ctx context.Context) error { return p.greet(ctx, streams) })
}

// defaultEngine is config's own default for the engine's address.
const defaultEngine = "unix:///var/run/docker.sock"

// greet prints the set-up link of a platform that has no administrator yet.
func (p *platform) greet(ctx context.Context, streams *Streams) error {
	token, err := p.accounts.EnsureSetupLink(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(streams.Out, "Incubator %s at %s\n", version, p.config.BaseURL())
	if token != "" {
		fmt.Fprintf(streams.Out, "Create the administrator with this link, good for one use:\n  %s/setup?token=%s\n", p.config.BaseURL(), token)
	}
	return nil
}

// serve starts the background parts and answers requests until ctx ends. ready is
// called once the address is listened on.
func (p *platform) serve(ctx context.Context, ready func(context.Context) error) error {
	listener, err := net.Listen("tcp", p.config.Listen)
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "the address %s cannot be listened on; is another server running? Choose another with --listen", p.config.Listen)
	}
	defer listener.Close()
	if err := p.start(ctx); err != nil {
		return err
	}
	app, err := p.newApp()
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- app.Serve(listener) }()
	if err := ready(ctx); err != nil {
		return err
	}
	// Starting takes far more memory than waiting for requests does, most of it for
	// the one password hash that sign-in compares against when there is no account.
	debug.FreeOSMemory()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	p.log.Info("stopping: requests and runs under way get time to end")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err = app.Shutdown(stopping)
	// A server that had not begun to accept yet is not ended by Shutdown.
	_ = listener.Close()
	return errors.Join(err, <-failed)
}

// formSecret keys the form tokens. It is kept in the data folder, so that forms
// survive a restart.
func (p *platform) formSecret() ([]byte, error) {
	path := p.config.DataDir + "/form-secret"
	secret, err := os.ReadFile(path)
	if err == nil && len(secret) >= 32 {
		return secret, nil
	}
	secret = newSecret()
	if err := os.WriteFile(path, secret, 0o600); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "the secret of the forms cannot be kept in %s", p.config.DataDir)
	}
	return secret, nil
}
