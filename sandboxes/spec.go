package sandboxes

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"incubator/platform/errs"
)

// Purpose says what a sandbox is for.
type Purpose string

// The purposes. A pool sandbox was started ahead and waits for its one run.
const (
	PurposePrediction Purpose = "prediction"
	PurposeScoring    Purpose = "scoring"
	PurposePool       Purpose = "pool"
)

// RunSpec describes one run: a command in an image, its inputs and its limits.
type RunSpec struct {
	ID      string // of the sandbox; made up when empty
	TeamID  string
	RunID   string
	Purpose Purpose
	Image   string            // image id (digest)
	Command []string          // argv; empty means the image's own entrypoint and cmd
	Env     map[string]string // on top of the image's and the fixed environment
	WorkDir string            // empty means the image's own, else /tmp
	Data    []DataMount
	Files   []Tree
	// OutputDir is collected when the command ends with 0; empty for none.
	OutputDir string
	Limits    Limits
}

// DataMount is a read-only data set, known to the manager by EnsureData.
type DataMount struct {
	Path   string
	DataID string
}

// Tree is an input folder that belongs to this run alone, as a tar stream of
// files and folders. Open is called once.
type Tree struct {
	Path string
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Limits bound a run. Zero means the default.
type Limits struct {
	CPUs         float64
	MemoryBytes  int64 // of the programs; what the writable folders may hold comes on top
	Time         time.Duration
	OutputBytes  int64
	OutputFiles  int   // files and folders
	ScratchBytes int64 // /tmp
	ProgramBytes int64 // each input tree, unpacked, each file in whole pages of 4 KiB
	LogBytes     int64
	PIDs         int64
}

const (
	kib = int64(1) << 10
	mib = kib << 10
	gib = mib << 10
)

// withDefaults fills in what is zero.
func (l Limits) withDefaults() Limits {
	fill(&l.CPUs, 1)
	fill(&l.MemoryBytes, 512*mib)
	fill(&l.Time, 10*time.Minute)
	fill(&l.OutputBytes, 64*mib)
	fill(&l.OutputFiles, 1000)
	fill(&l.ScratchBytes, 64*mib)
	fill(&l.ProgramBytes, 64*mib)
	fill(&l.LogBytes, 256*kib)
	fill(&l.PIDs, 128)
	return l
}

func fill[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// validate refuses limits that no engine takes or that would switch a bound off.
func (l Limits) validate() error {
	switch {
	case l.CPUs < 0.01 || l.CPUs > 256:
		return errs.Field("cpus", "The CPU limit must be between 0.01 and 256.")
	case l.MemoryBytes < 8*mib || l.MemoryBytes > 1024*gib:
		return errs.Field("memory", "The memory limit must be between 8 MiB and 1 TiB.")
	case l.Time < time.Millisecond || l.Time > 7*24*time.Hour:
		return errs.Field("time", "The time limit must be between a millisecond and a week.")
	case l.PIDs < 16 || l.PIDs > 128:
		return errs.Field("pids", "The limit of processes must be between 16 and 128.")
	case l.OutputBytes < 0 || l.OutputFiles < 0 || l.ScratchBytes < 0 || l.ProgramBytes < 0 || l.LogBytes < 0:
		return errs.New(errs.Invalid, "A limit must not be negative.")
	case l.OutputBytes > 64*gib || l.ScratchBytes > 64*gib || l.ProgramBytes > 64*gib || l.LogBytes > gib || l.OutputFiles > 1_000_000:
		return errs.New(errs.Invalid, "A limit on files or logs is beyond what the platform serves.")
	}
	return nil
}

// validate checks what a caller may ask for and returns errs.Invalid otherwise.
func (s *RunSpec) validate() error {
	if s.Image == "" {
		return errs.Field("image", "A run needs an image.")
	}
	if s.Purpose != PurposePrediction && s.Purpose != PurposeScoring {
		return errs.Field("purpose", "A run is a prediction or a scoring.")
	}
	if err := s.Limits.validate(); err != nil {
		return err
	}
	var paths []string
	for _, d := range s.Data {
		paths = append(paths, d.Path)
	}
	for _, f := range s.Files {
		paths = append(paths, f.Path)
	}
	if s.OutputDir != "" {
		paths = append(paths, s.OutputDir)
	}
	return validatePaths(paths)
}

// validatePaths keeps mounts below /app, apart from each other.
func validatePaths(paths []string) error {
	for i, p := range paths {
		if !strings.HasPrefix(p, "/app/") || path.Clean(p) != p {
			return errs.New(errs.Invalid, "The path %q is not a plain path below /app.", p)
		}
		for _, q := range slices.Concat(paths[:i], paths[i+1:]) {
			if p == q || strings.HasPrefix(p+"/", q+"/") {
				return errs.New(errs.Invalid, "The paths %q and %q overlap.", p, q)
			}
		}
	}
	return nil
}
