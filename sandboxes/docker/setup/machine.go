package setup

import (
	"bufio"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
)

// Machine holds the facts that decide how an engine is found and installed.
type Machine struct {
	OS      string   // as runtime.GOOS
	Distro  []string // ID and ID_LIKE of os-release, most specific first
	UID     int
	User    string
	Home    string
	Getenv  func(string) string
	Systemd bool // systemd is process 1
	// AppArmor is on in the kernel: the engine then needs its parser.
	AppArmor bool
	// OtherEngine tells whether a dockerd runs now, perhaps where we do not find it.
	OtherEngine func() bool
}

// Detect reads the facts of this machine.
func Detect() Machine {
	m := Machine{OS: runtime.GOOS, UID: os.Getuid(), Getenv: os.Getenv}
	m.OtherEngine = func() bool { return processRuns("dockerd") }
	if current, err := user.Current(); err == nil {
		m.User, m.Home = current.Username, current.HomeDir
	}
	if file, err := os.Open("/etc/os-release"); err == nil {
		m.Distro = parseRelease(bufio.NewScanner(file))
		file.Close()
	}
	_, err := os.Stat("/run/systemd/system")
	m.Systemd = err == nil
	flag, _ := os.ReadFile("/sys/module/apparmor/parameters/enabled")
	m.AppArmor = strings.HasPrefix(string(flag), "Y")
	return m
}

// parseRelease returns ID and the words of ID_LIKE (os-release(5)).
func parseRelease(lines *bufio.Scanner) []string {
	values := map[string]string{}
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		values[key] = strings.Trim(value, `"'`)
	}
	return append(strings.Fields(values["ID"]), strings.Fields(values["ID_LIKE"])...)
}

// processRuns looks for a process by its program's name.
func processRuns(name string) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, file := range files {
		if comm, err := os.ReadFile(file); err == nil && strings.TrimSpace(string(comm)) == name {
			return true
		}
	}
	return false
}

// is reports whether the distribution is, or derives from, one of the names.
func (m Machine) is(names ...string) bool {
	for _, d := range m.Distro {
		for _, name := range names {
			if d == name {
				return true
			}
		}
	}
	return false
}

// sockets returns where an engine listens by default, the usual place first.
func (m Machine) sockets() []string {
	all := []string{"/var/run/docker.sock"}
	if dir := m.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		all = append(all, filepath.Join(dir, "docker.sock"))
	}
	if m.Home != "" {
		for _, place := range []string{".docker/run/docker.sock", ".docker/desktop/docker.sock", ".colima/default/docker.sock"} {
			all = append(all, filepath.Join(m.Home, place))
		}
	}
	return all
}

// remedy is the exact advice for a machine on which we install nothing.
func (m Machine) remedy() string {
	const again = " Then run this command again."
	switch {
	case m.OS == "darwin":
		return "Install Docker Desktop (https://docs.docker.com/desktop/setup/install/mac-install/) and start it, " +
			"or run: brew install colima docker && colima start." + again
	case m.OS == "windows":
		return "Install Docker Desktop (https://docs.docker.com/desktop/setup/install/windows-install/) and start it." + again
	case m.is("fedora"):
		return "Run: sudo dnf install moby-engine && sudo systemctl enable --now docker && sudo usermod -aG docker $USER, and sign in again." + again
	case m.is("arch"):
		return "Run: sudo pacman -S docker && sudo systemctl enable --now docker && sudo usermod -aG docker $USER, and sign in again." + again
	case m.is("suse", "opensuse"):
		return "Run: sudo zypper install docker && sudo systemctl enable --now docker && sudo usermod -aG docker $USER, and sign in again." + again
	case m.is("alpine"):
		return "As root, run: apk add docker && rc-update add docker && service docker start." + again
	}
	return "Install Docker Engine 20.10 or later (https://docs.docker.com/engine/install/), start it, and give this user access to its socket." + again
}
