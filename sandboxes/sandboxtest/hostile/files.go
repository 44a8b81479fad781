package main

import (
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

// copyInputs writes what it finds below /app into the output, one file each.
func copyInputs() {
	for _, dir := range []string{"/app/program", "/app/input_data", "/app/input/res"} {
		_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			must(err)
			name := strings.ReplaceAll(strings.TrimPrefix(path, "/app/"), "/", "_")
			must(os.WriteFile(output+name, content, 0o600))
			fmt.Println("copied", name)
			return nil
		})
	}
}

// echo copies its input to its output, as an end-to-end check of the streams.
func echo() {
	_, err := io.Copy(os.Stdout, os.Stdin)
	must(err)
}

func readRows() {
	content, err := os.ReadFile("/app/input_data/rows.csv")
	must(err)
	_, err = os.Stdout.Write(content)
	must(err)
}

func printEnvironment() {
	lines := os.Environ()
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
	dir, err := os.Getwd()
	must(err)
	fmt.Println("dir", dir, "uid", os.Getuid(), "gid", os.Getgid(), "pid", os.Getpid())
	entries, err := os.ReadDir("/proc/self/fd")
	must(err)
	for _, entry := range entries {
		target, _ := os.Readlink("/proc/self/fd/" + entry.Name())
		fmt.Println("fd", entry.Name(), target)
	}
}

func fillDisk(dir string) {
	block := make([]byte, 1<<20)
	for i := 0; ; i++ {
		file, err := os.Create(fmt.Sprintf("%sfill-%d", dir, i))
		must(err)
		for range 16 {
			if _, err := file.Write(block); err != nil {
				fmt.Println("full:", err)
				os.Exit(1)
			}
		}
		must(file.Close())
	}
}

func floodInodes(dir string) {
	for i := 0; ; i++ {
		file, err := os.Create(fmt.Sprintf("%si%d", dir, i))
		must(err)
		must(file.Close())
	}
}

func measureVolumes() {
	for _, path := range []string{"/data", "/tmp"} {
		var st syscall.Statfs_t
		must(syscall.Statfs(path, &st))
		fmt.Println(path, "holds", int64(st.Blocks)*st.Bsize>>20, "MiB")
	}
}

// printStatus shows what the kernel enforces on this process.
func printStatus() {
	for _, path := range []string{"/proc/self/status", "/proc/self/limits", "/proc/self/mountinfo", "/proc/sys/kernel/hostname"} {
		text, err := os.ReadFile(path)
		must(err)
		fmt.Printf("%s", text)
	}
}

func makeFifo() { must(syscall.Mkfifo(output+"fifo", 0o666)) }

func makeDevice() {
	err := syscall.Mknod(output+"zero", syscall.S_IFCHR|0o666, 1<<8|5)
	attempt("make a device", err)
	// Without the device there is nothing to refuse: leave another unfit thing.
	makeFifo()
}

func makeSocket() {
	listener, err := net.Listen("unix", output+"socket")
	must(err)
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	must(listener.Close())
}

func makeHardLink() {
	must(os.WriteFile(output+"a", []byte("x"), 0o644))
	must(os.Link(output+"a", output+"b"))
}

func makeSparse() {
	file, err := os.Create(output + "sparse")
	must(err)
	must(file.Truncate(4 << 30))
	must(file.Close())
}

func makeDeep() {
	dir := output
	for range 40 {
		dir += "d/"
	}
	must(os.MkdirAll(dir, 0o755))
}

func makeNames() {
	must(os.WriteFile(output+"bad\xff\x1b[2J", nil, 0o644))
}

// hideOutput takes every permission away from what it wrote.
func hideOutput() {
	must(os.Mkdir(output+"dir", 0o755))
	must(os.WriteFile(output+"dir/file", []byte("found"), 0o000))
	must(os.Chmod(output+"dir", 0o000))
	must(os.Chmod("/app/output", 0o000))
}

func writeReadOnly() {
	for _, path := range []string{"/x", "/etc/x", "/app/x", "/app/input_data/x", "/.incubator/init", "/proc/sys/kernel/hostname",
		"/proc/sysrq-trigger", "/sys/fs/cgroup/x", "/sys/kernel/x", "/dev/x", "/etc/hosts"} {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
		if err == nil {
			_, err = io.WriteString(file, "x")
		}
		attempt("write "+path, err)
	}
	attempt("remount /", syscall.Mount("none", "/", "", syscall.MS_REMOUNT, ""))
	attempt("chroot", syscall.Chroot("/tmp"))
	attempt("become root", syscall.Setuid(0))
	must(os.WriteFile("/tmp/run", []byte("#!/hostile\n"), 0o755))
	attempt("run from /tmp", syscall.Exec("/tmp/run", []string{"run", "noop"}, nil))
}
