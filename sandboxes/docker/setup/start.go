package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"incubator/platform/errs"
)

// defaultHost is where an engine listens that the system's own scripts started.
const defaultHost = "unix:///var/run/docker.sock"

// pollInterval is the pause between two questions to an engine that is
// starting; nothing tells us when its socket is there.
const pollInterval = 100 * time.Millisecond

// Start starts an installed engine and waits until it answers: through systemd
// where that is process 1, else by hand and detached, so that it outlives this
// command. Stop ends the one started by hand.
func (s *Setup) Start(ctx context.Context) (Endpoint, error) {
	if s.Machine.Systemd {
		return s.startService(ctx)
	}
	return s.startByHand(ctx)
}

func (s *Setup) startService(ctx context.Context) (Endpoint, error) {
	s.say("Starting the Docker Engine with systemd")
	if _, err := s.asRoot(ctx, "systemctl", "enable", "--now", "docker"); err != nil {
		return Endpoint{}, errs.Wrap(err, errs.Unavailable, "The Docker Engine does not start. The cause is in: sudo journalctl -u docker")
	}
	return s.await(ctx, defaultHost, s.admitOnce(ctx, defaultHost))
}

// admitOnce lets the user in when the engine's socket turns out to be closed.
func (s *Setup) admitOnce(ctx context.Context, host string) func(error) error {
	admitted := false
	return func(refusal error) error {
		if admitted || !errors.Is(refusal, fs.ErrPermission) {
			return nil
		}
		admitted = true
		return s.admit(ctx, strings.TrimPrefix(host, "unix://"))
	}
}

// admit lets a user who agreed to it use a system-wide engine, now and later.
func (s *Setup) admit(ctx context.Context, socket string) error {
	if s.Machine.UID == 0 {
		return nil
	}
	if _, err := s.asRoot(ctx, "usermod", "-aG", "docker", s.Machine.User); err != nil {
		return errs.Wrap(err, errs.Unavailable, "User %s cannot be added to the group docker", s.Machine.User)
	}
	return s.grant(ctx, socket)
}

// grant gives a user who agreed to it the socket. Membership of the group
// docker counts only from the next sign-in on.
func (s *Setup) grant(ctx context.Context, socket string) error {
	if s.Machine.UID == 0 {
		return nil
	}
	if _, err := s.asRoot(ctx, "chown", strconv.Itoa(s.Machine.UID), socket); err != nil {
		return errs.Wrap(err, errs.Unavailable, "User %s cannot be given the engine's socket %s", s.Machine.User, socket)
	}
	return nil
}

// await asks the engine until it answers. Each refusal is shown to watch, which
// may remove its cause, or end the waiting with an error.
func (s *Setup) await(ctx context.Context, host string, watch func(refusal error) error) (Endpoint, error) {
	ctx, cancel := context.WithTimeout(ctx, s.StartTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		found, err := s.Probe(ctx, Endpoint{Host: host})
		if err == nil {
			return found, nil
		}
		if vain := watch(err); vain != nil {
			return Endpoint{}, vain
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return Endpoint{}, errs.Wrap(err, errs.Unavailable, "The Docker Engine was started and does not answer at %s", host)
		}
	}
}

// errBeside says why no engine is started beside another.
var errBeside = errs.New(errs.Unavailable, "A Docker Engine runs on this machine, but answers at none of the usual addresses. "+
	"Set DOCKER_HOST to its address, or stop it, and run this command again.")

// startByHand starts dockerd in a session of its own, with everything it keeps
// below the platform's folder. It refuses to do so beside another dockerd: a
// starting engine removes the other's default bridge and firewall rules.
func (s *Setup) startByHand(ctx context.Context) (Endpoint, error) {
	if s.Machine.OtherEngine() {
		return Endpoint{}, errBeside
	}
	dir := s.byHand()
	s.say("Starting a Docker Engine below " + dir.base)
	if err := os.MkdirAll(dir.base, 0o755); err != nil {
		return Endpoint{}, errs.Wrap(err, errs.Unavailable, "The folder %s cannot be created", dir.base)
	}
	program, err := s.Runner.LookPath("dockerd")
	if err != nil {
		return Endpoint{}, errs.Wrap(err, errs.Unavailable, "The program dockerd is not installed. %s", s.byYourself())
	}
	argv := append([]string{"sh", "-c", launcher, "sh", dir.log, program}, s.flags(ctx, dir)...)
	output, err := s.asRoot(ctx, argv...)
	if err != nil {
		return Endpoint{}, errs.Wrap(err, errs.Unavailable, "The Docker Engine cannot be started. Its log is %s", dir.log)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(output))
	if err != nil {
		return Endpoint{}, errs.Wrap(err, errs.Internal, "The Docker Engine's process id cannot be read")
	}
	return s.awaitByHand(ctx, dir, pid)
}

// launcher detaches its arguments from the terminal and prints their process id.
// A hang-up of a terminal that sudo made for it must not end it before it has a
// session of its own.
const launcher = `trap '' HUP; log=$1; shift; setsid "$@" >>"$log" 2>&1 </dev/null & echo $!`

func (s *Setup) awaitByHand(ctx context.Context, dir engineDir, pid int) (Endpoint, error) {
	granted := s.Machine.UID == 0
	return s.await(ctx, dir.host(), func(refusal error) error {
		if !alive(pid) {
			return errs.Wrap(fmt.Errorf("end of its log: %s", dir.logTail()), errs.Unavailable,
				"The Docker Engine ended while it started. Its log is %s", dir.log)
		}
		if granted || !errors.Is(refusal, fs.ErrPermission) {
			return nil
		}
		granted = true
		return s.grant(ctx, dir.socket)
	})
}

// flags returns dockerd's arguments. Sandboxes have networks of their own or
// none, so the engine gets no default bridge, opens no way out and leaves the
// host's forwarding alone. Its firewall rules are used where they can be.
func (s *Setup) flags(ctx context.Context, dir engineDir) []string {
	all := []string{
		"--data-root", dir.data, "--exec-root", dir.exec, "--pidfile", dir.pidfile, "--host", dir.host(),
		"--bridge=none", "--ip-forward=false", "--ip-masq=false", "--userland-proxy=false",
	}
	usable := s.has("iptables")
	if usable {
		_, err := s.asRoot(ctx, "iptables", "--numeric", "--list")
		usable = err == nil
	}
	if !usable {
		s.say("The engine works without firewall rules, since iptables cannot be used here")
		all = append(all, "--iptables=false", "--ip6tables=false")
	}
	return all
}
