package jobs

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// failureLog writes each failed attempt to the log. Arguments stay out of it.
type failureLog struct{ log *slog.Logger }

// HandleError logs an error returned by a worker.
func (f failureLog) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	f.log.LogAttrs(ctx, slog.LevelError, "job failed", append(describe(job), slog.Any("error", err))...)
	return nil
}

// HandlePanic logs a panic of a worker, which counts as a failure.
func (f failureLog) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	f.log.LogAttrs(ctx, slog.LevelError, "job panicked",
		append(describe(job), slog.String("panic", fmt.Sprint(value)), slog.String("trace", trace))...)
	return nil
}

func describe(job *rivertype.JobRow) []slog.Attr {
	return []slog.Attr{
		slog.Int64("job", job.ID), slog.String("kind", job.Kind), slog.String("queue", job.Queue),
		slog.Int("attempt", job.Attempt), slog.Int("max_attempts", job.MaxAttempts),
	}
}

// warnings lets only River's warnings and errors through; its chatter about
// starting and counting is of no use to an operator.
type warnings struct{ slog.Handler }

// Enabled reports whether a record of that level is written.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the filter.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the filter.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
