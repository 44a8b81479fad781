package main

import (
	"os"
	"sync"
	"syscall"

	"incubator/sandboxes/wire"
)

// logs forwards what the command prints, up to a number of bytes over both
// streams. Past that it reads on and drops, so that the command never blocks.
type logs struct {
	out  *wire.Writer
	wg   sync.WaitGroup
	mu   sync.Mutex
	left int64
	lost bool
}

func newLogs(out *wire.Writer, limit int64) *logs { return &logs{out: out, left: limit} }

// pipe returns the write end of a new pipe whose content is forwarded. The
// write end stays in blocking mode, as programs expect of their output.
func (l *logs) pipe() (int, error) {
	var fd [2]int
	if err := syscall.Pipe2(fd[:], syscall.O_CLOEXEC); err != nil {
		return 0, err
	}
	l.wg.Add(1)
	go l.pump(os.NewFile(uintptr(fd[0]), "log"))
	return fd[1], nil
}

func (l *logs) pump(r *os.File) {
	defer l.wg.Done()
	defer r.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			l.forward(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

func (l *logs) forward(p []byte) {
	l.mu.Lock()
	n := min(int64(len(p)), l.left)
	l.left -= n
	l.lost = l.lost || n < int64(len(p))
	l.mu.Unlock()
	if n == 0 {
		return
	}
	if err := l.out.Frame(wire.KindLog, p[:n]); err != nil {
		os.Exit(wire.ExitAlone)
	}
}

// wait returns when both pipes are drained, and says whether anything was dropped.
func (l *logs) wait() bool {
	l.wg.Wait()
	return l.lost
}
