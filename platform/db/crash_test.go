package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db"
)

const childEnv = "DB_TEST_CHILD_WRITES"

// TestMain lets the test binary play the server that is going to be killed.
func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		writeForEver(path)
	}
	os.Exit(m.Run())
}

// writeForEver inserts ids from many goroutines and prints each once InTx has
// acknowledged it, until it is killed.
func writeForEver(path string) {
	d, err := db.Open(context.Background(), path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				id := int(next.Add(1))
				if err := d.InTx(context.Background(), inserting(id, nil)); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(3)
				}
				fmt.Println(id) // unbuffered: one write for each line
			}
		})
	}
	wg.Wait()
}

// An acknowledged transaction survives kill -9 at any moment, and the file is
// sound afterwards. Each round kills at another point of the stream.
func TestAcknowledgedSurvivesKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "crash.db")
	d, err := db.Open(context.Background(), path)
	require.NoError(t, err)
	withItems(t, d)
	require.NoError(t, d.Close())
	for round, lines := range []int{1, 100, 777, 2001} {
		acknowledged := killAfter(t, path, lines)
		d, err := db.Open(context.Background(), path)
		require.NoError(t, err, "round %d: the lock must have died with the process", round)
		requireStored(t, d, acknowledged)
		var report string
		require.NoError(t, d.Read().QueryRowContext(context.Background(), "PRAGMA integrity_check").Scan(&report))
		require.Equal(t, "ok", report)
		_, err = d.Pool().Exec("DELETE FROM items")
		require.NoError(t, err)
		require.NoError(t, d.Close())
	}
}

// killAfter kills the child once it has printed that many lines, and returns all
// that it printed, the lines still in the pipe included.
func killAfter(t *testing.T, path string, lines int) []int {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	var acknowledged []int
	for scan := bufio.NewScanner(out); scan.Scan(); {
		id, err := strconv.Atoi(scan.Text())
		require.NoError(t, err)
		if acknowledged = append(acknowledged, id); len(acknowledged) == lines {
			require.NoError(t, child.Process.Kill())
		}
	}
	require.ErrorContains(t, child.Wait(), "killed")
	return acknowledged
}

func requireStored(t *testing.T, d *db.DB, want []int) {
	t.Helper()
	stored := map[int]bool{}
	for _, id := range ids(t, d) {
		stored[id] = true
	}
	for _, id := range want {
		require.True(t, stored[id], "id %d was acknowledged and is gone", id)
	}
	require.LessOrEqual(t, len(stored)-len(want), 16, "no more than what was in flight")
}
