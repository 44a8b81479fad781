package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/google/uuid"

	"incubator/sandboxes"
	"incubator/sandboxes/docker"
)

// engine is the raw client of the Docker Engine with an image of the no-op
// programs, and the configurations of containers that the product has made.
type engine struct {
	api   *client.Client
	ours  *docker.Engine
	tag   string
	image string

	mu   sync.Mutex
	seen map[sandboxes.Purpose]container.InspectResponse
}

func openEngine(ctx context.Context) (_ *engine, err error) {
	e := &engine{tag: "incubator-bench/" + uuid.NewString() + ":1", seen: map[sandboxes.Purpose]container.InspectResponse{}}
	if e.api, err = client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation()); err != nil {
		return nil, err
	}
	if e.ours, err = docker.Open(""); err != nil {
		return nil, errors.Join(err, e.api.Close())
	}
	if err := e.importImage(ctx); err != nil {
		return nil, errors.Join(err, e.close(ctx))
	}
	return e, nil
}

// importImage makes an image that holds nothing but the no-op program.
func (e *engine) importImage(ctx context.Context) error {
	program, err := buildNoop(ctx)
	if err != nil {
		return err
	}
	archive, err := tarOf(map[string]string{"noop": string(program)})
	if err != nil {
		return err
	}
	source := image.ImportSource{Source: bytes.NewReader(archive), SourceName: "-"}
	answer, err := e.api.ImageImport(ctx, source, e.tag, image.ImportOptions{})
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer)
	if err := errors.Join(err, answer.Close()); err != nil {
		return err
	}
	found, err := e.api.ImageInspect(ctx, e.tag)
	e.image = found.ID
	return err
}

func buildNoop(ctx context.Context) ([]byte, error) {
	dir, err := os.MkdirTemp("", "incubator-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "noop")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "incubator/bench/noop")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// remember keeps the configuration of a container that the product made, as the
// example for the raw client.
func (e *engine) remember(ctx context.Context, id string, purpose sandboxes.Purpose) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, known := e.seen[purpose]; known {
		return nil
	}
	found, err := e.api.ContainerInspect(ctx, id)
	if err == nil {
		e.seen[purpose] = found
	}
	return err
}

// rawPair has the raw client create, start, wait for and remove the same two
// containers, one after the other.
func (e *engine) rawPair(ctx context.Context) error {
	for _, step := range []struct {
		purpose sandboxes.Purpose
		task    string
	}{{sandboxes.PurposePrediction, "predict"}, {sandboxes.PurposeScoring, "score"}} {
		if err := e.rawOne(ctx, e.seen[step.purpose], step.task); err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) rawOne(ctx context.Context, same container.InspectResponse, task string) error {
	config := *same.Config
	config.Entrypoint, config.Cmd, config.Labels = []string{"/noop", task}, nil, nil
	created, err := e.api.ContainerCreate(ctx, &config, same.HostConfig, nil, nil, "")
	if err != nil {
		return err
	}
	err = e.startAndWait(ctx, created.ID)
	// Also after an interrupt: nothing of a measurement stays behind.
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return errors.Join(err, e.api.ContainerRemove(clean, created.ID, container.RemoveOptions{Force: true}))
}

func (e *engine) startAndWait(ctx context.Context, id string) error {
	if err := e.api.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		return err
	}
	ended, failed := e.api.ContainerWait(ctx, id, container.WaitConditionNotRunning)
	select {
	case end := <-ended:
		if end.StatusCode != 0 {
			return fmt.Errorf("the raw container ended with %d", end.StatusCode)
		}
		return nil
	case err := <-failed:
		return err
	}
}

// close removes the image and closes the clients.
func (e *engine) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	_, err := e.api.ImageRemove(ctx, e.tag, image.RemoveOptions{Force: true, PruneChildren: true})
	return errors.Join(err, e.ours.Close(), e.api.Close())
}
