package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"incubator/platform/config"
	"incubator/platform/errs"
	"incubator/sandboxes/images"
)

// DemoCmd runs the platform with something in it.
type DemoCmd struct {
	config.Config
	Yes   bool `help:"Do not ask before installing an engine."`
	Fresh bool `help:"Begin anew: throw away the demo's data first."`
	Once  bool `help:"Set everything up, print the addresses and end."`
}

// Help shows examples.
func (*DemoCmd) Help() string {
	return `Examples:
  incubator demo
  incubator demo --listen 127.0.0.1:9000 --fresh

The first start makes the sandbox images, generates the data and runs every
team's submissions in real sandboxes, which takes a few minutes. Later starts
take seconds.`
}

const (
	// defaultDataDir is config's own default; an engine that was started by hand
	// from this folder is found there by every command.
	defaultDataDir = "./var"
	// demoDataDir keeps the demo apart from a platform in real use.
	demoDataDir = "./var/demo"
)

// Run brings up an engine, fills the platform the first time, and serves.
func (c *DemoCmd) Run(ctx context.Context, streams *Streams) error {
	engine, err := newSetup(c.DataDir, c.Yes, streams).Ensure(ctx, "")
	if c.DataDir == defaultDataDir {
		c.DataDir = demoDataDir
	}
	if err != nil {
		return unavailableExit(err)
	}
	c.EngineHost = engine.Host
	if c.Fresh {
		if err := throwAway(ctx, c.Config); err != nil {
			return err
		}
	}
	p, err := openPlatform(ctx, c.Config, slog.New(c.Handler(streams.Err)))
	if err != nil {
		return err
	}
	defer p.Close()
	bars := newProgress(streams.Err)
	defer bars.done()
	if err := p.ensureImages(ctx, bars, streams); err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	return p.serve(ctx, func(ctx context.Context) error {
		d := &demo{platform: p, streams: streams, bars: bars}
		if err := d.seed(ctx); err != nil {
			return err
		}
		bars.done()
		if c.Once {
			end()
		}
		return d.print(!c.Once)
	})
}

// unavailableExit makes a machine without an engine exit with 1, as the README says.
func unavailableExit(err error) error { return fmt.Errorf("%s", errs.MessageOf(err)) }

func (p *platform) ensureImages(ctx context.Context, bars *progress, streams *Streams) error {
	p.images.Progress = bars.report
	for _, recipe := range images.Recipes() {
		if _, err := p.images.Ensure(ctx, recipe); err != nil {
			return err
		}
	}
	bars.done()
	return nil
}

// demoAccounts is where the demo keeps the passwords that it made.
func (d *demo) accountsFile() string { return filepath.Join(d.config.DataDir, "accounts.txt") }

// print says where the demo is and how to sign in.
func (d *demo) print(goesOn bool) error {
	accounts, err := os.ReadFile(d.accountsFile())
	if errors.Is(err, fs.ErrNotExist) {
		accounts = []byte("(the file with the demo's accounts is gone; begin anew with --fresh)\n")
	} else if err != nil {
		return errs.Wrap(err, errs.Unavailable, "the demo's accounts cannot be read")
	}
	fmt.Fprintf(d.streams.Out, "\nIncubator %s at %s\n\nSign in as one of:\n", version, d.config.BaseURL())
	for line := range strings.Lines(string(accounts)) {
		fmt.Fprint(d.streams.Out, "  ", line)
	}
	if goesOn {
		fmt.Fprintln(d.streams.Out, "\nCtrl-C stops it; the next start takes seconds.")
	}
	return nil
}

// seedTimeout bounds the first start after the images are there.
const seedTimeout = 8 * time.Minute
