package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/platform/jobs"
)

const childEnv = "JOBS_TEST_CHILD_DATABASE"

// TestMain lets the test binary play the process that is going to be killed.
func TestMain(m *testing.M) {
	if url := os.Getenv(childEnv); url != "" {
		hold(url)
	}
	os.Exit(m.Run())
}

const beat = 50 * time.Millisecond

// hold starts a client, prints each job that it starts and never ends one.
func hold(url string) {
	d, err := db.Open(context.Background(), url)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{do: func(_ context.Context, job *river.Job[note]) error {
		fmt.Println(job.Args.Text)
		select {}
	}})
	c, err := jobs.New(d, jobs.Config{Workers: workers, Queues: map[string]int{river.QueueDefault: 4}, Heartbeat: beat, Log: quiet()})
	if err == nil {
		err = c.Start(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	select {}
}

type attempt struct {
	number    int
	exhausted bool
	errors    int
}

// A job whose process is killed runs again soon, on SQLite at the next start, on
// PostgreSQL on any node that lives. It does so even after its last attempt, once,
// so that the worker can record the end.
func TestJobsOfAKilledProcessRunAgain(t *testing.T) {
	urls := map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return filepath.Join(t.TempDir(), "x.db") },
		"postgres": dbtest.PostgresURL,
	}
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			url := url(t)
			prepare(t, url)
			killWhileWorking(t, url)
			d := open(t, url)
			attempts := make(chan attempt, 2)
			started(t, d, jobs.Config{Heartbeat: beat}, func(_ context.Context, job *river.Job[note]) error {
				attempts <- attempt{job.Attempt, jobs.Exhausted(job.JobRow), len(job.Errors)}
				return nil
			})
			got := []attempt{receive(t, attempts, "the first job"), receive(t, attempts, "the second job")}
			require.ElementsMatch(t, []attempt{{2, false, 1}, {2, true, 1}}, got)
		})
	}
}

// prepare enqueues one job with attempts left and one on its last.
func prepare(t *testing.T, url string) {
	t.Helper()
	d, err := db.Open(context.Background(), url, db.WithLogger(quiet()))
	require.NoError(t, err)
	require.NoError(t, d.Migrate(context.Background()))
	migrated(t, d)
	c := client(t, d, jobs.Config{}, nil)
	enqueue(t, d, c, "one of three", &river.InsertOpts{MaxAttempts: 3})
	enqueue(t, d, c, "one of one", &river.InsertOpts{MaxAttempts: 1})
	require.NoError(t, d.Close())
}

func killWhileWorking(t *testing.T, url string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+url)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(out)
	for range 2 {
		require.True(t, lines.Scan(), "the child works both jobs")
	}
	require.NoError(t, child.Process.Kill())
	require.ErrorContains(t, child.Wait(), "killed")
}

func open(t *testing.T, url string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, db.WithLogger(quiet()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// Two live nodes on one database: neither takes the other's running job.
func TestLiveClientsKeepTheirJobs(t *testing.T) {
	first := migrated(t, dbtest.NewPostgres(t))
	running, release := make(chan int, 2), make(chan struct{})
	do := func(_ context.Context, job *river.Job[note]) error {
		running <- job.Attempt
		<-release
		return nil
	}
	a := started(t, first, jobs.Config{}, do)
	enqueue(t, first, a, "long", nil)
	require.Equal(t, 1, receive(t, running, "the job"))
	other := client(t, first, jobs.Config{}, do)
	for range 3 { // each start looks for jobs of the dead
		require.NoError(t, other.Start(context.Background()))
		require.NoError(t, other.Stop(context.Background()))
	}
	close(release)
	require.NoError(t, a.Stop(context.Background()))
	require.Empty(t, running)
}

func TestJobsNeedTheFileToThemselves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	d, err := db.Open(context.Background(), path, db.Shared(), db.WithLogger(quiet()))
	require.NoError(t, err)
	defer d.Close()
	require.NoError(t, d.Migrate(context.Background()))
	c := client(t, migrated(t, d), jobs.Config{}, sending(nil))
	err = c.Start(context.Background())
	require.Equal(t, errs.Internal, errs.CodeOf(err))
	require.ErrorContains(t, err, "without Shared")
}
