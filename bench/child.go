package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// childFlag as the first argument makes this program a part of a measurement
// that must not share a process with the rest: a client, or one whose peak of
// memory counts.
const childFlag = "-child"

// children are the parts by name; what they return is printed as JSON.
func children() map[string]func(ctx context.Context, args []string) (any, error) {
	return map[string]func(context.Context, []string) (any, error){
		"submitters": submitters,
		"readers":    readers,
		"generate":   generateTables,
		"evaluate":   evaluateTables,
	}
}

func runChild(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	part, ok := children()[args[0]]
	if !ok {
		fmt.Fprintln(os.Stderr, "bench: there is no part", args[0])
		return 2
	}
	result, err := part(ctx, args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench %s: %v\n", args[0], err)
		return 1
	}
	return 0
}

// inChild runs a part in a process of its own and decodes what it prints.
func inChild(ctx context.Context, result any, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return command(ctx, result, self, append([]string{childFlag}, args...)...)
}

// command runs a program and decodes the JSON that it prints.
func command(ctx context.Context, result any, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return json.Unmarshal(out, result)
}

// memoryMB reads a field of a process's status in MB (10^6 bytes); pid may be
// "self". The kernel's VmHWM is the peak of resident memory, VmRSS its present size.
func memoryMB(pid, field string) (float64, error) {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), field+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0, fmt.Errorf("the status of process %s has no %s", pid, field)
	}
	kib, err := strconv.ParseFloat(fields[0], 64)
	return kib * 1024 / 1e6, err
}
