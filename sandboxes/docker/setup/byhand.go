package setup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"incubator/platform/errs"
)

// maxRuntimePath is the longest folder in which the engine's own sockets still
// fit into the 107 bytes of a socket address.
const maxRuntimePath = 60

// engineDir is where an engine that was started by hand keeps what it has.
type engineDir struct {
	base, data, exec, socket, pidfile, log string
}

// byHand returns the folders. Sockets move to /run when the platform's folder
// lies too deep for them.
func (s *Setup) byHand() engineDir {
	base, err := filepath.Abs(filepath.Join(s.DataDir, "engine"))
	if err != nil {
		base = filepath.Join(s.DataDir, "engine")
	}
	runtime := base
	if len(base) > maxRuntimePath {
		sum := sha256.Sum256([]byte(base))
		runtime = "/run/incubator-engine-" + hex.EncodeToString(sum[:4])
	}
	return engineDir{
		base: base, data: filepath.Join(base, "data"), exec: filepath.Join(runtime, "run"),
		socket: filepath.Join(runtime, "docker.sock"), pidfile: filepath.Join(base, "dockerd.pid"),
		log: filepath.Join(base, "dockerd.log"),
	}
}

func (d engineDir) host() string { return "unix://" + d.socket }

// logTail returns the end of the engine's log.
func (d engineDir) logTail() string {
	raw, err := os.ReadFile(d.log)
	if err != nil {
		return err.Error()
	}
	return lastLines(string(raw), 3)
}

// pid returns the process id of the engine that runs in these folders, 0 if
// none does. A number that now belongs to another program does not count.
func (d engineDir) pid() int {
	raw, err := os.ReadFile(d.pidfile)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil || pid <= 1 {
		return 0
	}
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || !slices.Contains(strings.Split(string(line), "\x00"), d.pidfile) {
		return 0
	}
	return pid
}

// alive reports whether a process exists and has not ended.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}

// Stop ends the engine that Start started by hand, with its containers, and
// removes the mounts and sockets it leaves. Its images stay. It does nothing
// when that engine does not run.
func (s *Setup) Stop(ctx context.Context) error {
	dir := s.byHand()
	pid := dir.pid()
	if pid == 0 {
		return nil
	}
	if _, err := s.asRoot(ctx, "kill", "-TERM", strconv.Itoa(pid)); err != nil {
		return errs.Wrap(err, errs.Unavailable, "The Docker Engine with process id %d cannot be ended", pid)
	}
	if err := s.awaitEnd(ctx, pid); err != nil {
		return err
	}
	mounts, err := mountsBelow("/proc/self/mountinfo", dir.base, filepath.Dir(dir.exec))
	if err != nil {
		return err
	}
	for _, mount := range mounts {
		if _, err := s.asRoot(ctx, "umount", mount); err != nil {
			return errs.Wrap(err, errs.Unavailable, "The engine left the mount %s, which cannot be removed", mount)
		}
	}
	if _, err := s.asRoot(ctx, "rm", "-rf", "--one-file-system", dir.exec, dir.socket, dir.pidfile); err != nil {
		return errs.Wrap(err, errs.Unavailable, "What the engine left in %s cannot be removed", dir.exec)
	}
	return nil
}

func (s *Setup) awaitEnd(ctx context.Context, pid int) error {
	ctx, cancel := context.WithTimeout(ctx, s.StopTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for alive(pid) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errs.New(errs.Unavailable, "The Docker Engine with process id %d has not ended after %s.", pid, s.StopTimeout)
		}
	}
	return nil
}

// mountsBelow returns the mount points in the folders, inner ones first.
func mountsBelow(mountinfo string, dirs ...string) ([]string, error) {
	raw, err := os.ReadFile(mountinfo)
	if err != nil {
		return nil, fmt.Errorf("read mounts: %w", err)
	}
	var found []string
	for line := range strings.Lines(string(raw)) {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		point := unescape(fields[4])
		if slices.ContainsFunc(dirs, func(dir string) bool { return strings.HasPrefix(point, dir+"/") }) {
			found = append(found, point)
		}
	}
	slices.Reverse(found)
	return found, nil
}

// unescape undoes the octal escapes of mountinfo (proc(5)).
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
