// Package docker is the sandbox engine on the Docker Engine API, 1.41 and later.
// It knows the sandbox profile and makes no container without it.
package docker

import (
	"context"
	"runtime"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/client"

	"incubator/sandboxes"
)

// Engine talks to one Docker Engine. It holds no state about containers.
type Engine struct {
	api *client.Client
}

// Open returns an engine for the host, such as "unix:///var/run/docker.sock" or
// "tcp://…"; empty means DOCKER_HOST and its companions, else the default
// socket. It does not connect yet.
func Open(host string) (*Engine, error) {
	options := []client.Opt{client.FromEnv, client.WithAPIVersionNegotiation()}
	if host != "" {
		options = append(options, client.WithHost(host))
	}
	api, err := client.NewClientWithOpts(options...)
	if err != nil {
		return nil, translate(err, "The address of the Docker Engine cannot be used")
	}
	return &Engine{api: api}, nil
}

// Close releases idle connections.
func (e *Engine) Close() error { return e.api.Close() }

// Ping is nil when the engine answers.
func (e *Engine) Ping(ctx context.Context) error {
	_, err := e.api.Ping(ctx)
	return translate(err, "The Docker Engine does not answer")
}

// Info describes the engine.
func (e *Engine) Info(ctx context.Context) (sandboxes.EngineInfo, error) {
	info, err := e.api.Info(ctx)
	if err != nil {
		return sandboxes.EngineInfo{}, translate(err, "The Docker Engine does not answer")
	}
	described := sandboxes.EngineInfo{
		ID: info.ID, Name: info.Name, Version: info.ServerVersion,
		Arch: goArch(info.Architecture), CPUs: info.NCPU, Memory: info.MemTotal,
		Warnings: warnings(info),
	}
	for name := range info.Runtimes {
		described.Runtimes = append(described.Runtimes, name)
	}
	slices.Sort(described.Runtimes)
	return described, nil
}

// goArch turns the kernel's name of a machine into Go's.
func goArch(machine string) string {
	switch machine {
	case "x86_64", "amd64":
		return "amd64"
	case "aarch64", "arm64":
		return "arm64"
	case "":
		return runtime.GOARCH
	}
	return machine
}

// warnings lists what this engine cannot enforce of the sandbox profile.
func warnings(info system.Info) []string {
	var found []string
	missing := func(has bool, text string) {
		if !has {
			found = append(found, text)
		}
	}
	missing(info.MemoryLimit, "the engine has no memory limit")
	missing(info.PidsLimit, "the engine has no limit on processes")
	missing(info.CPUCfsQuota, "the engine has no CPU quota")
	missing(slices.ContainsFunc(info.SecurityOptions, func(option string) bool {
		return strings.Contains(option, "name=seccomp")
	}), "the engine has no system call filter (seccomp)")
	return found
}
