package main

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"incubator/sandboxes/wire"
)

// measure fills in what the run used. The cgroup files are those of version 2,
// then of version 1; a runtime without either leaves the largest process.
func measure(job *wire.Job, t *wire.Trailer) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err == nil {
		t.CPU = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
		t.PeakMemory = usage.Maxrss << 10
	}
	if peak := firstNumber("/sys/fs/cgroup/memory.peak", "/sys/fs/cgroup/memory/memory.max_usage_in_bytes"); peak > 0 {
		t.PeakMemory = peak
	}
	t.OOMKills = max(field("/sys/fs/cgroup/memory.events", "oom_kill"),
		field("/sys/fs/cgroup/memory/memory.oom_control", "oom_kill"))
	for _, mount := range job.Watch {
		if full(mount) {
			t.Full = append(t.Full, mount)
		}
	}
}

func firstNumber(paths ...string) int64 {
	for _, path := range paths {
		if text, err := os.ReadFile(path); err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
				return n
			}
		}
	}
	return 0
}

// field reads "name value" from a flat keyed file.
func field(path, name string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
			return n
		}
	}
	return 0
}

// full reports a file system without a free block or a free inode.
func full(path string) bool {
	var st syscall.Statfs_t
	if err := syscall.Statfs(path, &st); err != nil {
		return false
	}
	return st.Blocks > 0 && st.Bavail == 0 || st.Files > 0 && st.Ffree == 0
}
