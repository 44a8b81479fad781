package main

import (
	"context"
	"fmt"

	"incubator/platform/config"
	"incubator/platform/db"
	"incubator/platform/jobs"
)

// MigrateCmd brings the database up to date.
type MigrateCmd struct {
	config.Config
	Check bool `help:"Only say whether something is to be done; exits with 5 if so."`
}

// Help shows examples.
func (*MigrateCmd) Help() string {
	return `Examples:
  incubator migrate
  incubator migrate --database postgres://incubator@localhost/incubator --check

serve and demo do this by themselves. A database that a newer version has
written is refused.`
}

// Run migrates, or reports the version that the database has.
func (c *MigrateCmd) Run(ctx context.Context, streams *Streams) error {
	database, err := db.Open(ctx, c.DatabaseURL())
	if err != nil {
		return err
	}
	defer database.Close()
	have, want, err := database.Version(ctx)
	if err != nil {
		return err
	}
	if c.Check {
		fmt.Fprintf(streams.Out, "version %d of %d\n", have, want)
		if have != want {
			return errFailed
		}
		return nil
	}
	if err := database.Migrate(ctx); err != nil {
		return err
	}
	if err := jobs.Migrate(ctx, database); err != nil {
		return err
	}
	_, err = fmt.Fprintf(streams.Out, "migrated from version %d to %d\n", have, want)
	return err
}
