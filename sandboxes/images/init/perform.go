package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"incubator/sandboxes/tree"
	"incubator/sandboxes/wire"
)

// perform runs the job and reports it, without the nonce.
func perform(job *wire.Job, out *wire.Writer) *wire.Trailer {
	t := new(wire.Trailer)
	for _, mount := range job.Data {
		if names, err := os.ReadDir(mount); err != nil || len(names) == 0 {
			t.Fault = fmt.Sprintf("the data at %s is missing", mount)
			return t
		}
	}
	if err := out.Frame(wire.KindStep, []byte(wire.StepRun)); err != nil {
		os.Exit(wire.ExitAlone)
	}
	run(job, out, t)
	measure(job, t)
	if t.Start == "" && t.ExitCode == 0 && t.Signal == 0 && !t.TimedOut && job.Output != "" {
		collect(job, out, t)
	}
	return t
}

// run starts the command, waits for its end or for its time, and leaves no
// other process behind.
func run(job *wire.Job, out *wire.Writer, t *wire.Trailer) {
	logs := newLogs(out, job.LogBytes)
	begin := time.Now()
	pid, err := start(job, logs)
	if err != nil {
		t.Start = err.Error()
		logs.wait()
		return
	}
	ended := make(chan syscall.WaitStatus, 1)
	go func() { ended <- reap(pid) }()
	timer := time.NewTimer(job.Time)
	defer timer.Stop()
	var status syscall.WaitStatus
	select {
	case status = <-ended:
	case <-timer.C:
		t.TimedOut = true
		killAll()
		status = <-ended
	}
	t.Wall = time.Since(begin)
	killAll()
	reapAll()
	t.LogTruncated = logs.wait()
	if status.Signaled() {
		t.Signal, t.ExitCode = int(status.Signal()), 128+int(status.Signal())
	} else {
		t.ExitCode = status.ExitStatus()
	}
}

// killAll ends every process in the sandbox but this one. The kernel does it in
// one step, so that a process flood cannot outrun it.
func killAll() { _ = syscall.Kill(-1, syscall.SIGKILL) }

// reap waits for the command and for every orphan that ends before it.
func reap(pid int) syscall.WaitStatus {
	for {
		var status syscall.WaitStatus
		got, err := syscall.Wait4(-1, &status, 0, nil)
		if got == pid {
			return status
		}
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return 0
		}
	}
}

// reapAll returns when no process is left.
func reapAll() {
	for {
		_, err := syscall.Wait4(-1, nil, 0, nil)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return
		}
	}
}

// collect looks at the output folder, which nothing can change any more, and
// streams it when all of it is allowed.
func collect(job *wire.Job, out *wire.Writer, t *wire.Trailer) {
	if err := out.Frame(wire.KindStep, []byte(wire.StepCollect)); err != nil {
		os.Exit(wire.ExitAlone)
	}
	entries, totals, err := tree.Survey(job.Output, job.Caps)
	if err != nil {
		t.Refusal = asRefusal(err)
		return
	}
	t.Files, t.Bytes = totals.Files, totals.Bytes
	if err := tree.Write(out.Stream(wire.KindOutput), job.Output, entries); err != nil {
		t.Refusal = asRefusal(err)
	}
}
