package setup_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes/docker/setup"
)

const defaultHost = "unix:///var/run/docker.sock"

// world is a machine made of data: programs that exist, engines that answer,
// and what each command changes.
type world struct {
	programs []string
	answers  map[string]error  // by host; absent means nothing is there
	fails    map[string]error  // by the start of a command line
	effects  map[string]func() // by the start of a command line
	commands []string
}

func (w *world) LookPath(name string) (string, error) {
	if slices.Contains(w.programs, name) {
		return "/usr/sbin/" + name, nil
	}
	return "", errors.New("not found")
}

// Run also pretends to be the started engine's process: it prints the test's id.
func (w *world) Run(_ context.Context, argv ...string) (string, error) {
	line := strings.Join(argv, " ")
	w.commands = append(w.commands, line)
	for start, effect := range w.effects {
		if strings.Contains(line, start) {
			effect()
		}
	}
	for start, err := range w.fails {
		if strings.Contains(line, start) {
			return "", err
		}
	}
	if strings.Contains(line, "setsid") {
		return pidText(os.Getpid()), nil
	}
	return "", nil
}

func (w *world) probe(_ context.Context, e setup.Endpoint) (setup.Endpoint, error) {
	err, known := w.answers[e.Host]
	if !known {
		return setup.Endpoint{}, fs.ErrNotExist
	}
	e.APIVersion = "1.41"
	return e, err
}

func (w *world) ran(part string) bool {
	return slices.ContainsFunc(w.commands, func(line string) bool { return strings.Contains(line, part) })
}

func newSetup(t *testing.T, w *world, m setup.Machine) *setup.Setup {
	t.Helper()
	env := map[string]string{}
	if m.Getenv == nil {
		m.Getenv = func(name string) string { return env[name] }
	}
	if m.OtherEngine == nil {
		m.OtherEngine = func() bool { return false }
	}
	return &setup.Setup{
		DataDir: t.TempDir(), Machine: m, Runner: w, Probe: w.probe,
		StartTimeout: time.Minute, StopTimeout: time.Minute,
	}
}

func debianRoot() setup.Machine { return setup.Machine{OS: "linux", Distro: []string{"debian"}} }

func debianUser() setup.Machine {
	return setup.Machine{OS: "linux", Distro: []string{"ubuntu", "debian"}, UID: 1000, User: "amal", Home: "/home/amal", Systemd: true}
}

func TestNothingIsInstalledWhereAnEngineAnswers(t *testing.T) {
	w := &world{answers: map[string]error{defaultHost: nil}}
	found, err := newSetup(t, w, debianUser()).Ensure(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, setup.Endpoint{Host: defaultHost, APIVersion: "1.41"}, found)
	require.Empty(t, w.commands)
}

