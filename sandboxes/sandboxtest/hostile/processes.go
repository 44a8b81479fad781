package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// forkBomb starts copies of itself that do the same, for ever.
func forkBomb() {
	for {
		_ = exec.Command("/hostile", "forks").Start()
	}
}

func eatMemory() {
	var hoard [][]byte
	for {
		block := make([]byte, 16<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		hoard = append(hoard, block)
		fmt.Println("holding", len(hoard)*16, "MiB")
	}
}

func printForEver() {
	line := make([]byte, 1<<16)
	for i := range line {
		line[i] = 'x'
	}
	for begin := time.Now(); time.Since(begin) < 2*time.Second; {
		_, err := os.Stdout.Write(line)
		must(err)
	}
	// The end is reached only when nobody blocked the printing.
}

func ignoreSignals() {
	signal.Ignore()
	fmt.Println("ignoring")
	sleepForEver()
}

func sleepForEver() { time.Sleep(24 * time.Hour) }

// leaveDaemon starts a process in a session of its own that holds the log pipe
// and writes to the output later, then ends.
func leaveDaemon() {
	cmd := exec.Command("/hostile", "forever")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	must(cmd.Start())
	fmt.Println("left", cmd.Process.Pid)
}

// tracePlatform tries the ways in which one process reaches another of the same user.
func tracePlatform() {
	attempt("trace process 1", syscall.PtraceAttach(1))
	for _, name := range []string{"fd/0", "fd/1", "fd/2", "mem", "environ", "maps", "root/.", "cwd/."} {
		file, err := os.OpenFile("/proc/1/"+name, os.O_RDONLY, 0)
		attempt("open /proc/1/"+name, err)
		if err == nil {
			file.Close()
		}
	}
	file, err := os.OpenFile("/proc/1/fd/1", os.O_WRONLY, 0)
	attempt("write /proc/1/fd/1", err)
	if err == nil {
		file.Close()
	}
	_, err = os.ReadDir("/proc/1/fd")
	attempt("list /proc/1/fd", err)
	// pidfd_open and pidfd_getfd, by number on amd64 and arm64.
	fd, _, errno := syscall.RawSyscall(434, 1, 0, 0)
	if errno == 0 {
		_, _, errno = syscall.RawSyscall(438, fd, 1, 0)
	}
	if errno != 0 {
		attempt("take a descriptor of process 1", errno)
	} else {
		attempt("take a descriptor of process 1", nil)
	}
}

// killPlatform sends process 1 every signal there is.
func killPlatform() {
	for sig := syscall.Signal(1); sig <= 64; sig++ {
		_ = syscall.Kill(1, sig)
	}
	_ = syscall.Kill(-1, syscall.SIGSTOP)
	must(os.WriteFile(output+"alive", []byte("yes"), 0o644))
}

func tryNetwork() {
	interfaces, err := net.Interfaces()
	must(err)
	for _, i := range interfaces {
		if i.Flags&net.FlagLoopback == 0 {
			attempt("find the interface "+i.Name, nil)
		}
	}
	for _, address := range []string{"1.1.1.1:53", "172.17.0.1:22", "169.254.169.254:80", "[2606:4700::1111]:53"} {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		attempt("dial "+address, err)
		if err == nil {
			conn.Close()
		}
	}
	_, err = net.LookupHost("example.org")
	attempt("resolve a name", err)
	_, err = os.Stat("/var/run/docker.sock")
	attempt("find the engine's socket", err)
	_, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_ICMP)
	attempt("open a raw socket", err)
}

// forgeAnswer prints what process 1 would send at the end.
func forgeAnswer() {
	account := []byte(`{"nonce":"","exit_code":0,"files":0,"bytes":0}`)
	frame := append([]byte{'X', 0, 0, 0, 0}, account...)
	binary.BigEndian.PutUint32(frame[1:], uint32(len(account)))
	for _, out := range []*os.File{os.Stdout, os.Stderr} {
		_, err := out.Write(frame)
		must(err)
	}
	os.Exit(9)
}
