package images

import (
	"archive/tar"
	"bytes"
	"context"
	_ "embed" // the compiler script is data
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/pkg/stdcopy"

	"incubator/platform/errs"
	"incubator/sandboxes/images/debian"
)

//go:embed compile.py
var compileScript string

// Limits of the container that compiles, and of what it may write.
const (
	compileMemory  = 2 << 30
	compileScratch = "size=512m,mode=1777"
	compileTimeout = 10 * time.Minute
	maxModule      = 16 << 20
	cleanupTimeout = time.Minute
)

// compile runs the compiler script in a container without network, rights or a
// writable root, and adds the modules it writes to the layer.
func (b *Builder) compile(ctx context.Context, ref string, r Recipe, w *debian.LayerWriter) error {
	ctx, cancel := context.WithTimeout(ctx, compileTimeout)
	defer cancel()
	report := b.step(r, "compile modules")
	report(0, 1)
	pids := int64(64)
	created, err := b.Engine.ContainerCreate(ctx, &container.Config{
		Image: ref, Cmd: []string{"/usr/bin/python3", "-c", compileScript}, User: User,
		Env:          []string{"PYTHONHASHSEED=0"},
		AttachStdout: true, AttachStderr: true, Labels: map[string]string{LabelRecipe: r.Name},
	}, &container.HostConfig{
		NetworkMode: "none", ReadonlyRootfs: true, CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"},
		Tmpfs: map[string]string{"/tmp": compileScratch}, LogConfig: container.LogConfig{Type: "none"},
		Resources: container.Resources{Memory: compileMemory, MemorySwap: compileMemory, PidsLimit: &pids},
	}, nil, nil, "")
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "The container that compiles Python modules cannot be created")
	}
	defer b.removeContainer(ctx, created.ID)
	if err := b.runCompiler(ctx, created.ID, w); err != nil {
		return errs.Wrap(err, errs.Unavailable, "Compiling the Python modules of image %s failed", r.Name)
	}
	report(1, 1)
	return nil
}

// runCompiler starts the container, reads its output and checks how it ended.
func (b *Builder) runCompiler(ctx context.Context, id string, w *debian.LayerWriter) error {
	stream, err := b.Engine.ContainerAttach(ctx, id, container.AttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return fmt.Errorf("attach: %w", err)
	}
	defer stream.Close()
	stop := context.AfterFunc(ctx, stream.Close)
	defer stop()
	exited, failed := b.Engine.ContainerWait(ctx, id, container.WaitConditionNextExit)
	if err := b.Engine.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	var complaint bytes.Buffer
	output, demuxed := io.Pipe()
	go func() {
		_, err := stdcopy.StdCopy(demuxed, &complaint, stream.Reader)
		demuxed.CloseWithError(err)
	}()
	err = addModules(w, output)
	// What follows the end of the archive is padding; the writer must not block on it.
	_, drained := io.Copy(io.Discard, output)
	if err = errors.Join(err, drained); err != nil {
		return errors.Join(err, errors.New(tail(complaint.String())))
	}
	select {
	case status := <-exited:
		if status.StatusCode != 0 {
			return fmt.Errorf("exit status %d: %s", status.StatusCode, tail(complaint.String()))
		}
		return nil
	case err := <-failed:
		return err
	}
}

// addModules copies compiled modules into the layer. Only the content is taken
// over from the container, and only to where modules belong.
func addModules(w *debian.LayerWriter, r io.Reader) error {
	entries := tar.NewReader(r)
	for {
		header, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read compiled modules: %w", err)
		}
		name := path.Clean(header.Name)
		if header.Typeflag != tar.TypeReg || header.Size > maxModule || !isModule(name) {
			return fmt.Errorf("the compiler wrote %q, which is no compiled module", header.Name)
		}
		body, err := io.ReadAll(entries)
		if err != nil {
			return fmt.Errorf("read compiled module %s: %w", name, err)
		}
		if err := w.Add(debian.Entry{Path: name, Mode: 0o644, Body: body}); err != nil {
			return err
		}
	}
}

func isModule(name string) bool {
	return strings.HasPrefix(name, "usr/lib/python3") && path.Base(path.Dir(name)) == "__pycache__" && path.Ext(name) == ".pyc"
}

// tail returns the end of a program's complaint, where the reason stands.
func tail(s string) string {
	const most = 500
	s = strings.TrimSpace(s)
	return s[max(0, len(s)-most):]
}

// removeContainer runs also after the build was cancelled.
func (b *Builder) removeContainer(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	// The container is labelled; if this fails, the reconciler finds it.
	_ = b.Engine.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
}

func (b *Builder) removeImage(ctx context.Context, ref string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	if _, err := b.Engine.ImageRemove(ctx, ref, image.RemoveOptions{PruneChildren: false}); err != nil {
		return fmt.Errorf("remove stage image: %w", err)
	}
	return nil
}
