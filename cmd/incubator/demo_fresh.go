package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"incubator/platform/config"
	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/sandboxes"
	"incubator/sandboxes/docker"
)

// demoContents is what a demo leaves in its data folder. The name of the
// installation on the engine and an engine that was started by hand stay, and so
// does the lock file, since removing it could let two processes in.
func demoContents() []string {
	return []string{"incubator.db", "incubator.db-wal", "incubator.db-shm", "files", "packs", "accounts.txt", "form-secret"}
}

// throwAway removes everything of the demo, from the engine first: while its name
// is known, and so that a failure can be tried again. Errors: Invalid for a
// database elsewhere, Unavailable while the demo runs.
func throwAway(ctx context.Context, c config.Config) error {
	if c.Database != "" {
		return errs.New(errs.Invalid, "--fresh throws away the database of the data folder only; leave --database out, or empty that database yourself")
	}
	if _, err := os.Stat(c.DataDir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	release, err := db.Hold(filepath.Join(c.DataDir, "incubator.db"))
	if err != nil {
		return err
	}
	defer release()
	if err := purgeEngine(ctx, c); err != nil {
		return errs.Wrap(err, errs.Unavailable, "the demo's sandboxes cannot be removed from the engine")
	}
	for _, name := range demoContents() {
		if err := os.RemoveAll(filepath.Join(c.DataDir, name)); err != nil {
			return errs.Wrap(err, errs.Unavailable, "the demo's data cannot be removed")
		}
	}
	return nil
}

// purgeEngine removes the containers and volumes of this installation.
func purgeEngine(ctx context.Context, c config.Config) error {
	instance, err := instanceID(c.DataDir)
	if err != nil {
		return err
	}
	engine, err := docker.Open(c.EngineHost)
	if err != nil {
		return err
	}
	defer engine.Close()
	manager, err := sandboxes.New(engine, nil, sandboxes.Options{Instance: instance, Runtime: c.Runtime})
	if err != nil {
		return err
	}
	return manager.Purge(ctx)
}
