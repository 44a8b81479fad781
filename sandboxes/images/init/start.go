package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"incubator/sandboxes/wire"
)

// start runs the command in a session of its own with /dev/null as its input
// and the log pipes as its output, and nothing else open.
func start(job *wire.Job, logs *logs) (int, error) {
	if len(job.Argv) == 0 {
		return 0, fmt.Errorf("there is no command to run")
	}
	path, err := lookPath(job.Argv[0], job.Dir, job.Env)
	if err != nil {
		return 0, err
	}
	null, err := syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("cannot open %s: %w", os.DevNull, err)
	}
	defer syscall.Close(null)
	stdout, err := logs.pipe()
	if err != nil {
		return 0, err
	}
	defer syscall.Close(stdout)
	stderr, err := logs.pipe()
	if err != nil {
		return 0, err
	}
	defer syscall.Close(stderr)
	preferAsVictim(true)
	defer preferAsVictim(false)
	pid, err := syscall.ForkExec(path, job.Argv, &syscall.ProcAttr{
		Dir:   job.Dir,
		Env:   job.Env,
		Files: []uintptr{uintptr(null), uintptr(stdout), uintptr(stderr)},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 0, fmt.Errorf("cannot start %s: %w", path, err)
	}
	return pid, nil
}

// lookPath finds a command as execvp would, by the PATH of the command's own
// environment. A relative path counts from the working folder.
func lookPath(name, dir string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, folder := range filepath.SplitList(value(env, "PATH")) {
		if folder == "" {
			folder = "."
		}
		full := filepath.Join(folder, name)
		if !filepath.IsAbs(full) {
			full = filepath.Join(dir, full)
		}
		if info, err := os.Stat(full); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return full, nil
		}
	}
	return "", fmt.Errorf("cannot start %s: there is no such command in PATH", name)
}

func value(env []string, key string) string {
	for _, pair := range env {
		if name, v, ok := strings.Cut(pair, "="); ok && name == key {
			return v
		}
	}
	return ""
}
