package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/riverqueue/river"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/events"
	"incubator/platform/files"
	"incubator/platform/jobs"
	"incubator/sandboxes"
	"incubator/scenarios"
	"incubator/scoring"
)

// platform is the product without its command line, wired as `serve` does it.
type platform struct {
	dir       string
	log       *slog.Logger
	db        *db.DB
	files     *files.Store
	events    *events.Bus
	audit     *audit.Log
	accounts  *accounts.Service
	jobs      *jobs.Client
	scenarios *scenarios.Service
	scoring   *scoring.Service
}

// wiring is what a measurement adds: the sandboxes and their images, if any, and
// how many runs are worked at once.
type wiring struct {
	workers   int
	sandboxes func(*platform) (*sandboxes.Manager, error)
	images    scoring.ImageResolver
}

func openPlatform(ctx context.Context, w wiring) (_ *platform, err error) {
	p := &platform{log: slog.New(slog.DiscardHandler)}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.dir, err = os.MkdirTemp("", "incubator-bench-"); err != nil {
		return nil, err
	}
	if p.db, err = db.Open(ctx, filepath.Join(p.dir, "incubator.db"), db.WithLogger(p.log)); err != nil {
		return nil, err
	}
	if err := errors.Join(p.db.Migrate(ctx), jobs.Migrate(ctx, p.db)); err != nil {
		return nil, err
	}
	if p.files, err = files.New(filepath.Join(p.dir, "files"), p.db, time.Now); err != nil {
		return nil, err
	}
	p.events, p.audit = events.New(events.Options{}), audit.New(p.db)
	if p.accounts, err = accounts.New(p.db, p.audit, accounts.Options{Log: p.log}); err != nil {
		return nil, err
	}
	return p, p.openScoring(w)
}

func (p *platform) openScoring(w wiring) (err error) {
	workers := river.NewWorkers()
	p.jobs, err = jobs.New(p.db, jobs.Config{Workers: workers, Queues: map[string]int{river.QueueDefault: max(w.workers, 1)}, Log: p.log})
	if err != nil {
		return err
	}
	var manager *sandboxes.Manager
	if w.sandboxes != nil {
		if manager, err = w.sandboxes(p); err != nil {
			return err
		}
	}
	p.scenarios = scenarios.NewService(p.db, p.audit, time.Now)
	p.scoring = scoring.NewService(scoring.Dependencies{
		DB: p.db, Files: p.files, Events: p.events, Audit: p.audit, Jobs: p.jobs, Challenge: p.scenarios,
		Sandboxes: manager, Images: w.images, Log: p.log, Now: time.Now,
	})
	return river.AddWorkerSafely(workers, scoring.NewWorker(p.scoring))
}

// close forgets everything.
func (p *platform) close() error {
	var err error
	if p.events != nil {
		p.events.Close()
	}
	if p.db != nil {
		err = p.db.Close()
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}
