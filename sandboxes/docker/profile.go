package docker

import (
	"fmt"
	"math"
	"path"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/go-units"

	"incubator/sandboxes"
)

const (
	// user is nobody: no user of the host owns anything by this id.
	uid      = 65534
	user     = "65534:65534"
	hostname = "sandbox"
	// sentryPIDs is the headroom for gVisor, whose own threads count against the limit.
	sentryPIDs = 64
	shmBytes   = 16 << 20
	openFiles  = 1024
)

// config is the part of the sandbox profile that travels with the container.
func config(spec sandboxes.ContainerSpec) *container.Config {
	return &container.Config{
		Image:      spec.Image,
		Entrypoint: spec.Entrypoint,
		Env:        spec.Env,
		Labels:     spec.Labels,
		User:       user,
		Hostname:   hostname,
		// The image's own folder would be created on the writable layer.
		WorkingDir:   "/",
		AttachStdin:  true,
		AttachStdout: true,
		AttachStderr: true,
		OpenStdin:    true,
		// The engine closes the sandbox's input when the platform's connection ends.
		StdinOnce:   true,
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
}

// hostConfig is the part of the sandbox profile that the host enforces.
func hostConfig(spec sandboxes.ContainerSpec) *container.HostConfig {
	pids := spec.PIDs
	if spec.Runtime == sandboxes.RuntimeGVisor {
		pids += sentryPIDs
	}
	return &container.HostConfig{
		NetworkMode:    "none",
		CapDrop:        []string{"ALL"},
		SecurityOpt:    []string{"no-new-privileges"},
		ReadonlyRootfs: true,
		IpcMode:        container.IPCModePrivate,
		CgroupnsMode:   container.CgroupnsModePrivate,
		Runtime:        spec.Runtime,
		LogConfig:      container.LogConfig{Type: "none"},
		ShmSize:        shmBytes,
		Tmpfs:          tmpfs(spec.Tmpfs),
		Mounts:         mounts(spec.Mounts),
		Resources: container.Resources{
			Memory:     spec.MemoryBytes,
			MemorySwap: spec.MemoryBytes,
			NanoCPUs:   int64(math.Round(spec.CPUs * 1e9)),
			CpusetCpus: spec.CPUSet,
			PidsLimit:  &pids,
			Ulimits: []*units.Ulimit{
				{Name: "nofile", Soft: openFiles, Hard: openFiles},
				{Name: "core", Soft: 0, Hard: 0},
			},
		},
	}
}

// tmpfs gives each writable folder its bounds in bytes and inodes.
func tmpfs(folders []sandboxes.Tmpfs) map[string]string {
	options := make(map[string]string, len(folders))
	for _, folder := range folders {
		exec := "noexec"
		if folder.Exec {
			exec = "exec"
		}
		options[path.Clean(folder.Path)] = fmt.Sprintf("rw,nosuid,nodev,%s,size=%d,nr_inodes=%d,mode=0755,uid=%d,gid=%d",
			exec, folder.Bytes, folder.Inodes, uid, uid)
	}
	return options
}

// mounts are named volumes, read-only, never filled from the image.
func mounts(volumes []sandboxes.Mount) []mount.Mount {
	list := make([]mount.Mount, 0, len(volumes))
	for _, volume := range volumes {
		list = append(list, mount.Mount{
			Type: mount.TypeVolume, Source: volume.Volume, Target: volume.Path, ReadOnly: true,
			VolumeOptions: &mount.VolumeOptions{NoCopy: true},
		})
	}
	return list
}
