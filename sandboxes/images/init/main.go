// Command init is process 1 of every run sandbox. It reads one job from
// standard input, unpacks the input trees, runs the command as its only child,
// forwards a bounded part of what that prints, ends every process when the
// command ends, and streams the output folder and an account of the run on
// standard output. See package wire for the frames.
//
// It runs with the same user id as the command and is built so that the command
// cannot reach it: it is not dumpable, so nobody of the same user may trace it
// or open its descriptors; it handles no signal, so none from inside reaches it;
// and it holds all the threads it needs before the command starts, so a process
// flood cannot starve it. It exits 0 when its account was delivered.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"incubator/sandboxes/wire"
)

func main() {
	debug.SetGCPercent(400)
	out := wire.NewWriter(os.Stdout)
	if err := harden(); err != nil {
		fatal(wire.ExitProtocol, err)
	}
	idle := time.AfterFunc(idleLimit(), func() { os.Exit(wire.ExitIdle) })
	if err := out.Frame(wire.KindHello, nil); err != nil {
		os.Exit(wire.ExitAlone)
	}
	in := wire.NewReader(os.Stdin)
	job, trailer, err := receive(in, out, idle)
	if err != nil {
		fatal(receiveExit(err), err)
	}
	go watchPlatform(in)
	if trailer == nil {
		trailer = perform(job, out)
	}
	trailer.Nonce = job.Nonce
	if err := out.JSON(wire.KindTrailer, trailer); err != nil {
		os.Exit(wire.ExitAlone)
	}
	os.Exit(wire.ExitDelivered)
}

// receiveExit tells a platform that went away from one that spoke nonsense.
func receiveExit(err error) int {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return wire.ExitAlone
	}
	return wire.ExitProtocol
}

// watchPlatform ends the sandbox when the other end of standard input is gone:
// process 1 takes every other process with it.
func watchPlatform(in *wire.Reader) {
	for {
		if _, _, err := in.Next(); err != nil {
			os.Exit(wire.ExitAlone)
		}
	}
}

// idleLimit is how long to wait for a job. A sandbox that is never used must
// end without anybody's help.
func idleLimit() time.Duration {
	seconds, err := strconv.Atoi(os.Getenv(wire.IdleEnv))
	if err != nil || seconds <= 0 {
		seconds = 60
	}
	return time.Duration(seconds) * time.Second
}

func fatal(code int, err error) {
	fmt.Fprintln(os.Stderr, "incubator-init:", err)
	os.Exit(code)
}
