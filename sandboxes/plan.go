package sandboxes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"incubator/platform/errs"
	"incubator/sandboxes/tree"
	"incubator/sandboxes/wire"
)

const (
	// initOverhead is what process 1 and its threads may take of the memory.
	initOverhead = 16 * mib
	shmBytes     = 16 * mib
	// scratchInodes bounds the files in /tmp and in each input tree.
	scratchInodes = 20_000
	imageVolume   = 16 * mib
	outputDepth   = 16
	outputPath    = 512
	scratch       = "/tmp"
	pageBytes     = 4 * kib
)

// plan is a run made concrete for one engine.
type plan struct {
	spec  RunSpec
	image ImageInfo
	shape ContainerSpec // without name and labels
	key   string        // of the shape: sandboxes of equal keys are interchangeable
	job   wire.Job      // without nonce
}

// plan checks the request and resolves image, data and runtime.
func (m *Manager) plan(ctx context.Context, spec RunSpec) (*plan, error) {
	spec.Limits = spec.Limits.withDefaults()
	if err := spec.validate(); err != nil {
		return nil, err
	}
	info, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	image, err := m.imageInfo(ctx, spec.Image)
	if err != nil {
		return nil, err
	}
	runtime, err := m.runtime(info)
	if err != nil {
		return nil, err
	}
	mounts, err := m.mounts(ctx, info.Arch, spec.Data)
	if err != nil {
		return nil, err
	}
	p := &plan{spec: spec, image: image}
	p.shape = ContainerSpec{
		Image:      image.ID,
		Entrypoint: []string{wire.InitPath},
		Env:        m.initEnv(),
		Mounts:     mounts,
		Tmpfs:      writable(spec, image),
		CPUs:       min(spec.Limits.CPUs, float64(max(info.CPUs, 1))),
		PIDs:       spec.Limits.PIDs,
		CPUSet:     m.opts.CPUSet,
		Runtime:    runtime,
	}
	p.shape.MemoryBytes = spec.Limits.MemoryBytes + initOverhead + shmBytes
	for _, folder := range p.shape.Tmpfs {
		p.shape.MemoryBytes += folder.Bytes
	}
	p.key = shapeKey(p.shape)
	p.job, err = describe(spec, image, p.shape)
	return p, err
}

// initEnv is the environment of process 1, which keeps a hostile image from
// tuning its runtime. The command gets an environment of its own.
func (m *Manager) initEnv() []string {
	return []string{
		"GODEBUG=", "GOTRACEBACK=single", "GOMAXPROCS=2", "GOGC=", "GOMEMLIMIT=",
		wire.IdleEnv + "=" + strconv.Itoa(int(m.idleLimit().Seconds())),
	}
}

// writable lists the folders in memory. Their sizes count as memory, which is
// why the memory limit of the container contains them.
func writable(spec RunSpec, image ImageInfo) []Tmpfs {
	l := spec.Limits
	folders := []Tmpfs{{Path: scratch, Bytes: l.ScratchBytes, Inodes: scratchInodes}}
	for _, input := range spec.Files {
		folders = append(folders, Tmpfs{Path: input.Path, Bytes: l.ProgramBytes, Inodes: scratchInodes, Exec: true})
	}
	if spec.OutputDir != "" {
		// Room for one page more than each file may waste, so that the collector
		// sees what is too much instead of a program that meets a full disk.
		bytes := l.OutputBytes + int64(l.OutputFiles+16)*pageBytes
		folders = append(folders, Tmpfs{Path: spec.OutputDir, Bytes: bytes, Inodes: int64(l.OutputFiles) + 16})
	}
	// A volume that an image declares would be writable without bounds.
	for _, path := range image.Volumes {
		if !covered(folders, path) {
			folders = append(folders, Tmpfs{Path: path, Bytes: imageVolume, Inodes: scratchInodes})
		}
	}
	return folders
}

func covered(folders []Tmpfs, path string) bool {
	return slices.ContainsFunc(folders, func(f Tmpfs) bool { return f.Path == path })
}

// describe makes the job that process 1 gets.
func describe(spec RunSpec, image ImageInfo, shape ContainerSpec) (wire.Job, error) {
	argv := spec.Command
	if len(argv) == 0 {
		argv = slices.Concat(image.Entrypoint, image.Cmd)
	}
	if len(argv) == 0 {
		return wire.Job{}, errs.New(errs.Invalid, "The image has no entrypoint and no command, and the run gives none.")
	}
	job := wire.Job{
		Argv: argv, Env: environment(spec, image), Dir: firstOf(spec.WorkDir, image.WorkDir, scratch),
		Time: spec.Limits.Time, LogBytes: spec.Limits.LogBytes, Output: spec.OutputDir,
		Caps: outputCaps(spec.Limits),
	}
	for _, data := range spec.Data {
		job.Data = append(job.Data, data.Path)
	}
	for _, folder := range shape.Tmpfs {
		job.Watch = append(job.Watch, folder.Path)
	}
	return job, nil
}

func outputCaps(l Limits) tree.Caps {
	return tree.Caps{Bytes: l.OutputBytes, Files: l.OutputFiles, Depth: outputDepth, Path: outputPath}
}

func inputCaps(l Limits) tree.Caps {
	return tree.Caps{Bytes: l.ProgramBytes, Files: scratchInodes, Depth: 32, Path: 1024}
}

// environment is the image's, then the fixed part of the profile, then the run's.
func environment(spec RunSpec, image ImageInfo) []string {
	threads := strconv.Itoa(max(int(math.Ceil(spec.Limits.CPUs)), 1))
	values := map[string]string{"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	for _, pair := range image.Env {
		if name, value, ok := strings.Cut(pair, "="); ok {
			values[name] = value
		}
	}
	fixed := map[string]string{"TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "HOME": scratch, "TMPDIR": scratch, "PYTHONHASHSEED": "0"}
	for _, name := range []string{"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "GOMAXPROCS"} {
		fixed[name] = threads
	}
	for _, layer := range []map[string]string{fixed, spec.Env} {
		for name, value := range layer {
			values[name] = value
		}
	}
	list := make([]string, 0, len(values))
	for name, value := range values {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}

// shapeKey is equal for sandboxes that cannot be told apart before their job.
func shapeKey(shape ContainerSpec) string {
	text, _ := json.Marshal(shape)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
