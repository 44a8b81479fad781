package enginetest

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"incubator/sandboxes"
	"incubator/sandboxes/imagearchive"
)

func (s *suite) volume(fill func(context.Context) (io.ReadCloser, error)) sandboxes.VolumeSpec {
	key := "incubator-test-" + uuid.NewString()
	labels := maps.Clone(s.labels)
	labels[sandboxes.LabelSandbox] = key
	return sandboxes.VolumeSpec{Key: key, Labels: labels, Fill: fill}
}

func testVolume(t *testing.T, s *suite) {
	spec := s.volume(rows("1,2\n"))
	name, err := s.Engine.EnsureVolume(s.ctx, spec)
	require.NoError(t, err)
	spec.Fill = func(context.Context) (io.ReadCloser, error) { panic("a complete volume is not filled again") }
	again, err := s.Engine.EnsureVolume(s.ctx, spec)
	require.NoError(t, err)
	require.Equal(t, name, again)

	reader := s.spec("read")
	reader.Mounts = []sandboxes.Mount{{Volume: name, Path: "/app/input_data"}}
	id, conn := s.start(t, reader)
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Equal(t, "1,2\n", string(got))

	require.NoError(t, s.Engine.Remove(s.ctx, id))
	require.NoError(t, s.Engine.RemoveVolume(s.ctx, spec.Key))
	require.NoError(t, s.Engine.RemoveVolume(s.ctx, spec.Key))
}

// testVolumeRace has several callers fill one key: all get the same volume.
func testVolumeRace(t *testing.T, s *suite) {
	spec := s.volume(rows("1,2\n"))
	names := make([]string, 4)
	var group errgroup.Group
	for i := range names {
		group.Go(func() (err error) {
			names[i], err = s.Engine.EnsureVolume(s.ctx, spec)
			return err
		})
	}
	require.NoError(t, group.Wait())
	for _, name := range names {
		require.Equal(t, names[0], name)
	}
	objects, err := s.Engine.List(s.ctx, s.labels)
	require.NoError(t, err)
	require.Len(t, objects, 2, "the losers leave nothing: %v", objects)
}

// testVolumeFails breaks the content off: nothing must stay, and the next try works.
func testVolumeFails(t *testing.T, s *suite) {
	broken := errors.New("the source broke off")
	spec := s.volume(func(ctx context.Context) (io.ReadCloser, error) {
		whole, err := rows("1,2\n")(ctx)
		return io.NopCloser(io.MultiReader(io.LimitReader(whole, 600), failing{broken})), err
	})
	_, err := s.Engine.EnsureVolume(s.ctx, spec)
	require.ErrorIs(t, err, broken)
	objects, err := s.Engine.List(s.ctx, s.labels)
	require.NoError(t, err)
	require.Empty(t, objects)

	spec.Fill = rows("1,2\n")
	_, err = s.Engine.EnsureVolume(s.ctx, spec)
	require.NoError(t, err)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func testImage(t *testing.T, s *suite) {
	info, err := s.Engine.Info(s.ctx)
	require.NoError(t, err)
	archive, err := imagearchive.Open(s.ctx, DockerSave(t, info.Arch, uuid.NewString()), info.Arch, imagearchive.Caps{})
	require.NoError(t, err)
	defer archive.Close()
	loaded, err := s.Engine.LoadImage(s.ctx, archive)
	require.NoError(t, err)
	require.Equal(t, archive.ID, loaded.ID)
	require.Equal(t, []string{"/program"}, loaded.Entrypoint)
	require.Equal(t, []string{"/data"}, loaded.Volumes)
	again, err := s.Engine.LoadImage(s.ctx, archive)
	require.NoError(t, err)
	require.Equal(t, loaded, again)
	require.NoError(t, s.Engine.RemoveImage(s.ctx, loaded.ID))
	require.NoError(t, s.Engine.RemoveImage(s.ctx, loaded.ID))
}

// DockerSave returns a small image archive as docker save writes it. The salt
// makes its id unique.
func DockerSave(t testing.TB, arch, salt string) io.Reader {
	layer, err := rows(salt)(t.Context())
	require.NoError(t, err)
	content, err := io.ReadAll(layer)
	require.NoError(t, err)
	sum := sha256.Sum256(content)
	config, err := json.Marshal(map[string]any{
		"architecture": arch, "os": "linux",
		"config": map[string]any{"Entrypoint": []string{"/program"}, "Volumes": map[string]any{"/data": struct{}{}}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(sum[:])}},
	})
	require.NoError(t, err)
	id := sha256.Sum256(config)
	name := hex.EncodeToString(id[:]) + ".json"
	manifest := fmt.Sprintf(`[{"Config":%q,"RepoTags":["stolen:latest"],"Layers":["a/layer.tar"]}]`, name)
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, part := range []struct {
		name string
		text []byte
	}{{"a/layer.tar", content}, {name, config}, {"manifest.json", []byte(manifest)}} {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: part.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(part.text))}))
		_, err := w.Write(part.text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return &buf
}
