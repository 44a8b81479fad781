// Package fake is a sandbox engine in memory whose programs are Go functions
// and which fails on command. It passes the same suite as the real one.
package fake

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"incubator/platform/errs"
	"incubator/sandboxes"
)

// Program is what a container runs; it returns the exit code. It must return
// soon after ctx, which a kill ends.
type Program func(ctx context.Context, p Process) int

// Engine is the fake. The zero value is not usable; see New.
type Engine struct {
	mu         sync.Mutex
	info       sandboxes.EngineInfo
	down       bool
	failures   map[string][]failure
	holds      map[string]chan struct{}
	calls      map[string]int
	containers map[string]*container // by id
	holders    map[string]*volume    // by key
	images     map[string]*fakeImage // by id
	tags       map[string]string
	ids        int
	now        func() time.Time
}

type fakeImage struct {
	info    sandboxes.ImageInfo
	program Program
}

type failure struct {
	after int
	err   error
}

// New returns an engine with two cores, without images.
func New() *Engine {
	return &Engine{
		info: sandboxes.EngineInfo{
			ID: "fake", Name: "fake", Version: "1", Arch: "amd64", CPUs: 2, Memory: 8 << 30, Runtimes: []string{"runc"},
		},
		failures: map[string][]failure{}, holds: map[string]chan struct{}{}, calls: map[string]int{},
		containers: map[string]*container{}, holders: map[string]*volume{},
		images: map[string]*fakeImage{}, tags: map[string]string{}, now: time.Now,
	}
}

// AddImage makes an image known. Its program runs whatever the entrypoint is;
// see Init for one that speaks to the manager.
func (e *Engine) AddImage(info sandboxes.ImageInfo, program Program) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.images[info.ID] = &fakeImage{info: info, program: program}
}

// SetInfo changes what the engine says about itself.
func (e *Engine) SetInfo(change func(*sandboxes.EngineInfo)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(&e.info)
}

// Fail makes one call of the method fail with err: the one after n more.
func (e *Engine) Fail(method string, n int, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failures[method] = append(e.failures[method], failure{after: e.calls[method] + n, err: err})
}

// Hold makes calls of the method wait until release is called or their ctx ends.
func (e *Engine) Hold(method string) (release func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	gate := make(chan struct{})
	e.holds[method] = gate
	return sync.OnceFunc(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.holds, method)
		close(gate)
	})
}

// SetDown makes every call fail as if nothing listened. Going down ends all
// containers and connections, as stopping the real engine does.
func (e *Engine) SetDown(down bool) {
	e.mu.Lock()
	e.down = down
	all := maps.Clone(e.containers)
	e.mu.Unlock()
	if down {
		for _, c := range all {
			c.end()
		}
	}
}

// LoseConnections cuts every attached connection. The containers go on until
// they notice.
func (e *Engine) LoseConnections() {
	e.mu.Lock()
	all := maps.Clone(e.containers)
	e.mu.Unlock()
	for _, c := range all {
		c.cut()
	}
}

// Calls is how often the method was called, failures included.
func (e *Engine) Calls(method string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls[method]
}

// enter counts a call and applies what the test ordered for it.
func (e *Engine) enter(ctx context.Context, method string) error {
	e.mu.Lock()
	at := e.calls[method]
	e.calls[method]++
	down, gate := e.down, e.holds[method]
	var ordered error
	for _, f := range e.failures[method] {
		if f.after == at {
			ordered = f.err
		}
	}
	e.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
		}
	}
	switch {
	case ctx.Err() != nil:
		return errs.Wrap(ctx.Err(), errs.Unavailable, "The call was given up.")
	case down:
		return errs.New(errs.Unavailable, "The fake engine is down.")
	}
	return ordered
}

// nextID must be called with the lock held.
func (e *Engine) nextID(kind string) string {
	e.ids++
	return fmt.Sprintf("%s-%d", kind, e.ids)
}

// Ping is nil when the engine is up.
func (e *Engine) Ping(ctx context.Context) error { return e.enter(ctx, "Ping") }

// Info describes the engine.
func (e *Engine) Info(ctx context.Context) (sandboxes.EngineInfo, error) {
	if err := e.enter(ctx, "Info"); err != nil {
		return sandboxes.EngineInfo{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.info, nil
}

// List returns containers and volumes that carry all the labels.
func (e *Engine) List(ctx context.Context, labels map[string]string) ([]sandboxes.Object, error) {
	if err := e.enter(ctx, "List"); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var found []sandboxes.Object
	for _, c := range e.containers {
		if carries(c.spec.Labels, labels) {
			found = append(found, c.object())
		}
	}
	for _, v := range e.holders {
		if carries(v.labels, labels) {
			found = append(found, v.objects()...)
		}
	}
	return found, nil
}

func carries(has, wants map[string]string) bool {
	for name, value := range wants {
		if got, ok := has[name]; !ok || got != value {
			return false
		}
	}
	return true
}
