// Command bench measures the platform against the limits of the machine it runs
// on. Every figure is the ratio of two things measured in turns in one run, so
// that the machine's mood hits both alike; it is compared with its target.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"strings"
	"syscall"
)

// options are what the command line asks for.
type options struct {
	only  string
	quick bool
	json  bool
	// profile names a file for the processor profile of this process.
	profile string
}

// measure is one section of the report.
type measure struct {
	name string
	what string
	run  func(ctx context.Context, o options) ([]figure, error)
}

func measures() []measure {
	return []measure{
		{"sandboxes", "a no-op code submission, accepted to scored, against the raw engine client", measureSandboxes},
		{"accept", "accepting results submissions durably over HTTP, against single-row commits", measureAccept},
		{"leaderboard", "the board of 1,000 teams, against a bare handler with the same bytes", measureBoard},
		{"metrics", "metrics on large files, against scikit-learn", measureMetrics},
		{"memory", "resident memory of the server", measureMemory},
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == childFlag {
		os.Exit(runChild(os.Args[2:]))
	}
	var o options
	flag.StringVar(&o.only, "only", "", "measure only what has this `name`: sandboxes, accept, leaderboard, metrics or memory")
	flag.BoolVar(&o.quick, "quick", false, "small and short: shows that everything works, judges nothing")
	flag.BoolVar(&o.json, "json", false, "print one JSON object for each figure")
	flag.StringVar(&o.profile, "cpuprofile", "", "write a processor profile of what runs in this process to the `file`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	met, err := profiled(o.profile, func() (bool, error) { return report(ctx, o, os.Stdout) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if !met && !o.quick {
		os.Exit(1)
	}
}

// profiled writes a profile of fn to the file, if one is named.
func profiled(file string, fn func() (bool, error)) (bool, error) {
	if file == "" {
		return fn()
	}
	f, err := os.Create(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return false, err
	}
	defer pprof.StopCPUProfile()
	return fn()
}

// report runs what was asked for and reports whether every target was met.
func report(ctx context.Context, o options, w io.Writer) (met bool, err error) {
	met = true
	known := false
	for _, m := range measures() {
		if o.only != "" && o.only != m.name {
			continue
		}
		known = true
		figures, err := m.run(ctx, o)
		if err != nil {
			return false, fmt.Errorf("%s: %w", m.name, err)
		}
		if err := show(w, m, figures, o); err != nil {
			return false, err
		}
		for _, f := range figures {
			met = met && f.Met()
		}
	}
	if !known {
		return false, fmt.Errorf("there is no measure %q", o.only)
	}
	return met, nil
}

func show(w io.Writer, m measure, figures []figure, o options) error {
	if !o.json {
		fmt.Fprintf(w, "%s: %s (load %s)\n", m.name, m.what, load())
	}
	for _, f := range figures {
		if o.json {
			if err := json.NewEncoder(w).Encode(f.line(m.name)); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(w, "  %-6s %-44s %8.3g %-5s target %s%s\n", f.verdict(o.quick), f.Name, f.Value, f.Unit, f.target(), f.detail())
	}
	return nil
}

// load is the machine's load average of the last minute, "?" where unknown.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "?"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
