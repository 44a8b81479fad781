// Package initbin carries the built init program (sandboxes/images/init) inside
// the platform's own binary. "make build" puts one file for each architecture
// into bin before the platform is compiled.
package initbin

import (
	"embed"

	"incubator/platform/errs"
)

//go:embed all:bin
var files embed.FS

// For returns the static init program for a Linux engine of the architecture
// (as in GOARCH), or errs.Internal when this build has none: waiting does not help.
func For(arch string) ([]byte, error) {
	program, err := files.ReadFile("bin/init-linux-" + arch)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal,
			"This build has no sandbox init program for linux/%s: build it with \"make build\".", arch)
	}
	return program, nil
}
