package images

import (
	"archive/tar"
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/blakesmith/ar"
	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes/images/debian"
)

func newBuilder(t *testing.T, e *fakeEngine) *Builder {
	t.Helper()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	b := &Builder{Engine: e.client(t), Cache: t.TempDir(), Mirror: closed.URL}
	b.Archive = func(arch string, store debian.Store) *debian.Archive {
		return &debian.Archive{Mirror: b.Mirror, SecurityMirror: b.Mirror, Arch: arch, Store: store, Backoff: time.Nanosecond}
	}
	return b
}

func TestStaticImageNeedsNoNetwork(t *testing.T) {
	e := newFakeEngine(t)
	b := newBuilder(t, e)
	built, err := b.Ensure(t.Context(), Static())
	require.NoError(t, err)
	require.Equal(t, "incubator/static:"+Static().Hash()[:16], built.Ref)
	require.Equal(t, "static", built.Recipe)
	require.Empty(t, built.Packages)
	require.Equal(t, 2026, built.BuiltAt.Year(), "when the engine got it, not how old its files are")
	config := e.images[built.Ref].Config.Config
	require.Equal(t, "1000:1000", config.User)
	require.Equal(t, Static().Hash(), config.Labels[LabelHash])
	root := e.root(t, built.Ref)
	for _, dir := range []string{"app/program", "app/input_data", "app/output", "app/input/ref", "app/input/res", "app/ingested_program", "app/shared", "tmp"} {
		require.Contains(t, root, dir)
	}
	require.Contains(t, string(root["etc/passwd"]), "sandbox:x:1000:1000:")
}

func TestEnsureReusesWhatTheEngineHas(t *testing.T) {
	e := newFakeEngine(t)
	first, err := newBuilder(t, e).Ensure(t.Context(), Static())
	require.NoError(t, err)
	second, err := newBuilder(t, e).Ensure(t.Context(), Static()) // another cache, same engine
	require.NoError(t, err)
	require.Equal(t, first, second)
	require.Equal(t, 1, e.loads)
}

func TestConcurrentEnsureBuildsOnce(t *testing.T) {
	e := newFakeEngine(t)
	b := newBuilder(t, e)
	other := newBuilder(t, e) // stands for another process on the same cache
	other.Cache = b.Cache
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			_, err := []*Builder{b, other}[i%2].Ensure(t.Context(), Static())
			require.NoError(t, err)
		})
	}
	group.Wait()
	require.Equal(t, 1, e.loads)
}

// If this fails, the builder writes something else than before: raise format, so
// that existing images are not taken for new ones, and then renew the IDs.
func TestFormatIsRaisedWithEveryChange(t *testing.T) {
	b := newBuilder(t, newFakeEngine(t))
	b.Mirror = "http://mirror.invalid"
	static, err := b.Ensure(t.Context(), Static())
	require.NoError(t, err)
	require.Equal(t, "sha256:3394bd787ddf4358ad9175db9dd462c9d24ca43fa3150c97c45c66033f102d0f", static.ID)
	small, err := b.Ensure(t.Context(), tiny(t, b))
	require.NoError(t, err)
	require.Equal(t, "sha256:603917199fdeb78fa62585ec851a74e17d8e3ef7ff7c7a5412e32e9a61ab7e25", small.ID)
}

func TestImageIDIsReproducible(t *testing.T) {
	one, two := newFakeEngine(t), newFakeEngine(t)
	a, err := newBuilder(t, one).Ensure(t.Context(), Static())
	require.NoError(t, err)
	b, err := newBuilder(t, two).Ensure(t.Context(), Static())
	require.NoError(t, err)
	require.Equal(t, a.ID, b.ID)
}

// tiny is a recipe of one package; its lock and package are in the cache, as
// after an earlier build.
func tiny(t *testing.T, b *Builder) Recipe {
	t.Helper()
	r := Recipe{Name: "tiny", Version: 1, Packages: []string{"tool"}, Links: map[string]string{"usr/lib/{triplet}/libx.so.1": "x/libx.so.1"}}
	deb := debOf(t)
	p := Package{Name: "tool", Version: "1.2-3", Arch: "amd64", Source: "toolbox", SHA256: digest(deb)}
	path := filepath.Join(b.Cache, "packages", "sha256", p.SHA256)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, deb, 0o644))
	require.NoError(t, writeJSON(filepath.Join(b.Cache, "locks", "tiny-amd64-"+r.Hash()[:16]+".json"),
		lock{Ref: r.Ref(), Arch: "amd64", Layers: [][]lockedPackage{{{Package: p, Size: int64(len(deb)), URL: b.Mirror + "/tool.deb"}}}}))
	return r
}

// debOf makes a package with one program.
func debOf(t *testing.T) []byte {
	t.Helper()
	var data, out bytes.Buffer
	files := tar.NewWriter(&data)
	body := []byte("#!/bin/sh\n")
	require.NoError(t, files.WriteHeader(&tar.Header{Name: "./bin/tool", Mode: 0o755, Size: int64(len(body)), ModTime: time.Unix(1.7e9, 0)}))
	_, err := files.Write(body)
	require.NoError(t, err)
	require.NoError(t, files.Close())
	w := ar.NewWriter(&out)
	require.NoError(t, w.WriteGlobalHeader())
	require.NoError(t, w.WriteHeader(&ar.Header{Name: "data.tar", Mode: 0o644, Size: int64(data.Len())}))
	_, err = w.Write(data.Bytes())
	require.NoError(t, err)
	return out.Bytes()
}

