package sandboxes

import (
	"context"

	"incubator/sandboxes/imagearchive"
)

// guard is an engine behind a breaker.
type guard struct {
	engine Engine
	*breaker
}

var _ Engine = guard{}

// guarded makes one call unless the breaker is open.
func guarded[T any](ctx context.Context, g guard, call func() (T, error)) (T, error) {
	if err := g.allow(); err != nil {
		var none T
		return none, err
	}
	value, err := call()
	g.report(ctx, err)
	return value, err
}

func (g guard) do(ctx context.Context, call func() error) error {
	_, err := guarded(ctx, g, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

func (g guard) Info(ctx context.Context) (EngineInfo, error) {
	return guarded(ctx, g, func() (EngineInfo, error) { return g.engine.Info(ctx) })
}

func (g guard) Ping(ctx context.Context) error {
	return g.do(ctx, func() error { return g.engine.Ping(ctx) })
}

func (g guard) EnsureVolume(ctx context.Context, spec VolumeSpec) (string, error) {
	return guarded(ctx, g, func() (string, error) { return g.engine.EnsureVolume(ctx, spec) })
}

func (g guard) RemoveVolume(ctx context.Context, key string) error {
	return g.do(ctx, func() error { return g.engine.RemoveVolume(ctx, key) })
}

func (g guard) Create(ctx context.Context, spec ContainerSpec) (string, error) {
	return guarded(ctx, g, func() (string, error) { return g.engine.Create(ctx, spec) })
}

func (g guard) Start(ctx context.Context, id string) (Conn, error) {
	return guarded(ctx, g, func() (Conn, error) { return g.engine.Start(ctx, id) })
}

func (g guard) Wait(ctx context.Context, id string) (int, error) {
	return guarded(ctx, g, func() (int, error) { return g.engine.Wait(ctx, id) })
}

func (g guard) Inspect(ctx context.Context, id string) (ContainerState, error) {
	return guarded(ctx, g, func() (ContainerState, error) { return g.engine.Inspect(ctx, id) })
}

func (g guard) Kill(ctx context.Context, id string) error {
	return g.do(ctx, func() error { return g.engine.Kill(ctx, id) })
}

func (g guard) Remove(ctx context.Context, id string) error {
	return g.do(ctx, func() error { return g.engine.Remove(ctx, id) })
}

func (g guard) List(ctx context.Context, labels map[string]string) ([]Object, error) {
	return guarded(ctx, g, func() ([]Object, error) { return g.engine.List(ctx, labels) })
}

func (g guard) RemoveObject(ctx context.Context, object Object) error {
	return g.do(ctx, func() error { return g.engine.RemoveObject(ctx, object) })
}

func (g guard) LoadImage(ctx context.Context, archive *imagearchive.Archive) (ImageInfo, error) {
	return guarded(ctx, g, func() (ImageInfo, error) { return g.engine.LoadImage(ctx, archive) })
}

func (g guard) ImageInfo(ctx context.Context, ref string) (ImageInfo, error) {
	return guarded(ctx, g, func() (ImageInfo, error) { return g.engine.ImageInfo(ctx, ref) })
}

func (g guard) RemoveImage(ctx context.Context, id string) error {
	return g.do(ctx, func() error { return g.engine.RemoveImage(ctx, id) })
}
