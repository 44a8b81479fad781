package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/docker/docker/client"
	"github.com/riverqueue/river"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/config"
	"incubator/platform/db"
	"incubator/platform/events"
	"incubator/platform/files"
	"incubator/platform/idempotency"
	"incubator/platform/jobs"
	"incubator/sandboxes"
	"incubator/sandboxes/docker"
	"incubator/sandboxes/images"
	"incubator/scenarios"
	"incubator/scenarios/pack"
	"incubator/scoring"
)

// platform is everything behind the pages and the API, wired once. The server,
// the local runner and `pack lint` all work on one.
type platform struct {
	config    config.Config
	log       *slog.Logger
	db        *db.DB
	files     *files.Store
	events    *events.Bus
	audit     *audit.Log
	answers   *idempotency.Store
	accounts  *accounts.Service
	jobs      *jobs.Client
	docker    *client.Client
	sandboxes *sandboxes.Manager
	images    *images.Builder
	scenarios *scenarios.Service
	scoring   *scoring.Service
	publisher *pack.Publisher
	closers   []func() error
}

// openPlatform opens and migrates the database and wires every service, without
// starting any.
func openPlatform(ctx context.Context, c config.Config, log *slog.Logger) (_ *platform, err error) {
	p := &platform{config: c, log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made: %w", err)
	}
	if err := p.openData(ctx); err != nil {
		return nil, err
	}
	if err := p.openEngine(ctx); err != nil {
		return nil, err
	}
	return p, p.openDomain()
}

func (p *platform) openData(ctx context.Context) (err error) {
	if p.db, err = db.Open(ctx, p.config.DatabaseURL(), db.WithLogger(p.log)); err != nil {
		return err
	}
	p.onClose(p.db.Close)
	if err := p.db.Migrate(ctx); err != nil {
		return err
	}
	if err := jobs.Migrate(ctx, p.db); err != nil {
		return err
	}
	if p.files, err = files.New(filepath.Join(p.config.DataDir, "files"), p.db, time.Now); err != nil {
		return err
	}
	p.events = events.New(events.Options{})
	p.onClose(func() error { p.events.Close(); return nil })
	p.audit = audit.New(p.db)
	p.answers = idempotency.New(p.db, time.Now)
	p.accounts, err = accounts.New(p.db, p.audit, accounts.Options{Log: p.log})
	return err
}

func (p *platform) openEngine(ctx context.Context) (err error) {
	p.docker, err = client.NewClientWithOpts(client.FromEnv, client.WithHost(p.config.EngineHost), client.WithAPIVersionNegotiation())
	if err != nil {
		return fmt.Errorf("the engine's address is not valid: %w", err)
	}
	p.onClose(p.docker.Close)
	instance, err := instanceID(p.config.DataDir)
	if err != nil {
		return err
	}
	p.images = &images.Builder{Engine: p.docker, Cache: imageCache()}
	engine, err := docker.Open(p.config.EngineHost)
	if err != nil {
		return err
	}
	p.onClose(engine.Close)
	p.sandboxes, err = sandboxes.New(engine, p.db, sandboxes.Options{
		Instance: instance, Runtime: p.config.Runtime, MaxRunning: p.config.Workers, Log: p.log,
	})
	return err
}

func (p *platform) openDomain() (err error) {
	workers := river.NewWorkers()
	p.jobs, err = jobs.New(p.db, jobs.Config{
		Workers: workers, Queues: map[string]int{river.QueueDefault: p.config.Workers}, Log: p.log,
	})
	if err != nil {
		return err
	}
	p.scenarios = scenarios.NewService(p.db, p.audit, time.Now)
	p.publisher = &pack.Publisher{Challenges: p.scenarios, Files: p.files}
	p.scoring = scoring.NewService(scoring.Dependencies{
		DB: p.db, Files: p.files, Events: p.events, Audit: p.audit, Jobs: p.jobs, Challenge: p.scenarios,
		Sandboxes: p.sandboxes, Images: p.runtimeImage, Log: p.log, Now: time.Now, Pool: p.config.Pool,
	})
	p.scenarios.OnPublish(p.scoring.OnPublish)
	if err := river.AddWorkerSafely(workers, scoring.NewWorker(p.scoring)); err != nil {
		return err
	}
	return river.AddWorkerSafely(workers, &transitionWorker{platform: p})
}

// runtimeImage resolves the name of a recipe to the digest of its image.
func (p *platform) runtimeImage(ctx context.Context, name string) (string, error) {
	recipe, ok := images.Lookup(name)
	if !ok {
		return "", fmt.Errorf("there is no runtime image %q", name)
	}
	image, err := p.images.Ensure(ctx, recipe)
	return image.ID, err
}

func (p *platform) onClose(fn func() error) { p.closers = append(p.closers, fn) }

// Close closes what was opened, in the opposite order.
func (p *platform) Close() error {
	var all error
	for i := len(p.closers) - 1; i >= 0; i-- {
		all = errors.Join(all, p.closers[i]())
	}
	p.closers = nil
	return all
}

// imageCache is shared by all data folders of a user: packages are the same for all.
func imageCache() string {
	if dir, err := os.UserCacheDir(); err == nil {
		return filepath.Join(dir, "incubator", "images")
	}
	return filepath.Join(os.TempDir(), "incubator-images")
}
