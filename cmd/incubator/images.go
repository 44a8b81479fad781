package main

import (
	"context"
	"fmt"
	"time"

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
	found, err := newSetup(defaultDataDir, false, streams).Find(ctx, c.EngineHost)
	if err != nil {
		return err
	}
	engine, err := found.Client()
	if err != nil {
		return err
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
