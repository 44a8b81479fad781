package setup_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes/docker/setup"
)

// Where we may not or must not install, nothing runs and the message says
// exactly what to do.
func TestRefusals(t *testing.T) {
	no := func(string) (bool, error) { return false, nil }
	appArmor := debianUser()
	appArmor.AppArmor = true
	cases := map[string]struct {
		machine  setup.Machine
		programs []string
		answers  map[string]error
		ask      func(string) (bool, error)
		want     string
	}{
		"sudo refused":    {machine: debianUser(), programs: []string{"sudo"}, ask: no, want: "As root, run: apt-get install --no-install-recommends docker.io iptables && service docker start && usermod -aG docker amal"},
		"AppArmor parser": {machine: appArmor, programs: []string{"sudo"}, ask: no, want: "docker.io iptables apparmor"},
		"no terminal":     {machine: debianUser(), programs: []string{"sudo"}, want: "no terminal to ask"},
		"no sudo":         {machine: debianUser(), ask: no, want: "there is no sudo"},
		"not in the group": {machine: debianUser(), programs: []string{"sudo"}, ask: no,
			answers: map[string]error{defaultHost: fs.ErrPermission}, want: "sudo usermod -aG docker amal"},
		"Fedora":   {machine: setup.Machine{OS: "linux", Distro: []string{"fedora"}}, want: "sudo dnf install moby-engine"},
		"Arch":     {machine: setup.Machine{OS: "linux", Distro: []string{"manjaro", "arch"}}, want: "sudo pacman -S docker"},
		"openSUSE": {machine: setup.Machine{OS: "linux", Distro: []string{"opensuse-leap", "suse", "opensuse"}}, want: "sudo zypper install docker"},
		"Alpine":   {machine: setup.Machine{OS: "linux", Distro: []string{"alpine"}}, want: "apk add docker"},
		"unknown":  {machine: setup.Machine{OS: "linux"}, want: "https://docs.docker.com/engine/install/"},
		"macOS":    {machine: setup.Machine{OS: "darwin", UID: 501, Home: "/Users/amal"}, want: "brew install colima"},
		"Windows":  {machine: setup.Machine{OS: "windows"}, want: "Install Docker Desktop"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := &world{programs: c.programs, answers: c.answers}
			s := newSetup(t, w, c.machine)
			s.Ask = c.ask
			_, err := s.Ensure(t.Context(), "")
			require.ErrorContains(t, err, c.want)
			require.Contains(t, errs.MessageOf(err), c.want, "the advice is in the part that is shown")
			require.Empty(t, w.commands)
		})
	}
}

func TestFailedInstallationSaysWhichCommandToRepair(t *testing.T) {
	for part, want := range map[string]string{"-qq update": "sudo apt-get update", "-qq install": "sudo apt-get install docker.io iptables"} {
		w := &world{fails: map[string]error{part: errors.New("no route to host")}}
		_, err := newSetup(t, w, debianRoot()).Ensure(t.Context(), "")
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "no route to host")
	}
}
