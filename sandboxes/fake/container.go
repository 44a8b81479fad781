package fake

import (
	"context"
	"io"
	"sync"
	"time"

	"incubator/platform/errs"
	"incubator/sandboxes"
)

// Process is what a Program sees of its container.
type Process struct {
	Spec   sandboxes.ContainerSpec
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Volumes are the files of each mounted volume, by mount path and name.
	Volumes map[string]map[string]string
	// OutOfMemory makes the engine report the container as ended for lack of memory.
	OutOfMemory func()
}

const killed = 137

type container struct {
	id, name string
	spec     sandboxes.ContainerSpec
	created  time.Time

	mu      sync.Mutex
	started bool
	running bool
	code    int
	oom     bool
	kill    context.CancelFunc
	conn    *conn
	ended   chan struct{}
}

func (c *container) object() sandboxes.Object {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := sandboxes.Object{
		Kind: sandboxes.ObjectContainer, ID: c.id, Name: c.name, Labels: c.spec.Labels, Created: c.created, Running: c.running,
	}
	for _, mount := range c.spec.Mounts {
		o.Volumes = append(o.Volumes, mount.Volume)
	}
	return o
}

// end kills the program if it runs.
func (c *container) end() {
	c.mu.Lock()
	kill := c.kill
	c.mu.Unlock()
	if kill != nil {
		kill()
		<-c.ended
	}
}

// cut ends the attached connection.
func (c *container) cut() {
	c.mu.Lock()
	attached := c.conn
	c.mu.Unlock()
	if attached != nil {
		_ = attached.Close()
	}
}

// Create makes a container.
func (e *Engine) Create(ctx context.Context, spec sandboxes.ContainerSpec) (string, error) {
	if err := e.enter(ctx, "Create"); err != nil {
		return "", err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.image(spec.Image) == nil {
		return "", errs.New(errs.NotFound, "There is no image %s.", spec.Image)
	}
	for _, c := range e.containers {
		if c.name == spec.Name {
			return "", errs.New(errs.Conflict, "There is a container %s already.", spec.Name)
		}
	}
	id := e.nextID("container")
	e.containers[id] = &container{id: id, name: spec.Name, spec: spec, created: e.now(), ended: make(chan struct{})}
	return id, nil
}

// Start runs the image's program.
func (e *Engine) Start(ctx context.Context, id string) (sandboxes.Conn, error) {
	if err := e.enter(ctx, "Start"); err != nil {
		return nil, err
	}
	c, err := e.find(id)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	program := e.image(c.spec.Image).program
	volumes := e.contents(c.spec.Mounts)
	e.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.started {
		return nil, errs.New(errs.Conflict, "The container was started before.")
	}
	run, kill := context.WithCancel(context.Background())
	c.started, c.running, c.kill = true, true, kill
	var stdin io.Reader
	var stdout, stderr io.WriteCloser
	c.conn, stdin, stdout, stderr = newConn()
	process := Process{Spec: c.spec, Stdin: stdin, Stdout: stdout, Stderr: stderr, Volumes: volumes, OutOfMemory: c.setOOM}
	go c.run(run, program, process, stdout)
	return c.conn, nil
}

func (c *container) setOOM() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.oom = true
}

func (c *container) run(ctx context.Context, program Program, p Process, stdout io.Closer) {
	done := make(chan int, 1)
	go func() { done <- program(ctx, p) }()
	code := killed
	select {
	case code = <-done:
	case <-ctx.Done():
	}
	c.mu.Lock()
	c.running, c.code = false, code
	c.mu.Unlock()
	close(c.ended)
	_ = stdout.Close()
	c.conn.endInput()
}

// Wait blocks until the container has ended.
func (e *Engine) Wait(ctx context.Context, id string) (int, error) {
	if err := e.enter(ctx, "Wait"); err != nil {
		return 0, err
	}
	c, err := e.find(id)
	if err != nil {
		return 0, err
	}
	select {
	case <-c.ended:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.code, nil
	case <-ctx.Done():
		return 0, errs.Wrap(ctx.Err(), errs.Unavailable, "The call was given up.")
	}
}

// Inspect returns the container's state.
func (e *Engine) Inspect(ctx context.Context, id string) (sandboxes.ContainerState, error) {
	if err := e.enter(ctx, "Inspect"); err != nil {
		return sandboxes.ContainerState{}, err
	}
	c, err := e.find(id)
	if err != nil {
		return sandboxes.ContainerState{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return sandboxes.ContainerState{Running: c.running, ExitCode: c.code, OOMKilled: c.oom}, nil
}

// Kill ends the container's program.
func (e *Engine) Kill(ctx context.Context, id string) error {
	if err := e.enter(ctx, "Kill"); err != nil {
		return err
	}
	if c, err := e.find(id); err == nil {
		c.end()
	}
	return nil
}

// Remove ends and removes the container.
func (e *Engine) Remove(ctx context.Context, id string) error {
	if err := e.enter(ctx, "Remove"); err != nil {
		return err
	}
	c, err := e.find(id)
	if err != nil {
		return nil
	}
	c.end()
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.containers, c.id)
	return nil
}

// RemoveObject removes a container or a volume.
func (e *Engine) RemoveObject(ctx context.Context, object sandboxes.Object) error {
	if object.Kind == sandboxes.ObjectVolume || e.isHolder(object.Name) {
		return e.RemoveVolume(ctx, object.Labels[sandboxes.LabelSandbox])
	}
	return e.Remove(ctx, object.ID)
}

// find looks a container up by id or name.
func (e *Engine) find(id string) (*container, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c := e.containers[id]; c != nil {
		return c, nil
	}
	for _, c := range e.containers {
		if c.name == id {
			return c, nil
		}
	}
	return nil, errs.New(errs.NotFound, "There is no container %s.", id)
}
