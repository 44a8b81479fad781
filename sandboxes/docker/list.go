package docker

import (
	"context"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"

	"incubator/sandboxes"
)

// List returns containers and volumes that carry all the labels.
func (e *Engine) List(ctx context.Context, labels map[string]string) ([]sandboxes.Object, error) {
	args := filters.NewArgs()
	for name, value := range labels {
		args.Add("label", name+"="+value)
	}
	containers, err := e.api.ContainerList(ctx, container.ListOptions{All: true, Filters: args})
	if err != nil {
		return nil, translate(err, "The sandboxes cannot be listed")
	}
	volumes, err := e.api.VolumeList(ctx, volume.ListOptions{Filters: args})
	if err != nil {
		return nil, translate(err, "The volumes cannot be listed")
	}
	objects := make([]sandboxes.Object, 0, len(containers)+len(volumes.Volumes))
	for _, c := range containers {
		objects = append(objects, sandboxes.Object{
			Kind: sandboxes.ObjectContainer, ID: c.ID, Name: containerName(c.Names), Labels: c.Labels,
			Created: time.Unix(c.Created, 0).UTC(), Running: c.State == "running", Volumes: volumeNames(c.Mounts),
		})
	}
	for _, v := range volumes.Volumes {
		created, _ := time.Parse(time.RFC3339, v.CreatedAt)
		objects = append(objects, sandboxes.Object{
			Kind: sandboxes.ObjectVolume, ID: v.Name, Name: v.Name, Labels: v.Labels, Created: created.UTC(),
		})
	}
	return objects, nil
}

// RemoveObject removes a container or a volume; one that is gone is fine.
func (e *Engine) RemoveObject(ctx context.Context, object sandboxes.Object) error {
	if object.Kind == sandboxes.ObjectVolume {
		return e.removeVolume(ctx, object.ID)
	}
	return e.Remove(ctx, object.ID)
}

func containerName(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return strings.TrimPrefix(names[0], "/")
}

func volumeNames(points []container.MountPoint) []string {
	var names []string
	for _, point := range points {
		if point.Name != "" {
			names = append(names, point.Name)
		}
	}
	return names
}
