package wire

import (
	"time"

	"incubator/sandboxes/tree"
)

// Where the init program lives in every run sandbox, and how it is told how
// long it may wait for its job.
const (
	InitDir  = "/.incubator"
	InitPath = InitDir + "/init"
	// IdleEnv holds the seconds that a sandbox waits for its job before it ends by itself.
	IdleEnv = "INCUBATOR_IDLE_SECONDS"
)

// How the init program exits. Only the first comes with a Trailer; the others
// are never the command's fault, since the command cannot choose them.
const (
	ExitDelivered = 0
	ExitProtocol  = 70 // the job could not be read
	ExitAlone     = 71 // the platform went away
	ExitIdle      = 72 // no job came in time
)

// The steps that the init program announces, in this order. A step that has
// nothing to do is left out.
const (
	StepUnpack  = "unpack"
	StepRun     = "run"
	StepCollect = "collect"
)

// Job is what one run sandbox has to do.
type Job struct {
	// Nonce comes back in the Trailer, so that only the process that read the job can end it.
	Nonce string        `json:"nonce"`
	Argv  []string      `json:"argv"`
	Env   []string      `json:"env"`
	Dir   string        `json:"dir"`
	Time  time.Duration `json:"time"`
	// Data are the read-only mounts that must not be empty when the job begins.
	Data []string `json:"data,omitempty"`
	// Output is the folder to collect, empty for none; Caps bound it.
	Output string    `json:"output,omitempty"`
	Caps   tree.Caps `json:"caps"`
	// Watch are the size-limited mounts to look at for being full after the run.
	Watch    []string `json:"watch,omitempty"`
	LogBytes int64    `json:"log_bytes"`
}

// TreeHead announces one input tree and its caps.
type TreeHead struct {
	Path string    `json:"path"`
	Caps tree.Caps `json:"caps"`
}

// Trailer is the init program's account of the run. It comes from inside the
// sandbox: the platform checks it against what it saw itself.
type Trailer struct {
	Nonce string `json:"nonce"`
	// Fault is set when the platform's own part failed, such as an empty data mount.
	Fault string `json:"fault,omitempty"`
	// InputPath and Input are set when an input tree was refused.
	InputPath string        `json:"input_path,omitempty"`
	Input     *tree.Refusal `json:"input,omitempty"`
	// Start is set when the command could not be started.
	Start    string        `json:"start,omitempty"`
	ExitCode int           `json:"exit_code"`
	Signal   int           `json:"signal,omitempty"`
	TimedOut bool          `json:"timed_out,omitempty"`
	CPU      time.Duration `json:"cpu"`
	Wall     time.Duration `json:"wall"`
	// PeakMemory is the cgroup's high-water mark in bytes, all of it, tmpfs
	// pages included; the largest process where the cgroup does not tell.
	PeakMemory   int64         `json:"peak_memory"`
	OOMKills     int64         `json:"oom_kills,omitempty"`
	LogTruncated bool          `json:"log_truncated,omitempty"`
	Full         []string      `json:"full,omitempty"`
	Refusal      *tree.Refusal `json:"refusal,omitempty"`
	Files        int           `json:"files"`
	Bytes        int64         `json:"bytes"`
}