func TestFindLooksInOrder(t *testing.T) {
	env := func(values map[string]string) func(string) string {
		return func(name string) string { return values[name] }
	}
	cases := map[string]struct {
		host    string
		env     map[string]string
		answers []string
		want    string
		message string
	}{
		"default before rootless": {env: map[string]string{"XDG_RUNTIME_DIR": "/run/user/1000"},
			answers: []string{defaultHost, "unix:///run/user/1000/docker.sock"}, want: defaultHost},
		"rootless": {env: map[string]string{"XDG_RUNTIME_DIR": "/run/user/1000"},
			answers: []string{"unix:///run/user/1000/docker.sock"}, want: "unix:///run/user/1000/docker.sock"},
		"desktop": {answers: []string{"unix:///home/amal/.docker/run/docker.sock"}, want: "unix:///home/amal/.docker/run/docker.sock"},
		"DOCKER_HOST": {env: map[string]string{"DOCKER_HOST": "tcp://10.0.0.5:2376"},
			answers: []string{defaultHost, "tcp://10.0.0.5:2376"}, want: "tcp://10.0.0.5:2376"},
		"DOCKER_HOST is never passed over": {env: map[string]string{"DOCKER_HOST": "tcp://10.0.0.5:2376"},
			answers: []string{defaultHost}, message: "DOCKER_HOST is set to tcp://10.0.0.5:2376"},
		"given address is never passed over": {host: "unix:///elsewhere", answers: []string{defaultHost},
			message: "No Docker Engine answers at unix:///elsewhere"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := &world{answers: map[string]error{}}
			for _, host := range c.answers {
				w.answers[host] = nil
			}
			m := debianUser()
			m.Getenv = env(c.env)
			found, err := newSetup(t, w, m).Ensure(t.Context(), c.host)
			require.Empty(t, w.commands)
			if c.message != "" {
				require.ErrorContains(t, err, c.message)
				require.Equal(t, errs.Unavailable, errs.CodeOf(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, found.Host)
			require.Equal(t, c.env["DOCKER_HOST"] != "", found.Environment)
		})
	}
}

func TestFindSeesTheEngineStartedByHand(t *testing.T) {
	w := &world{answers: map[string]error{}}
	s := newSetup(t, w, debianRoot())
	s.DataDir = "/d"
	w.answers["unix:///d/engine/docker.sock"] = nil
	found, err := s.Find(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, "unix:///d/engine/docker.sock", found.Host)
}

func TestRootWithoutSystemdInstallsAndStartsByHand(t *testing.T) {
	w := &world{answers: map[string]error{}, effects: map[string]func(){}}
	s := newSetup(t, w, debianRoot())
	s.DataDir = filepath.Join(os.TempDir(), "inc")
	t.Cleanup(func() { os.RemoveAll(s.DataDir) })
	own := "unix://" + s.DataDir + "/engine/docker.sock"
	w.effects["apt-get -qq install"] = func() { w.programs = append(w.programs, "dockerd", "iptables") }
	w.effects["setsid"] = func() { w.answers[own] = nil }

	found, err := s.Ensure(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, own, found.Host)
	require.Len(t, w.commands, 4)
	require.Equal(t, "env DEBIAN_FRONTEND=noninteractive apt-get -qq update", w.commands[0])
	require.Equal(t, "env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends docker.io iptables", w.commands[1])
	require.Equal(t, "iptables --numeric --list", w.commands[2])
	require.Contains(t, w.commands[3], "--data-root "+s.DataDir+"/engine/data")
	require.Contains(t, w.commands[3], "--bridge=none")
	require.NotContains(t, w.commands[3], "--iptables=false")
}

func TestStartByHandWithoutUsableFirewall(t *testing.T) {
	w := &world{programs: []string{"dockerd", "iptables"}, fails: map[string]error{"iptables --numeric": errors.New("no permission")}}
	s := newSetup(t, w, debianRoot())
	s.Probe = func(_ context.Context, e setup.Endpoint) (setup.Endpoint, error) {
		if w.ran("setsid") {
			return e, nil
		}
		return e, fs.ErrNotExist
	}
	_, err := s.Ensure(t.Context(), "")
	require.NoError(t, err)
	require.False(t, w.ran("apt-get"), "dockerd is there already")
	require.True(t, w.ran("--iptables=false"))
}

func TestStartByHandRefusesBesideAnotherEngine(t *testing.T) {
	w := &world{programs: []string{"dockerd"}}
	m := debianRoot()
	m.OtherEngine = func() bool { return true }
	_, err := newSetup(t, w, m).Ensure(t.Context(), "")
	require.ErrorContains(t, err, "Set DOCKER_HOST")
	require.Empty(t, w.commands)
}

// Without systemd the package's installer may start the engine itself; it needs
// a moment, and nothing is started beside it.
func TestInstallerStartsTheEngine(t *testing.T) {
	w := &world{programs: []string{"sudo"}, effects: map[string]func(){}}
	m := debianUser()
	m.Systemd = false
	m.OtherEngine = func() bool { return w.ran("-qq install") }
	s := newSetup(t, w, m)
	s.Yes = true
	answers := []error{fs.ErrNotExist, fs.ErrPermission, nil}
	s.Probe = func(_ context.Context, e setup.Endpoint) (setup.Endpoint, error) {
		if e.Host != defaultHost || !m.OtherEngine() {
			return e, fs.ErrNotExist
		}
		answer := answers[0]
		answers = answers[1:]
		return e, answer
	}
	found, err := s.Ensure(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, defaultHost, found.Host)
	require.True(t, w.ran("sudo -n chown 1000 /var/run/docker.sock"))
	require.False(t, w.ran("setsid"))
}

func TestEngineThatDiesWhileItStarts(t *testing.T) {
	w := &world{programs: []string{"dockerd"}}
	s := newSetup(t, w, debianRoot())
	s.Runner = deadEngine{w, filepath.Join(s.DataDir, "engine", "dockerd.log")}
	_, err := s.Ensure(t.Context(), "")
	require.ErrorContains(t, err, "ended while it started")
	require.ErrorContains(t, err, "Devices cgroup isn't mounted")
}

// deadEngine writes a log and prints the id of a process that does not exist.
type deadEngine struct {
	*world
	log string
}

func (d deadEngine) Run(ctx context.Context, argv ...string) (string, error) {
	if !strings.Contains(strings.Join(argv, " "), "setsid") {
		return d.world.Run(ctx, argv...)
	}
	return pidText(1 << 30), os.WriteFile(d.log, []byte("failed to start daemon: Devices cgroup isn't mounted\n"), 0o600)
}

func TestUserWithSudoIsAskedAndServed(t *testing.T) {
	w := &world{programs: []string{"sudo"}, answers: map[string]error{}, effects: map[string]func(){}}
	s := newSetup(t, w, debianUser())
	var question string
	s.Ask = func(q string) (bool, error) { question = q; return true, nil }
	w.effects["systemctl enable --now docker"] = func() { w.answers[defaultHost] = fs.ErrPermission }
	w.effects["chown 1000 /var/run/docker.sock"] = func() { w.answers[defaultHost] = nil }

	found, err := s.Ensure(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, defaultHost, found.Host)
	require.Contains(t, question, "Install docker.io, iptables with sudo")
	require.Contains(t, question, "root's power")
	require.True(t, w.ran("sudo usermod -aG docker amal"))
}

func TestSystemdStartsTheInstalledEngine(t *testing.T) {
	w := &world{programs: []string{"sudo", "dockerd"}, answers: map[string]error{}, effects: map[string]func(){}}
	m := debianUser()
	m.Getenv = func(name string) string { return map[string]string{"CI": "true"}[name] }
	s := newSetup(t, w, m)
	w.effects["systemctl"] = func() { w.answers[defaultHost] = nil }
	_, err := s.Ensure(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, []string{"sudo -n systemctl enable --now docker"}, w.commands, "a user in the group needs nothing more")
}
