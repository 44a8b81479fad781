package scoring_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/events"
	"incubator/sandboxes"
	"incubator/sandboxes/docker"
	"incubator/sandboxes/sandboxtest"
	"incubator/scoring"
)

// The environment of the child process that TestKill kills.
const (
	killPoint    = "INCUBATOR_TEST_KILL_POINT"
	killFolder   = "INCUBATOR_TEST_KILL_FOLDER"
	killInstance = "INCUBATOR_TEST_KILL_INSTANCE"
	killImage    = "INCUBATOR_TEST_KILL_IMAGE"
)

// killPoints are the named steps of a submission's way, and those of its sandbox.
var killPoints = []string{
	"submitted", "claimed", "sandbox preparing", "sandbox.created", "sandbox.started", "sandbox running",
	"sandbox.answered", "collected", "scoring", "settling", "settled",
}

// runnerFiles is the content of the image in which the tests' programs run.
func runnerFiles(t testing.TB) map[string][]byte {
	t.Helper()
	runner := sandboxtest.Program(t, "incubator/scoring/testdata/runner")
	return map[string][]byte{"runner": runner, "score": runner, "hostile": sandboxtest.Program(t, sandboxtest.HostilePackage)}
}

// TestKill ends a process with SIGKILL at each step of a submission and starts the
// next one: the submission reaches its end, one scored run counts, and nothing is
// left on the engine.
func TestKill(t *testing.T) {
	if os.Getenv(killPoint) != "" {
		killChild(t)
		return
	}
	engine := sandboxtest.Docker(t)
	image := sandboxtest.Image(t, runnerFiles(t))
	init, err := sandboxtest.Init(t)("")
	require.NoError(t, err)
	for _, point := range killPoints {
		t.Run(point, func(t *testing.T) {
			folder, instance := t.TempDir(), uuid.NewString()
			require.NoError(t, os.WriteFile(filepath.Join(folder, "init"), init, 0o700))
			child := exec.Command(os.Args[0], "-test.run=^TestKill$", "-test.count=1", "-test.timeout=2m")
			child.Env = append(os.Environ(), killPoint+"="+point, killFolder+"="+folder, killInstance+"="+instance, killImage+"="+image)
			var said bytes.Buffer
			child.Stdout, child.Stderr = &said, &said
			err := child.Run()
			status, _ := child.ProcessState.Sys().(syscall.WaitStatus)
			require.Equal(t, syscall.SIGKILL, status.Signal(), "%v: %s", err, &said)
			r := openRig(t, folder, instance, image, init, nil)
			finish(t, r)
			objects, err := engine.List(t.Context(), map[string]string{sandboxes.LabelInstance: instance})
			require.NoError(t, err)
			for _, object := range objects { // data and the init program stay for the next runs
				require.NotContains(t, []string{"prediction", "scoring", "pool"}, object.Labels[sandboxes.LabelPurpose], object.Name)
			}
		})
	}
}

// openRig wires a rig on the real engine and the database in the folder.
func openRig(t *testing.T, folder, instance, image string, init []byte, fault func(string)) *rig {
	t.Helper()
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(folder, "kill.db"), db.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	require.NoError(t, d.Migrate(t.Context()))
	engine, err := docker.Open("")
	require.NoError(t, err)
	t.Cleanup(func() { _ = engine.Close() })
	if fault == nil {
		fault = func(string) {}
	}
	r := &rig{t: t, db: d}
	r.wire(parts{
		engine: engine, image: image, files: filepath.Join(folder, "files"), now: time.Now,
		options: sandboxes.Options{Instance: instance, Init: func(string) ([]byte, error) { return init, nil }, Fault: fault},
		fault:   func(_ context.Context, point string) { fault(point) },
	})
	t.Cleanup(func() { require.NoError(t, r.manager.Purge(context.WithoutCancel(t.Context()))) })
	return r
}

// killChild submits and works until the point comes, at which the process ends as
// by kill -9.
func killChild(t *testing.T) {
	folder, point := os.Getenv(killFolder), os.Getenv(killPoint)
	init, err := os.ReadFile(filepath.Join(folder, "init"))
	require.NoError(t, err)
	r := openRig(t, folder, os.Getenv(killInstance), os.Getenv(killImage), init, func(at string) {
		if at == point {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way
		}
	})
	r.populate()
	r.challenge = r.publish("tables")
	r.submitCode(r.team("Team"), "/runner")
	require.NoError(t, r.manager.Start(t.Context()))
	require.NoError(t, r.jobs.Start(t.Context()))
	<-time.After(time.Minute)
	t.Fatalf("the point %s did not come", point)
}

// finish is the start of the next process, up to the end of the submission.
func finish(t *testing.T, r *rig) {
	t.Helper()
	require.NoError(t, r.Sweep(t.Context()))
	require.NoError(t, r.manager.Start(t.Context()))
	changes := r.bus.Subscribe(0, events.TopicRuns)
	defer changes.Close()
	require.NoError(t, r.jobs.Start(t.Context()))
	r.organiser = accounts.System()
	patience := time.After(time.Minute)
	for {
		rows, err := r.Console(t.Context(), r.organiser, scoring.ConsoleFilter{Before: time.Now().Add(time.Hour)})
		require.NoError(t, err)
		require.Len(t, rows, 1, "one run, however often it was begun")
		if rows[0].Run.State.Final() {
			require.Equal(t, scoring.Scored, rows[0].Run.State, rows[0].Run.Detail)
			view := r.view(r.organiser, rows[0].SubmissionID)
			require.Equal(t, map[string]float64{"auc": 1}, view.Runs[0].Scores)
			board, err := r.Board(t.Context(), r.organiser, view.Phase)
			require.NoError(t, err)
			require.Len(t, board.Rows, 1)
			require.Equal(t, 1, board.Rows[0].Scored)
			break
		}
		select {
		case <-changes.Events():
		case <-patience:
			t.Fatalf("the run is still %s", rows[0].Run.State)
		}
	}
	require.NoError(t, r.jobs.Stop(context.WithoutCancel(t.Context())))
	require.NoError(t, r.manager.Stop(context.WithoutCancel(t.Context())))
}
