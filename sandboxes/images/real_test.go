package images

import (
	"bytes"
	"context"
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"
	"github.com/stretchr/testify/require"
)

// realBuilder builds with the engine of this machine and Debian's mirror. Its
// cache outlives the test, as the images in the engine do: both are found by
// content, and the next run takes seconds.
func realBuilder(t *testing.T) *Builder {
	t.Helper()
	engine, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	require.NoError(t, err)
	t.Cleanup(func() { engine.Close() })
	if _, err := engine.Ping(t.Context()); err != nil {
		t.Skipf("no Docker Engine answers: %v", err)
	}
	cache := os.Getenv("INCUBATOR_IMAGE_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		require.NoError(t, err)
		cache = filepath.Join(dir, "incubator", "images")
	}
	return &Builder{Engine: engine, Cache: cache}
}

func ensure(t *testing.T, b *Builder, r Recipe) Image {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	built, err := b.Ensure(ctx, r)
	if err != nil && strings.Contains(err.Error(), "cannot be reached") && os.Getenv("CI") != "true" {
		t.Skipf("the Debian mirror cannot be reached: %v", err)
	}
	require.NoError(t, err)
	return built
}

// run executes a command as a sandbox would and returns its exit status and output.
func run(t *testing.T, b *Builder, image string, user string, command ...string) (int64, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	pids := int64(128)
	created, err := b.Engine.ContainerCreate(ctx, &container.Config{Image: image, Cmd: command, User: user},
		&container.HostConfig{
			NetworkMode: "none", ReadonlyRootfs: user == "", CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"},
			Tmpfs: map[string]string{"/tmp": "size=64m"}, Resources: container.Resources{Memory: 512 << 20, MemorySwap: 512 << 20, PidsLimit: &pids},
		}, nil, nil, "")
	require.NoError(t, err)
	defer b.removeContainer(ctx, created.ID)
	exited, failed := b.Engine.ContainerWait(ctx, created.ID, container.WaitConditionNextExit)
	require.NoError(t, b.Engine.ContainerStart(ctx, created.ID, container.StartOptions{}))
	var status int64
	select {
	case end := <-exited:
		status = end.StatusCode
	case err := <-failed:
		require.NoError(t, err)
	}
	logs, err := b.Engine.ContainerLogs(ctx, created.ID, container.LogsOptions{ShowStdout: true, ShowStderr: true})
	require.NoError(t, err)
	defer logs.Close()
	var output bytes.Buffer
	_, err = stdcopy.StdCopy(&output, &output, logs)
	require.NoError(t, err)
	return status, output.String()
}

const pythonCheck = `
import ctypes.util, os, pwd, sqlite3, ssl, sys, zoneinfo
import numpy, pandas, scipy.optimize, scipy.stats, sklearn, yaml
from importlib.machinery import SourceFileLoader
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_info
assert os.getuid() == 1000 and pwd.getpwuid(1000).pw_name == "sandbox"
assert ctypes.util.find_library("c") == "libc.so.6"
x = numpy.random.default_rng(1).random((400, 4))
y = x[:, 0] > .5
assert LogisticRegression().fit(x, y).score(x, y) > .9
assert RandomForestClassifier(n_jobs=2).fit(x, y).score(x, y) == 1
assert numpy.allclose(numpy.linalg.inv(x[:4]) @ x[:4], numpy.eye(4))
blas = [p for p in threadpool_info() if p["user_api"] == "blas"]
assert blas and all(p["internal_api"] == "openblas" and p["num_threads"] == 1 for p in blas), blas
assert str(pandas.Timestamp("2024-07-01", tz="Africa/Tunis")).endswith("+01:00")
zoneinfo.ZoneInfo("Africa/Tunis")
# Every module that was imported came from bytecode that lies in the image.
loose = [m.__name__ for m in list(sys.modules.values())
         if isinstance(getattr(m, "__loader__", None), SourceFileLoader) and not os.path.exists(m.__cached__)]
assert not loose, loose
try:
    open("/usr/x", "w")
    raise SystemExit("the root is writable")
except OSError:
    print("well")
`

