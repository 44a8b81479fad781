// Package setup finds a Docker Engine that answers. On Debian and Ubuntu it can
// install and start one; everywhere else it says what to do.
package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"time"

	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"incubator/platform/errs"
)

// minAPI is the oldest engine interface that sandboxes work with (Docker 20.10).
const minAPI = "1.41"

// probeTimeout bounds the question whether an engine answers.
const probeTimeout = 5 * time.Second

// Endpoint is a Docker Engine that answered.
type Endpoint struct {
	Host       string // as in DOCKER_HOST, for example unix:///var/run/docker.sock
	APIVersion string // the newest it speaks
	// Environment says that the DOCKER_* variables, certificates included,
	// describe how to reach it.
	Environment bool
}

// Client returns a client for the endpoint; the caller closes it.
func (e Endpoint) Client() (*client.Client, error) {
	options := []client.Opt{client.WithHost(e.Host), client.WithAPIVersionNegotiation()}
	if e.Environment {
		options = append([]client.Opt{client.WithTLSClientConfigFromEnv()}, options...)
	}
	c, err := client.NewClientWithOpts(options...)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "The engine address %q is not valid. Use unix:///path/to/socket or tcp://host:port", e.Host)
	}
	return c, nil
}

// Attempt is a place where we looked and why that was not it.
type Attempt struct {
	Host string
	Err  error
}

// NoEngineError says where was looked for an engine.
type NoEngineError struct{ Tried []Attempt }

// Error lists every place and what happened there, for a log.
func (e *NoEngineError) Error() string {
	lines := make([]string, len(e.Tried))
	for i, a := range e.Tried {
		lines[i] = fmt.Sprintf("%s: %v", a.Host, a.Err)
	}
	return "no Docker Engine answers (" + strings.Join(lines, "; ") + ")"
}

// denied returns the first socket that exists but is closed to this user.
func (e *NoEngineError) denied() string {
	for _, a := range e.Tried {
		if errors.Is(a.Err, fs.ErrPermission) {
			return a.Host
		}
	}
	return ""
}

// Probe asks the engine at e.Host for its version.
func Probe(ctx context.Context, e Endpoint) (Endpoint, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if path, found := strings.CutPrefix(e.Host, "unix://"); found {
		// The client's own error does not tell a missing socket from a closed one.
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
		if err != nil {
			return Endpoint{}, err
		}
		conn.Close()
	}
	c, err := e.Client()
	if err != nil {
		return Endpoint{}, err
	}
	defer c.Close()
	answer, err := c.Ping(ctx)
	if err != nil {
		return Endpoint{}, err
	}
	if versions.LessThan(answer.APIVersion, minAPI) {
		return Endpoint{}, fmt.Errorf("engine speaks API %s, at least %s (Docker 20.10) is needed", answer.APIVersion, minAPI)
	}
	e.APIVersion = answer.APIVersion
	return e, nil
}
