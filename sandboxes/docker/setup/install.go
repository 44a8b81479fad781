package setup

import (
	"context"
	"strings"

	"incubator/platform/errs"
)

// canInstall reports whether this is Debian, Ubuntu or derived from them.
func (s *Setup) canInstall() bool {
	return s.Machine.OS == "linux" && s.Machine.is("debian", "ubuntu")
}

// packages returns what is installed: the engine, and what Debian's package
// only recommends although sandboxes need it.
func (s *Setup) packages() []string {
	all := []string{"docker.io", "iptables"}
	if s.Machine.AppArmor {
		all = append(all, "apparmor")
	}
	return all
}

// Install brings dockerd onto a Debian or Ubuntu machine that lacks it. A user
// other than root is asked first. It changes nothing if dockerd is there.
func (s *Setup) Install(ctx context.Context) error {
	missing := !s.has("dockerd")
	if err := s.consent(missing); err != nil {
		return err
	}
	if !missing {
		return nil
	}
	s.say("Installing " + strings.Join(s.packages(), ", ") + " from the distribution's archive")
	apt := []string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"}
	if _, err := s.asRoot(ctx, append(apt, "update")...); err != nil {
		return errs.Wrap(err, errs.Unavailable, "The package lists cannot be updated. Run: sudo apt-get update, and repair what it complains about")
	}
	install := append(append(apt, "install", "--yes", "--no-install-recommends"), s.packages()...)
	if _, err := s.asRoot(ctx, install...); err != nil {
		return errs.Wrap(err, errs.Unavailable, "The Docker Engine cannot be installed. Run: sudo apt-get install %s, and repair what it complains about",
			strings.Join(s.packages(), " "))
	}
	return nil
}

// consent makes sure that we may act as root.
func (s *Setup) consent(missing bool) error {
	if s.Machine.UID == 0 {
		return nil
	}
	if !s.has("sudo") {
		return errs.New(errs.Unavailable, "No Docker Engine answers, and there is no sudo to install one with. %s", s.byYourself())
	}
	if s.Yes || s.Machine.Getenv("CI") == "true" {
		return nil
	}
	if s.Ask == nil {
		return errs.New(errs.Unavailable, "No Docker Engine answers, and there is no terminal to ask whether one may be installed. %s", s.byYourself())
	}
	action := "Start the installed one"
	if missing {
		action = "Install " + strings.Join(s.packages(), ", ") + " with sudo and start it"
	}
	agreed, err := s.Ask("No Docker Engine answers. " + action + ", and let " + s.Machine.User +
		" use it? (That user then has root's power on this machine.)")
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "The answer could not be read. %s", s.byYourself())
	}
	if !agreed {
		return errs.New(errs.Unavailable, "No Docker Engine answers, and none was installed. %s", s.byYourself())
	}
	return nil
}

// byYourself is the advice when we do not install.
func (s *Setup) byYourself() string {
	return "As root, run: apt-get install --no-install-recommends " + strings.Join(s.packages(), " ") +
		" && service docker start && usermod -aG docker " + s.Machine.User + ". Then sign in again and run this command again."
}

func (s *Setup) has(program string) bool {
	_, err := s.Runner.LookPath(program)
	return err == nil
}

// asRoot runs a command directly or through sudo. Without a person at the
// terminal sudo must not wait for a password.
func (s *Setup) asRoot(ctx context.Context, argv ...string) (string, error) {
	switch {
	case s.Machine.UID == 0:
		return s.Runner.Run(ctx, argv...)
	case s.Ask == nil:
		return s.Runner.Run(ctx, append([]string{"sudo", "-n"}, argv...)...)
	}
	return s.Runner.Run(ctx, append([]string{"sudo"}, argv...)...)
}