func TestRealPythonImage(t *testing.T) {
	b := realBuilder(t)
	built := ensure(t, b, Python())
	status, output := run(t, b, built.ID, "", "python3", "-c", pythonCheck)
	require.Equal(t, "well\n", output)
	require.Zero(t, status)
	require.Less(t, built.Size, int64(350<<20))

	began := time.Now()
	again := ensure(t, b, Python())
	require.Less(t, time.Since(began), time.Second)
	require.Equal(t, built, again)
	names := map[string]string{}
	for _, p := range built.Packages {
		require.Len(t, p.SHA256, 64)
		names[p.Name] = p.Version
	}
	require.Regexp(t, `^1:1\.24\.`, names["python3-numpy"])
	require.Contains(t, names, "libc6")
	require.NotContains(t, names, "dpkg")
}

const baseCheck = `set -e
test "$(echo a b | awk '{print $2}')$(printf 'x\ny\n' | grep y)$(echo q | sed s/q/z/)" = byz
test "$(echo '{"k": [1, 2]}' | jq -c .k)" = '[1,2]'
echo hi | gzip | gunzip | xz | unxz | bzip2 | bunzip2 > /tmp/hi
tar -C /tmp -cf /tmp/t.tar hi && tar -tf /tmp/t.tar
which unzip find diff
date +%Z
test "$(pwd)" = /app
! command -v dpkg apt perl
test -z "$(find / -xdev -perm /6000)"
test -z "$(find / -xdev \( -type b -o -type c -o -type p \) -not -path '/dev/*')"
test -z "$(find /usr /etc /bin /sbin /lib /var -xdev -xtype l 2>/dev/null)"
`

func TestRealBaseImage(t *testing.T) {
	b := realBuilder(t)
	built := ensure(t, b, Base())
	status, output := run(t, b, built.ID, "", "bash", "-c", baseCheck)
	require.Equal(t, "hi\n/usr/bin/unzip\n/usr/bin/find\n/usr/bin/diff\nUTC\n", output)
	require.Zero(t, status)
	require.Less(t, built.Size, int64(60<<20))
}

// The linker's cache that we write is the one that ldconfig would.
func TestRealLinkerCache(t *testing.T) {
	b := realBuilder(t)
	built := ensure(t, b, Python())
	list := `/sbin/ldconfig -p | grep -v -e 'libs found' -e 'Cache generated'`
	status, output := run(t, b, built.ID, "0", "bash", "-c", list+` > /tmp/ours; /sbin/ldconfig; `+list+` | diff /tmp/ours - && wc -l < /tmp/ours`)
	require.Zero(t, status, output)
	require.NotEqual(t, "0\n", output)
}

// Built again from the same packages, in another cache, compiled modules
// included, the image is the same to the last bit.
func TestRealImagesAreReproducible(t *testing.T) {
	b := realBuilder(t)
	first := ensure(t, b, Python())
	again := &Builder{Engine: b.Engine, Cache: t.TempDir()}
	for _, shared := range []string{"packages", "locks"} {
		if _, err := os.Stat(filepath.Join(b.Cache, shared)); err != nil {
			t.Skip("the image was built by another cache, whose packages are not here")
		}
		require.NoError(t, os.Symlink(filepath.Join(b.Cache, shared), filepath.Join(again.Cache, shared)))
	}
	second, err := again.build(t.Context(), Python(), false)
	require.NoError(t, err)
	require.Equal(t, first.ID, second.ID)
	require.Equal(t, first.Packages, second.Packages)
	layers, err := filepath.Glob(filepath.Join(again.Cache, "layers", "*.tar.zst"))
	require.NoError(t, err)
	require.Len(t, layers, 3, "every layer was made again")
}

// Apple's machines run engines on arm64. The image for them is made here and
// given to a stand-in for such an engine, since it cannot run on this processor.
func TestRealBaseImageForArm64(t *testing.T) {
	real := realBuilder(t)
	e := newFakeEngine(t)
	e.arch = "arm64"
	b := &Builder{Engine: e.client(t), Cache: real.Cache}
	built := ensure(t, b, Base())
	root := e.root(t, built.Ref)
	require.Contains(t, root, "usr/lib/ld-linux-aarch64.so.1")
	require.Contains(t, string(root["etc/ld.so.cache"]), "/lib/aarch64-linux-gnu/libc.so.6")
	program, err := elf.NewFile(bytes.NewReader(root["usr/bin/bash"]))
	require.NoError(t, err)
	require.Equal(t, elf.EM_AARCH64, program.Machine)
	require.Equal(t, "arm64", e.images[built.Ref].Config.Architecture)
}
