package docker_test

import (
	"testing"

	"incubator/sandboxes/enginetest"
	"incubator/sandboxes/sandboxtest"
)

func TestEngine(t *testing.T) {
	engine := sandboxtest.Docker(t)
	image := sandboxtest.HostileImage(t)
	enginetest.Run(t, func(*testing.T) enginetest.Harness {
		return enginetest.Harness{Engine: engine, Image: image}
	})
}
