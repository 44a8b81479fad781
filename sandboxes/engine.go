package sandboxes

import (
	"context"
	"io"
	"time"

	"incubator/sandboxes/imagearchive"
)

// Engine runs containers. There are two: docker and fake, and enginetest is the
// suite that both pass.
//
// Order: EnsureVolume before Create with that volume; Create, then Start once,
// then Wait, Inspect, Kill in any order, then Remove. Concurrency: every method
// is safe for concurrent use, also for the same container. Idempotence:
// EnsureVolume, RemoveVolume, Kill, Remove and RemoveImage may be repeated, and
// removing what does not exist is no error. Errors: errs.Unavailable when the
// engine cannot be reached, errs.NotFound for an unknown image or container,
// errs.Invalid when the engine refuses what the image asks for, and
// errs.Internal for the rest. A method returns when ctx ends.
type Engine interface {
	// Info describes the engine; it changes only when the engine is restarted.
	Info(ctx context.Context) (EngineInfo, error)
	// Ping is nil when the engine answers.
	Ping(ctx context.Context) error

	// EnsureVolume returns the name of a volume that holds exactly what fill
	// streams (a tar of files and folders). The first call fills it; a volume
	// becomes visible to later calls only when it is complete, so that neither
	// a crash nor a second process ever shows a part of it.
	EnsureVolume(ctx context.Context, spec VolumeSpec) (name string, err error)
	// RemoveVolume removes the volume of the key.
	RemoveVolume(ctx context.Context, key string) error

	// Create makes a container that does not run yet. Its name is unique.
	Create(ctx context.Context, spec ContainerSpec) (id string, err error)
	// Start attaches to the container's standard streams, then starts it. The
	// connection lives until it is closed or the container ends.
	Start(ctx context.Context, id string) (Conn, error)
	// Wait blocks until the container does not run and returns its exit code.
	Wait(ctx context.Context, id string) (exitCode int, err error)
	Inspect(ctx context.Context, id string) (ContainerState, error)
	// Kill ends all processes of the container at once.
	Kill(ctx context.Context, id string) error
	// Remove kills and removes the container, by id or name.
	Remove(ctx context.Context, id string) error
	// List returns every container and volume that carries all the labels,
	// in whatever state it is.
	List(ctx context.Context, labels map[string]string) ([]Object, error)
	// RemoveObject removes something that List returned.
	RemoveObject(ctx context.Context, object Object) error

	// LoadImage stores a checked image archive and returns its description.
	LoadImage(ctx context.Context, archive *imagearchive.Archive) (ImageInfo, error)
	// ImageInfo describes an image by id or by tag.
	ImageInfo(ctx context.Context, ref string) (ImageInfo, error)
	RemoveImage(ctx context.Context, id string) error
}

// Conn is the attached side of a running container. Read returns its standard
// output and Write feeds its standard input; Close ends both, which the
// container sees as the end of its input. Diagnostics returns the first
// kilobytes of its standard error.
type Conn interface {
	io.ReadWriteCloser
	Diagnostics() string
}

// EngineInfo describes an engine.
type EngineInfo struct {
	ID       string // stable across restarts
	Name     string // host name, for pages
	Version  string
	Arch     string // as in GOARCH
	CPUs     int
	Memory   int64    // bytes
	Runtimes []string // such as runc and runsc
	Warnings []string // what weakens the sandbox profile here
}

// VolumeSpec names a volume by what it holds.
type VolumeSpec struct {
	// Key is unique for the content, such as "incubator-12ab34cd-data-<hash>".
	Key    string
	Labels map[string]string
	// Fill opens the content. It is called at most once for each EnsureVolume.
	Fill func(ctx context.Context) (io.ReadCloser, error)
}

// Mount puts a volume into a container, read-only.
type Mount struct {
	Volume string
	Path   string
}

// Tmpfs is a writable folder in memory. Its pages count as the container's memory.
type Tmpfs struct {
	Path   string
	Bytes  int64
	Inodes int64
	Exec   bool
}

// ContainerSpec is what varies between sandboxes. Everything else of the
// sandbox profile is fixed by the engine and cannot be asked for.
type ContainerSpec struct {
	Name        string
	Image       string // id or tag
	Entrypoint  []string
	Env         []string
	Labels      map[string]string
	Mounts      []Mount
	Tmpfs       []Tmpfs
	CPUs        float64
	MemoryBytes int64
	PIDs        int64
	// CPUSet pins the container to cores, as in "0-1"; empty for any.
	CPUSet  string
	Runtime string // empty for the engine's default
}

// ContainerState is what the engine itself knows about a container.
type ContainerState struct {
	Running   bool
	ExitCode  int
	OOMKilled bool
	Error     string // why it did not start
}

// ObjectKind tells containers from volumes.
type ObjectKind string

// The kinds of object that carry our labels.
const (
	ObjectContainer ObjectKind = "container"
	ObjectVolume    ObjectKind = "volume"
)

// Object is something on the engine that carries our labels.
type Object struct {
	Kind    ObjectKind
	ID      string
	Name    string
	Labels  map[string]string
	Created time.Time
	Running bool
	Volumes []string // that a container uses
}

// ImageInfo describes an image.
type ImageInfo struct {
	ID         string // "sha256:…"
	Arch       string
	Entrypoint []string
	Cmd        []string
	Env        []string
	WorkDir    string
	User       string
	// Volumes are paths that the image declares as writable volumes.
	Volumes []string
	Size    int64 // bytes
}

// The container runtimes that the platform knows.
const (
	RuntimeAuto   = "auto"
	RuntimeRunc   = "runc"
	RuntimeGVisor = "runsc"
)
