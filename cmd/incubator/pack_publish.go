package main

import (
	"context"
	"fmt"
	"log/slog"

	"incubator/platform/accounts"
	"incubator/platform/config"
)

// PackPublishCmd publishes a pack on this machine's platform.
type PackPublishCmd struct {
	config.Config
	Path string `arg:"" help:"Folder or archive of the pack, or the name of a bundled one."`
}

// Help shows examples.
func (*PackPublishCmd) Help() string {
	return `Examples:
  incubator pack publish ./my-pack
  incubator pack publish fusion --data-dir /var/lib/incubator

Works on the platform's own data. On SQLite the platform must not be running;
on PostgreSQL it may be. Publishing again makes a new version.`
}

// Run builds and publishes the pack.
func (c *PackPublishCmd) Run(ctx context.Context, streams *Streams) error {
	bars := newProgress(streams.Err)
	defer bars.done()
	p, cleanup, err := buildPack(ctx, c.Path, bars)
	if err != nil {
		return err
	}
	defer cleanup()
	platform, err := openPlatform(ctx, c.Config, slog.New(c.Handler(streams.Err)))
	if err != nil {
		return err
	}
	defer platform.Close()
	challenge, err := platform.publisher.Publish(ctx, accounts.System().Actor(), p)
	if err != nil {
		return err
	}
	bars.done()
	_, err = fmt.Fprintf(streams.Out, "published %s, version %d\n", challenge.Slug, challenge.Version)
	return err
}
