package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"unsafe"
)

const (
	prSetDumpable = 4
	prSetPtracer  = 0x59616d61
	// spareThreads covers every goroutine that may block in the kernel while the
	// command runs: standard input, two log pipes, wait, timer, collector.
	spareThreads = 8
)

// oomScore is opened before the process stops being dumpable, since afterwards
// its own files in /proc belong to root.
var oomScore *os.File

// harden closes the ways in which code of the same user could reach process 1.
func harden() error {
	oomScore, _ = os.OpenFile("/proc/self/oom_score_adj", os.O_WRONLY, 0)
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, prSetDumpable, 0, 0); errno != 0 {
		return fmt.Errorf("cannot become undumpable: %w", errno)
	}
	// Kernels without Yama answer EINVAL, and need no more than the line above.
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetPtracer, 0, 0)
	if err := ignoreSignals(); err != nil {
		return err
	}
	holdThreads(spareThreads)
	return nil
}

// sigaction is the kernel's struct on amd64 and arm64 alike, as far as a
// default disposition needs it.
type sigaction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// ignoreSignals puts every signal back to its default. For process 1 of a pid
// namespace the kernel drops what would have the default effect when it comes
// from inside, so that no child can end it; the Go runtime's own handlers would
// make it mortal. SIGURG stays, since the scheduler uses it.
func ignoreSignals() error {
	const signals = 64
	var byDefault sigaction
	for sig := uintptr(1); sig <= signals; sig++ {
		switch syscall.Signal(sig) {
		case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGURG, 32, 33:
			continue
		}
		_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, sig,
			uintptr(unsafe.Pointer(&byDefault)), 0, unsafe.Sizeof(byDefault.mask), 0, 0)
		if errno != 0 {
			return fmt.Errorf("signal %d cannot be reset: %w", sig, errno)
		}
	}
	return nil
}

// holdThreads makes the runtime create n threads and keep them as idle ones, so
// that it never has to ask for one when the pids limit is used up.
func holdThreads(n int) {
	var ready, done sync.WaitGroup
	var gate [2]int
	if err := syscall.Pipe2(gate[:], syscall.O_CLOEXEC); err != nil {
		return
	}
	ready.Add(n)
	done.Add(n)
	for range n {
		go func() {
			defer done.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ready.Done()
			// Blocks in the kernel until the gate closes, which pins one thread.
			_, _ = syscall.Read(gate[0], make([]byte, 1))
		}()
	}
	ready.Wait()
	syscall.Close(gate[1])
	done.Wait()
	syscall.Close(gate[0])
}

// preferAsVictim raises the chance that the command, not process 1, is ended
// when the sandbox runs out of memory. The child inherits the value.
func preferAsVictim(yes bool) {
	if oomScore == nil {
		return
	}
	value := "0"
	if yes {
		value = "1000"
	}
	_, _ = oomScore.WriteAt([]byte(value), 0)
}
