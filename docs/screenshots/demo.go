package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// startTimeout bounds the first start of a demo, which makes images and runs
// every submission.
const startTimeout = 15 * time.Minute

// account is one of those that the demo made.
type account struct{ email, password string }

// readAccounts returns the demo's accounts by role.
func readAccounts(data string) (map[string]account, error) {
	text, err := os.ReadFile(filepath.Join(data, "accounts.txt"))
	if err != nil {
		return nil, err
	}
	found := map[string]account{}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 {
			found[fields[0]] = account{fields[1], fields[2]}
		}
	}
	return found, nil
}

// demo is a platform that this program started.
type demo struct {
	address string
	process *exec.Cmd
}

// startDemo starts the demo on a free port and waits until it is complete: its
// accounts are written down last.
func startDemo(ctx context.Context, program, data string) (*demo, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	listen := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, "demo", "--listen", listen, "--data-dir", data)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	d := &demo{address: "http://" + listen, process: cmd}
	if err := d.await(ctx, filepath.Join(data, "accounts.txt")); err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

func (d *demo) await(ctx context.Context, accounts string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the demo at %s is not ready: %w", d.address, ctx.Err())
		case <-tick.C:
		}
		if _, err := os.Stat(accounts); err != nil {
			continue
		}
		res, err := http.Get(d.address + "/readyz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return nil
		}
	}
}

// stop ends the demo in order.
func (d *demo) stop() {
	_ = d.process.Process.Signal(os.Interrupt)
	_ = d.process.Wait()
}
