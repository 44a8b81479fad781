package sandboxes

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"slices"
	"sync"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/sandboxes/initbin"
)

// Options configure a Manager. Only Instance is required.
type Options struct {
	// Instance is the random id of this installation, at least eight characters
	// of [a-z0-9]. Objects of other instances are never touched.
	Instance string
	// Node names the process among those that share the database and the
	// instance; it must be the same after a restart. One process per node.
	Node string
	// Runtime is auto, runc or runsc.
	Runtime string
	// Init returns the init program for an architecture.
	Init func(arch string) ([]byte, error)
	// MaxRunning is how many runs go on at once, by default the engine's cores.
	MaxRunning int
	// MaxAhead bounds the sandboxes that are started and wait, in the pool and
	// prepared ones, by default twice the engine's cores.
	MaxAhead int
	// TeamQuota is how many sandboxes a team may have at once; zero is no limit.
	TeamQuota int
	// PoolLease is how long a pool sandbox waits before it is replaced.
	PoolLease time.Duration
	// CPUSet pins every sandbox to cores, as in "0-1"; empty for any.
	CPUSet string
	// ReconcileEvery and KeepRows set the pace of cleaning up.
	ReconcileEvery time.Duration
	KeepRows       time.Duration

	Log   *slog.Logger
	Now   func() time.Time
	NewID func() string
	// Fault is called at each named step of a sandbox's life. Tests stop the
	// process there; it is nil in production.
	Fault func(point string)
}

func (o *Options) fillIn() {
	fill(&o.Node, "main")
	fill(&o.Runtime, RuntimeAuto)
	fill(&o.PoolLease, 10*time.Minute)
	fill(&o.ReconcileEvery, time.Minute)
	fill(&o.KeepRows, 30*24*time.Hour)
	fill(&o.Log, slog.Default())
	if o.Init == nil {
		o.Init = initbin.For
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = randomID
	}
	if o.Fault == nil {
		o.Fault = func(string) {}
	}
}

// Manager owns every sandbox of one node: it starts them, runs one job in each,
// and sees to it that nothing is left behind.
type Manager struct {
	engine guard
	store  store
	opts   Options
	log    *slog.Logger

	mu      sync.Mutex
	facts   *EngineInfo          // read once for each connection to the engine
	limits  *limiter             // made with the facts
	ahead   chan struct{}        // one slot for each sandbox that waits for its job
	volumes map[string]string    // key to volume name, known to be complete
	images  map[string]ImageInfo // by id, which never changes
	live    map[string]*sandbox  // by container name
	pool    *pool

	fills    keyedMutex
	removals tracker
	service  service
}

// New returns a manager. It does not talk to the engine before it has to.
func New(engine Engine, database *db.DB, opts Options) (*Manager, error) {
	opts.fillIn()
	if len(opts.Instance) < 8 {
		return nil, errs.New(errs.Internal, "The instance id %q is shorter than eight characters.", opts.Instance)
	}
	if !slices.Contains([]string{RuntimeAuto, RuntimeRunc, RuntimeGVisor}, opts.Runtime) {
		return nil, errs.Field("runtime", "The sandbox runtime must be auto, runc or runsc.")
	}
	m := &Manager{
		engine:  guard{engine, &breaker{now: opts.Now}},
		store:   store{database},
		opts:    opts,
		log:     opts.Log.With(slog.String("part", "sandboxes")),
		volumes: map[string]string{},
		images:  map[string]ImageInfo{},
		live:    map[string]*sandbox{},
	}
	m.pool = newPool(m)
	return m, nil
}

// point marks a named step for fault tests.
func (m *Manager) point(name string) { m.opts.Fault(name) }

// connect reads the engine's facts once and sizes the manager by them.
func (m *Manager) connect(ctx context.Context) (EngineInfo, error) {
	m.mu.Lock()
	known := m.facts
	m.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	info, err := m.engine.Info(ctx)
	if err != nil {
		return EngineInfo{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.facts = &info
	if m.limits == nil {
		cores := max(info.CPUs, 1)
		m.limits = newLimiter(orElse(m.opts.MaxRunning, cores))
		m.ahead = make(chan struct{}, orElse(m.opts.MaxAhead, 2*cores))
	}
	return info, nil
}

// Engine describes the engine; it is asked once for each connection to it.
func (m *Manager) Engine(ctx context.Context) (EngineInfo, error) { return m.connect(ctx) }

// forget drops what is known about the engine, after it showed that something
// of it has changed.
func (m *Manager) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.facts = nil
	clear(m.volumes)
	clear(m.images)
}

// runtime decides which runtime a sandbox gets.
func (m *Manager) runtime(info EngineInfo) (string, error) {
	has := slices.Contains(info.Runtimes, RuntimeGVisor)
	switch {
	case m.opts.Runtime == RuntimeRunc, m.opts.Runtime == RuntimeAuto && !has:
		return RuntimeRunc, nil
	case has:
		return RuntimeGVisor, nil
	}
	return "", errs.New(errs.Unavailable, "The engine does not have the runtime runsc, which the configuration asks for.")
}

func orElse(value, fallback int) int {
	if value > 0 {
		return value
	}
	return fallback
}

func randomID() string {
	var random [10]byte
	_, _ = rand.Read(random[:])
	return hex.EncodeToString(random[:])
}
