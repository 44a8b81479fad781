package images

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/docker/docker/client"

	"incubator/platform/errs"
	"incubator/sandboxes/images/debian"
)

// imageConfig is the image's configuration (OCI image specification, config.md).
// The engine's image ID is the SHA-256 of this text, so it holds nothing that
// differs from one build to the next.
type imageConfig struct {
	Architecture string            `json:"architecture"`
	OS           string            `json:"os"`
	Created      time.Time         `json:"created"`
	Config       containerDefaults `json:"config"`
	RootFS       rootFS            `json:"rootfs"`
	History      []historyEntry    `json:"history"`
}

type containerDefaults struct {
	User       string            `json:"User"`
	Env        []string          `json:"Env"`
	Cmd        []string          `json:"Cmd,omitempty"`
	WorkingDir string            `json:"WorkingDir"`
	Labels     map[string]string `json:"Labels"`
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

type historyEntry struct {
	Created   time.Time `json:"created"`
	CreatedBy string    `json:"created_by"`
}

// manifestEntry is the one entry of manifest.json in what "docker save" writes.
type manifestEntry struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// archive is an image in the form that "docker load" reads.
type archive struct {
	config []byte
	layers []layer
}

// newArchive describes the image of the layers. The image is as old as the
// newest file in it.
func newArchive(recipe Recipe, locked lock, layers []layer) (archive, error) {
	list, err := json.Marshal(locked.packages())
	if err != nil {
		return archive{}, fmt.Errorf("encode package list: %w", err)
	}
	config := imageConfig{
		Architecture: locked.Arch, OS: "linux", Created: debian.Epoch,
		Config: containerDefaults{
			User: User, Env: recipe.Env, Cmd: recipe.Cmd, WorkingDir: "/app",
			Labels: map[string]string{LabelRecipe: recipe.Name, LabelHash: recipe.Hash(), LabelPackages: string(list)},
		},
		RootFS: rootFS{Type: "layers"},
	}
	for _, l := range layers {
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, l.Info.DiffID)
		config.History = append(config.History, historyEntry{Created: l.Info.Newest, CreatedBy: "incubator"})
		if l.Info.Newest.After(config.Created) {
			config.Created = l.Info.Newest
		}
	}
	raw, err := json.Marshal(config)
	if err != nil {
		return archive{}, fmt.Errorf("encode image configuration: %w", err)
	}
	return archive{config: raw, layers: layers}, nil
}

// size is the number of bytes of all layers.
func (a archive) size() (total int64) {
	for _, l := range a.layers {
		total += l.Info.Size
	}
	return total
}

// writeTo streams the archive; onLayer is told the bytes of each finished layer.
func (a archive) writeTo(w io.Writer, ref string, onLayer func(int64)) error {
	out := tar.NewWriter(w)
	sum := sha256.Sum256(a.config)
	entry := manifestEntry{Config: hex.EncodeToString(sum[:]) + ".json", RepoTags: []string{ref}}
	for _, l := range a.layers {
		name := strings.TrimPrefix(l.Info.DiffID, "sha256:") + "/layer.tar"
		entry.Layers = append(entry.Layers, name)
		if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: l.Info.Size}); err != nil {
			return fmt.Errorf("write image archive: %w", err)
		}
		if err := l.copyTo(out); err != nil {
			return err
		}
		onLayer(l.Info.Size)
	}
	manifest, err := json.Marshal([]manifestEntry{entry})
	if err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	if err := writeFile(out, entry.Config, a.config); err != nil {
		return err
	}
	if err := writeFile(out, "manifest.json", manifest); err != nil {
		return err
	}
	return out.Close()
}

func writeFile(out *tar.Writer, name string, body []byte) error {
	if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body))}); err != nil {
		return fmt.Errorf("write image archive: %w", err)
	}
	_, err := out.Write(body)
	return err
}

// load gives the archive to the engine under the name ref.
func (b *Builder) load(ctx context.Context, a archive, ref string, report debian.Progress) error {
	reader, writer := io.Pipe()
	written := make(chan error, 1)
	go func() {
		var done int64
		report(0, a.size())
		err := a.writeTo(writer, ref, func(n int64) { done += n; report(done, a.size()) })
		writer.CloseWithError(err)
		written <- err
	}()
	err := b.sendImage(ctx, reader)
	reader.CloseWithError(io.ErrClosedPipe)
	if writeErr := <-written; err == nil || writeErr != nil && writeErr != io.ErrClosedPipe {
		err = writeErr
	}
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "The Docker Engine did not take the image %s", ref)
	}
	// Loading alone leaves no time stamp in the engine; naming the image does.
	if err := b.Engine.ImageTag(ctx, ref, ref); err != nil {
		return errs.Wrap(err, errs.Unavailable, "The Docker Engine did not name the image %s", ref)
	}
	return nil
}

// sendImage sends the stream and reads the engine's answer to its end: a failure
// arrives there, after the status line said that all is well.
func (b *Builder) sendImage(ctx context.Context, stream io.Reader) error {
	response, err := b.Engine.ImageLoad(ctx, stream, client.ImageLoadWithQuiet(true))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	messages := json.NewDecoder(response.Body)
	for {
		var message struct {
			Error string `json:"error"`
		}
		if err := messages.Decode(&message); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the engine's answer: %w", err)
		}
		if message.Error != "" {
			return fmt.Errorf("engine: %s", message.Error)
		}
	}
}
