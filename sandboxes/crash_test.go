package sandboxes_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/sandboxes"
	"incubator/sandboxes/docker"
	"incubator/sandboxes/sandboxtest"
)

// The environment of the child process that TestCrash kills.
const (
	crashPoint    = "INCUBATOR_TEST_CRASH_POINT"
	crashDB       = "INCUBATOR_TEST_CRASH_DB"
	crashInstance = "INCUBATOR_TEST_CRASH_INSTANCE"
	crashImage    = "INCUBATOR_TEST_CRASH_IMAGE"
	crashInit     = "INCUBATOR_TEST_CRASH_INIT"
)

// crashPoints are the named steps of a sandbox's life, those of the pool too.
var crashPoints = []string{
	"sandbox.requested", "sandbox.starting", "sandbox.created", "sandbox.started", "sandbox.sent",
	"sandbox.running", "sandbox.answered", "sandbox.stopping", "sandbox.removed", "sandbox.adopted",
	"data.open", "data.end",
}

// TestCrash kills a process that runs a sandbox at each named step, as kill -9
// does, and looks whether one reconcile of a new process leaves nothing behind.
func TestCrash(t *testing.T) {
	if os.Getenv(crashPoint) != "" {
		crashChild(t)
		return
	}
	engine := sandboxtest.Docker(t)
	image := sandboxtest.HostileImage(t)
	init := filepath.Join(t.TempDir(), "init")
	program, err := sandboxtest.Init(t)("")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(init, program, 0o700))
	for _, point := range crashPoints {
		t.Run(point, func(t *testing.T) {
			instance, file := uuid.NewString(), "sqlite:"+filepath.Join(t.TempDir(), "crash.db")
			child := exec.Command(os.Args[0], "-test.run=^TestCrash$", "-test.count=1")
			child.Env = append(os.Environ(), crashPoint+"="+point, crashDB+"="+file,
				crashInstance+"="+instance, crashImage+"="+image, crashInit+"="+init)
			var said bytes.Buffer
			child.Stdout, child.Stderr = &said, &said
			err := child.Run()
			status, _ := child.ProcessState.Sys().(syscall.WaitStatus)
			require.True(t, err != nil && status.Signal() == syscall.SIGKILL, "the child did not reach the point: %s", said.String())

			m, database := reopen(t, engine, instance, file, init)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.NoError(t, m.Reconcile(ctx))
			requireNothingLeft(t, engine, database, instance)
			o := do(t, m, hostile(image, "noop"))
			require.Equal(t, sandboxes.CauseNone, o.Cause, o.Detail)
			require.NoError(t, m.Purge(ctx))
		})
	}
}

// crashChild runs two sandboxes, the second out of the pool, and dies on the way.
func crashChild(t *testing.T) {
	engine, err := docker.Open("")
	require.NoError(t, err)
	die := os.Getenv(crashPoint)
	reach := func(point string) {
		if point == die {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	m, _ := reopen(t, engine, os.Getenv(crashInstance), os.Getenv(crashDB), os.Getenv(crashInit), func(o *sandboxes.Options) {
		o.Fault = reach
	})
	require.NoError(t, m.EnsureData(t.Context(), "rows", func(context.Context) (io.ReadCloser, error) {
		reach("data.open")
		archive := sandboxtest.Tar(t, map[string][]byte{"rows.csv": []byte("1,2")})
		return io.NopCloser(io.MultiReader(archive, reachReader(func() { reach("data.end") }))), nil
	}))
	if strings.HasPrefix(die, "data.") {
		return
	}
	require.NoError(t, m.RemoveData(t.Context(), "rows"))
	spec := hostile(os.Getenv(crashImage), "noop")
	spec.Files = []sandboxes.Tree{files(t, "/app/program", map[string][]byte{"a": []byte("b")})}
	if die == "sandbox.adopted" {
		require.NoError(t, m.Warm(t.Context(), spec, 1))
	}
	o := do(t, m, spec)
	require.Equal(t, sandboxes.CauseNone, o.Cause, o.Detail)
	require.NoError(t, m.Stop(t.Context()))
}

// reachReader marks the end of a stream.
type reachReader func()

func (r reachReader) Read([]byte) (int, error) {
	r()
	return 0, io.EOF
}

// reopen returns a manager on the same database, as after a restart.
func reopen(t *testing.T, engine sandboxes.Engine, instance, url, init string, change ...func(*sandboxes.Options)) (*sandboxes.Manager, *db.DB) {
	t.Helper()
	database, err := db.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = database.Close() })
	require.NoError(t, database.Migrate(t.Context()))
	options := sandboxes.Options{Instance: instance, Log: slog.New(slog.DiscardHandler), Init: func(string) ([]byte, error) { return os.ReadFile(init) }}
	for _, c := range change {
		c(&options)
	}
	m, err := sandboxes.New(engine, database, options)
	require.NoError(t, err)
	return m, database
}

// requireNothingLeft finds only the holder of the init program and no open row.
func requireNothingLeft(t *testing.T, engine sandboxes.Engine, database *db.DB, instance string) {
	t.Helper()
	objects, err := engine.List(t.Context(), map[string]string{sandboxes.LabelInstance: instance})
	require.NoError(t, err)
	for _, object := range objects {
		require.Equal(t, "init", object.Labels[sandboxes.LabelPurpose], "left behind: %s %s", object.Kind, object.Name)
	}
	var open int
	require.NoError(t, database.Read().QueryRowContext(t.Context(),
		`SELECT count(*) FROM sandboxes WHERE stopped_at IS NULL`).Scan(&open))
	require.Zero(t, open, "rows that are not closed")
}

// TestLostPlatform closes the platform's end while a program runs: the sandbox
// must end by itself, without anybody asking the engine.
func TestLostPlatform(t *testing.T) {
	engine := sandboxtest.Docker(t)
	lossy := &cutting{Engine: engine, conns: make(chan sandboxes.Conn, 1)}
	m := newManagerOn(t, lossy)
	spec := hostile(sandboxtest.HostileImage(t), "forever")
	_, err := m.Run(t.Context(), spec, sandboxes.RunIO{Step: func(step string) {
		if step == sandboxes.StepRunning {
			require.NoError(t, (<-lossy.conns).Close())
		}
	}})
	require.ErrorContains(t, err, "lost")
}

// cutting is an engine whose connections the test can close.
type cutting struct {
	sandboxes.Engine
	conns chan sandboxes.Conn
}

func (c *cutting) Start(ctx context.Context, id string) (sandboxes.Conn, error) {
	conn, err := c.Engine.Start(ctx, id)
	c.conns <- conn
	return conn, err
}

func (c *cutting) Kill(context.Context, string) error { return nil }
