package fake_test

import (
	"context"
	"io"
	"testing"

	"incubator/sandboxes"
	"incubator/sandboxes/enginetest"
	"incubator/sandboxes/fake"
)

func TestEngine(t *testing.T) {
	enginetest.Run(t, func(*testing.T) enginetest.Harness {
		engine := fake.New()
		engine.AddImage(sandboxes.ImageInfo{ID: "sha256:test"}, program)
		return enginetest.Harness{Engine: engine, Image: "sha256:test"}
	})
}

// program does the deeds of the suite.
func program(ctx context.Context, p fake.Process) int {
	switch p.Spec.Entrypoint[1] {
	case "echo":
		_, _ = io.Copy(p.Stdout, p.Stdin)
	case "fail":
		_, _ = io.WriteString(p.Stderr, "failing")
		return 3
	case "forever":
		<-ctx.Done()
	case "read":
		_, _ = io.WriteString(p.Stdout, p.Volumes["/app/input_data"]["rows.csv"])
	}
	return 0
}
