package docker

import (
	"context"
	"errors"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"incubator/platform/errs"
	"incubator/sandboxes"
)

// Create makes a container by the sandbox profile.
func (e *Engine) Create(ctx context.Context, spec sandboxes.ContainerSpec) (string, error) {
	created, err := e.api.ContainerCreate(ctx, config(spec), hostConfig(spec), nil, nil, spec.Name)
	if err != nil {
		return "", translateCreate(err)
	}
	return created.ID, nil
}

// Start attaches first, so that not a byte of the output is lost, then starts.
func (e *Engine) Start(ctx context.Context, id string) (sandboxes.Conn, error) {
	stream, err := e.api.ContainerAttach(ctx, id, container.AttachOptions{
		Stream: true, Stdin: true, Stdout: true, Stderr: true,
	})
	if err != nil {
		return nil, translate(err, "The sandbox cannot be attached to")
	}
	connection := newConn(stream)
	if err := e.api.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		return nil, errors.Join(translateStart(err), connection.Close())
	}
	return connection, nil
}

// Wait blocks until the container does not run.
func (e *Engine) Wait(ctx context.Context, id string) (int, error) {
	ended, failed := e.api.ContainerWait(ctx, id, container.WaitConditionNotRunning)
	select {
	case answer := <-ended:
		if answer.Error != nil {
			return 0, errs.New(errs.Internal, "The engine lost the sandbox: %s.", answer.Error.Message)
		}
		return int(answer.StatusCode), nil
	case err := <-failed:
		return 0, translate(err, "The sandbox cannot be waited for")
	}
}

// Inspect returns what the engine knows about the container.
func (e *Engine) Inspect(ctx context.Context, id string) (sandboxes.ContainerState, error) {
	found, err := e.api.ContainerInspect(ctx, id)
	if err != nil {
		return sandboxes.ContainerState{}, translate(err, "The sandbox cannot be looked at")
	}
	return sandboxes.ContainerState{
		Running: found.State.Running, ExitCode: found.State.ExitCode,
		OOMKilled: found.State.OOMKilled, Error: found.State.Error,
	}, nil
}

// Kill ends every process of the container. One that does not run, or does not
// exist, is fine.
func (e *Engine) Kill(ctx context.Context, id string) error {
	err := e.api.ContainerKill(ctx, id, "KILL")
	if errdefs.IsNotFound(err) || errdefs.IsConflict(err) {
		return nil
	}
	return translate(err, "The sandbox cannot be ended")
}

// Remove kills and removes the container with its anonymous volumes.
func (e *Engine) Remove(ctx context.Context, id string) error {
	err := e.api.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsNotFound(err) {
		return nil
	}
	if errdefs.IsConflict(err) {
		return e.awaitRemoval(ctx, id)
	}
	return translate(err, "The sandbox cannot be removed")
}

// awaitRemoval waits for a removal that somebody else began.
func (e *Engine) awaitRemoval(ctx context.Context, id string) error {
	ended, failed := e.api.ContainerWait(ctx, id, container.WaitConditionRemoved)
	select {
	case <-ended:
		return nil
	case err := <-failed:
		if errdefs.IsNotFound(err) {
			return nil
		}
		return translate(err, "The sandbox cannot be removed")
	}
}
