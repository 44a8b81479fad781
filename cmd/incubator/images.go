package main

import (
	"context"
	"fmt"
	"time"

	"github.com/docker/docker/client"

	"incubator/sandboxes/images"
)

// ImagesCmd builds the sandbox images.
type ImagesCmd struct {
	EngineHost string `env:"INCUBATOR_ENGINE_HOST,DOCKER_HOST" help:"Docker Engine that gets the images."`
	Mirror     string `help:"Debian mirror to use instead of deb.debian.org."`
}

// Help shows an example.
func (*ImagesCmd) Help() string {
	return `Example:
  incubator images

Builds every image that the engine lacks from Debian packages whose signatures
are checked, and prints name and digest of each. Later runs need no network.`
}

// Run builds what is missing and prints all.
func (c *ImagesCmd) Run(ctx context.Context, streams *Streams) error {
	options := []client.Opt{client.FromEnv, client.WithAPIVersionNegotiation()}
	if c.EngineHost != "" {
		options = append(options, client.WithHost(c.EngineHost))
	}
	engine, err := client.NewClientWithOpts(options...)
	if err != nil {
		return fmt.Errorf("the engine's address is not valid: %w", err)
	}
	defer engine.Close()
	bars := newProgress(streams.Err)
	defer bars.done()
	builder := &images.Builder{Engine: engine, Cache: imageCache(), Mirror: c.Mirror, Progress: bars.report}
	for _, recipe := range images.Recipes() {
		start := time.Now()
		image, err := builder.Ensure(ctx, recipe)
		if err != nil {
			return err
		}
		bars.done()
		fmt.Fprintf(streams.Out, "%-8s %s  %d MiB  %.1f s\n", image.Recipe, image.ID, image.Size>>20, time.Since(start).Seconds())
	}
	return nil
}
