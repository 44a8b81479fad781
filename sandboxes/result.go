package sandboxes

import (
	"context"
	"io"
	"time"
)

// Cause says why a run did not end well. The empty cause is success.
type Cause string

// The causes. Platform is never the participant's fault.
const (
	CauseNone           Cause = ""
	CauseTimeout        Cause = "timeout"
	CauseOutOfMemory    Cause = "out_of_memory"
	CauseOutputTooLarge Cause = "output_too_large"
	CauseBadOutput      Cause = "bad_output"
	CauseNonzeroExit    Cause = "nonzero_exit"
	CauseImage          Cause = "image"
	CausePlatform       Cause = "platform"
	// CauseCancelled and CauseExpired appear in rows only, not in results.
	CauseCancelled Cause = "cancelled"
	CauseExpired   Cause = "expired"
)

// The steps that RunIO.Step reports, in order.
const (
	StepPreparing  = "preparing"
	StepRunning    = "running"
	StepCollecting = "collecting"
)

// RunIO connects a run with its caller. Each field may be nil.
type RunIO struct {
	// Log receives what the command printed, bounded by Limits.LogBytes plus a
	// closing note. A slow or failing writer never stops the run.
	Log io.Writer
	// Output receives the checked output as a tar of files and folders with
	// fixed modes, owners and times. A read error means that the output was
	// refused on the way: throw away what was read and return that error.
	Output func(ctx context.Context, r io.Reader) error
	// Step is told what begins.
	Step func(step string)
}

// Usage is what a run used.
type Usage struct {
	PeakMemoryBytes int64         // the cgroup's high-water mark, writable folders included
	CPU             time.Duration // of all processes, user and system
	Started, Ended  time.Time     // of the command
}

// RunResult is the end of a run.
type RunResult struct {
	ExitCode     int
	Cause        Cause
	Detail       string // one sentence for the participant
	Usage        Usage
	Runtime      string // runc or runsc
	ImageID      string
	LogTruncated bool
	OutputFiles  int
	OutputBytes  int64
}
