package sandboxes

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"syscall"
	"time"

	"incubator/platform/errs"
	"incubator/sandboxes/tree"
	"incubator/sandboxes/wire"
)

// result is what is known of the run so far.
func (c *conversation) result() RunResult {
	p := c.s.plan
	r := RunResult{
		Runtime: p.shape.Runtime, ImageID: p.image.ID, LogTruncated: c.log.truncated(),
		Usage: Usage{Started: c.started, Ended: c.ended},
	}
	if t := c.trailer; t != nil {
		r.ExitCode = t.ExitCode
		r.LogTruncated = r.LogTruncated || t.LogTruncated
		r.Usage.PeakMemoryBytes, r.Usage.CPU = max(t.PeakMemory, 0), max(t.CPU, 0)
	}
	if r.Usage.Ended.IsZero() && !r.Usage.Started.IsZero() {
		r.Usage.Ended = c.s.m.opts.Now()
	}
	return r
}

// conclude turns process 1's account into the result, after the engine
// confirmed how the sandbox ended.
func (c *conversation) conclude(ctx context.Context, outErr error) (RunResult, error) {
	t := c.trailer
	switch {
	case t.Fault != "":
		c.s.m.forget()
		return RunResult{}, errs.New(errs.Unavailable, "The sandbox was not complete: %s.", t.Fault)
	case t.Input != nil:
		return RunResult{}, errs.Wrap(t.Input, errs.Invalid, "The files for %s cannot be used: %s", t.InputPath, t.Input.Error())
	}
	if err := c.confirm(ctx); err != nil {
		return RunResult{}, err
	}
	result := c.result()
	result.Cause, result.Detail = c.verdict()
	if result.Cause != CauseNone {
		return result, nil
	}
	return c.checkOutput(result, outErr)
}

// confirm waits for the container's end, which must be process 1's own: exit
// code 0 after the account was delivered.
func (c *conversation) confirm(ctx context.Context) error {
	c.s.m.point("sandbox.answered")
	c.dog.arm(endBudget)
	code, err := c.s.m.engine.Wait(ctx, c.s.container)
	if err != nil {
		return err
	}
	if code != 0 {
		return errs.New(errs.Unavailable, "The sandbox ended with code %d after it had answered.", code)
	}
	return nil
}

// verdict names the cause by the account alone. An end by lack of memory counts
// only when the command failed: a program may survive the loss of a child.
func (c *conversation) verdict() (Cause, string) {
	t, limits := c.trailer, c.s.plan.spec.Limits
	failed := t.ExitCode != 0 || t.Signal != 0
	switch {
	case t.Start != "":
		return CauseImage, "The command " + tree.Printable(t.Start) + "."
	case t.TimedOut:
		return CauseTimeout, timeoutDetail(limits.Time)
	case failed && t.OOMKills > 0:
		return CauseOutOfMemory, memoryDetail(limits.MemoryBytes)
	case failed && slices.Contains(t.Full, c.s.plan.spec.OutputDir):
		return CauseOutputTooLarge, fmt.Sprintf("The output folder was full: it takes %s in %d files.", size(limits.OutputBytes), limits.OutputFiles)
	case failed:
		return CauseNonzeroExit, exitDetail(t)
	case t.Refusal != nil:
		return refusalCause(t.Refusal)
	}
	return CauseNone, ""
}

// checkOutput compares the output that arrived with the account of it.
func (c *conversation) checkOutput(result RunResult, outErr error) (RunResult, error) {
	var refusal *tree.Refusal
	switch {
	case errors.As(outErr, &refusal):
		result.Cause, result.Detail = refusalCause(refusal)
	case outErr != nil:
		return RunResult{}, outErr
	case c.out.totals != tree.Totals{Files: c.trailer.Files, Bytes: c.trailer.Bytes}:
		return c.distrust("the output differs from the account of it"), nil
	default:
		result.OutputFiles, result.OutputBytes = c.out.totals.Files, c.out.totals.Bytes
	}
	return result, nil
}

// inspect asks the engine why the sandbox ended without an account.
func (c *conversation) inspect(ctx context.Context) (RunResult, error) {
	ctx, cancel := context.WithTimeout(ctx, endBudget)
	defer cancel()
	code, err := c.s.m.engine.Wait(ctx, c.s.container)
	if err != nil {
		return RunResult{}, unavailable(err, "The connection to the sandbox was lost")
	}
	state, err := c.s.m.engine.Inspect(ctx, c.s.container)
	if err != nil {
		return RunResult{}, unavailable(err, "The connection to the sandbox was lost")
	}
	c.s.m.log.Info("a sandbox ended without an account", slog.String("sandbox", c.s.id),
		slog.Int("exit", code), slog.Bool("oom", state.OOMKilled), slog.String("said", c.s.conn.Diagnostics()))
	result := c.result()
	result.ExitCode = state.ExitCode
	if state.OOMKilled {
		result.Cause, result.Detail = CauseOutOfMemory, memoryDetail(c.s.plan.spec.Limits.MemoryBytes)
		return result, nil
	}
	switch code {
	case wire.ExitProtocol, wire.ExitAlone, wire.ExitIdle:
		return RunResult{}, errs.New(errs.Unavailable, "The connection to the sandbox was lost.")
	case exitKilled:
		return RunResult{}, errs.New(errs.Unavailable, "The sandbox was ended from outside.")
	}
	result.Cause = CauseNonzeroExit
	result.Detail = fmt.Sprintf("The program brought its whole sandbox down (exit code %d).", state.ExitCode)
	return result, nil
}

// exitKilled is how process 1 ends when somebody outside kills it, such as an
// engine that stops: nobody inside can.
const exitKilled = 137

func refusalCause(r *tree.Refusal) (Cause, string) {
	if r.Kind == tree.TooLarge {
		return CauseOutputTooLarge, "The output is too large: " + r.Error() + "."
	}
	return CauseBadOutput, "The output cannot be taken: " + r.Error() + "."
}

func timeoutDetail(limit time.Duration) string {
	return fmt.Sprintf("The program ran longer than %s.", limit)
}

func memoryDetail(limit int64) string {
	return fmt.Sprintf("The program needed more memory than %s.", size(limit))
}

func exitDetail(t *wire.Trailer) string {
	text := fmt.Sprintf("The program ended with exit code %d", t.ExitCode)
	if t.Signal != 0 {
		text = fmt.Sprintf("The program was ended by signal %d (%s)", t.Signal, syscall.Signal(t.Signal))
	}
	for _, mount := range t.Full {
		text += fmt.Sprintf("; %s was full", tree.Printable(mount))
	}
	return text + "."
}

// size writes bytes for people.
func size(bytes int64) string {
	switch {
	case bytes >= gib && bytes%gib == 0:
		return fmt.Sprintf("%d GiB", bytes/gib)
	case bytes >= mib:
		return fmt.Sprintf("%d MiB", bytes/mib)
	case bytes >= kib:
		return fmt.Sprintf("%d KiB", bytes/kib)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// unavailable keeps an error that is one already and wraps any other.
func unavailable(err error, message string) error {
	if errs.Is(err, errs.Unavailable) {
		return err
	}
	return errs.Wrap(err, errs.Unavailable, "%s.", message)
}

// asInvalid turns a refusal of a tree into errs.Invalid and keeps other errors.
func asInvalid(err error, message string) error {
	var refusal *tree.Refusal
	if errors.As(err, &refusal) {
		return errs.Wrap(err, errs.Invalid, "%s: %s.", message, refusal.Error())
	}
	return err
}
