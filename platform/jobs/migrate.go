package jobs

import (
	"context"
	"database/sql"
	"log/slog"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// Migrate brings River's own tables to the version that this program needs, with
// one transaction for each step, since PostgreSQL cannot use a new enum value in
// the transaction that adds it. Call it after db.Migrate.
func Migrate(ctx context.Context, d *db.DB) error {
	quiet := slog.New(slog.DiscardHandler)
	migrator, err := rivermigrate.New(plainDriver(d), &rivermigrate.Config{Logger: quiet})
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the job queue's migrations are not readable")
	}
	return d.MigrationLock(ctx, func(ctx context.Context) error {
		if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
			return errs.Wrap(err, errs.Internal, "the job queue's tables could not be migrated")
		}
		return nil
	})
}

// plainDriver returns River's driver for d. On SQLite it works through the one
// writing connection, in turn with db.InTx, so neither ever sees SQLITE_BUSY.
func plainDriver(d *db.DB) riverdriver.Driver[*sql.Tx] {
	if d.Dialect() == db.Postgres {
		return riverdatabasesql.New(d.Pool())
	}
	return riversqlite.New(d.Pool())
}