func TestRebuildFromLockWithoutNetwork(t *testing.T) {
	e := newFakeEngine(t)
	b := newBuilder(t, e)
	var steps []string
	b.Progress = func(step string, done, total int64) {
		if done == 0 {
			steps = append(steps, step)
		}
		if done == total {
			steps = append(steps, "done")
		}
	}
	r := tiny(t, b)
	built, err := b.Ensure(t.Context(), r)
	require.NoError(t, err)
	require.Len(t, built.Packages, 1)
	require.Equal(t, "1.2-3", built.Packages[0].Version)
	require.Equal(t, []string{"tiny: download packages", "done", "tiny: unpack packages", "done", "tiny: load", "done"}, steps)
	root := e.root(t, built.Ref)
	require.Equal(t, "#!/bin/sh\n", string(root["usr/bin/tool"]))
	require.Equal(t, "usr/bin", string(root["bin"]))
	require.Equal(t, "x/libx.so.1", string(root["usr/lib/x86_64-linux-gnu/libx.so.1"]))
	require.Contains(t, string(root["etc/ld.so.cache"]), "/lib/x86_64-linux-gnu/libx.so.1")
	require.Contains(t, string(root["var/lib/dpkg/status.d/tool"]), "Source: toolbox\nVersion: 1.2-3\n")
	require.Equal(t, time.Unix(1.7e9, 0).UTC(), e.images[built.Ref].Config.Created)
}

func TestDamagedLayerCacheIsRebuilt(t *testing.T) {
	b := newBuilder(t, newFakeEngine(t))
	r := tiny(t, b)
	_, err := b.Ensure(t.Context(), r)
	require.NoError(t, err)
	layers, err := filepath.Glob(filepath.Join(b.Cache, "layers", "*.tar.zst"))
	require.NoError(t, err)
	require.Len(t, layers, 1)
	require.NoError(t, os.Truncate(layers[0], 20))
	leftover := filepath.Join(b.Cache, "packages", "unpack-123")
	require.NoError(t, os.MkdirAll(filepath.Join(leftover, "x"), 0o755))

	other := newFakeEngine(t)
	b.Engine = other.client(t)
	_, err = b.Ensure(t.Context(), r)
	require.NoError(t, err)
	require.NoDirExists(t, leftover, "what a killed build left is removed")
}

func TestMirrorUnreachable(t *testing.T) {
	b := newBuilder(t, newFakeEngine(t))
	_, err := b.Ensure(t.Context(), Base())
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	require.Contains(t, errs.MessageOf(err), "cannot be reached at "+b.Mirror)
	require.Contains(t, errs.MessageOf(err), "another mirror")

	r := tiny(t, b)
	require.NoError(t, os.RemoveAll(filepath.Join(b.Cache, "packages")))
	_, err = b.Ensure(t.Context(), r)
	require.Contains(t, errs.MessageOf(err), "cannot be reached", "a lock without its packages")
}

func TestEngineRefusesTheImage(t *testing.T) {
	e := newFakeEngine(t)
	e.refuse = "write /layer.tar: no space left on device"
	_, err := newBuilder(t, e).Ensure(t.Context(), Static())
	require.ErrorContains(t, err, "did not take the image incubator/static")
	require.ErrorContains(t, err, "no space left on device")
}

func TestEngineOfAnotherKind(t *testing.T) {
	e := newFakeEngine(t)
	e.arch = "s390x"
	_, err := newBuilder(t, e).Ensure(t.Context(), Static())
	require.ErrorContains(t, err, "linux/s390x")
}

func TestEngineGone(t *testing.T) {
	e := newFakeEngine(t)
	b := newBuilder(t, e)
	e.Close()
	_, err := b.Ensure(t.Context(), Static())
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))
}

func TestWaitingForAnotherBuildCanBeCancelled(t *testing.T) {
	b := newBuilder(t, newFakeEngine(t))
	unlock, err := lockFolder(t.Context(), b.Cache)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, 1)
	go func() { _, err := lockFolder(ctx, b.Cache); waiting <- err }()
	cancel()
	require.ErrorIs(t, <-waiting, context.Canceled)
	unlock()
	_, err = b.Ensure(t.Context(), Static())
	require.NoError(t, err, "the lock that was not waited for is dropped")
}

func TestUnusableCacheFolder(t *testing.T) {
	b := newBuilder(t, newFakeEngine(t))
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	b.Cache = filepath.Join(file, "cache")
	_, err := b.Ensure(t.Context(), Static())
	require.ErrorContains(t, err, "image cache folder")
}

func TestRecipes(t *testing.T) {
	seen := map[string]string{}
	for _, r := range Recipes() {
		found, ok := Lookup(r.Name)
		require.True(t, ok)
		require.Equal(t, r.Hash(), found.Hash())
		require.Empty(t, seen[r.Hash()])
		seen[r.Hash()] = r.Name
		changed := r
		changed.Version++
		require.NotEqual(t, r.Ref(), changed.Ref())
	}
	_, ok := Lookup("windows")
	require.False(t, ok)

	lower := Base()
	lower.Packages = append(lower.Packages, "nano")
	upper := Python()
	upper.From = &lower
	require.NotEqual(t, Python().Hash(), upper.Hash(), "a change below is a change above")
	require.Len(t, upper.chain(), 2)
}
