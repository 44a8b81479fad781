package setup

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Runner executes commands on the machine. Tests replace it.
type Runner interface {
	// Run executes argv, waits for its end and returns its standard output.
	// The error of a failed command has the end of what it complained.
	Run(ctx context.Context, argv ...string) (string, error)
	// LookPath returns where a program is, also in folders for root's programs.
	LookPath(name string) (string, error)
}

// System runs commands for real. Standard input stays the terminal's, since
// sudo may ask for a password.
type System struct{}

// Run executes the command.
func (System) Run(ctx context.Context, argv ...string) (string, error) {
	command := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var output, complaint bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, &output, &complaint
	if err := command.Run(); err != nil {
		return output.String(), fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, lastLines(complaint.String(), 5))
	}
	return output.String(), nil
}

// LookPath searches PATH, and the folders that Debian leaves out of it for
// ordinary users.
func (System) LookPath(name string) (string, error) {
	path, err := exec.LookPath(name)
	for _, dir := range []string{"/usr/local/sbin/", "/usr/sbin/", "/sbin/"} {
		if err == nil {
			break
		}
		path, err = exec.LookPath(dir + name)
	}
	return path, err
}

// lastLines returns the last n lines of a text.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
