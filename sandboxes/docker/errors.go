package docker

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"incubator/platform/errs"
)

// translate classifies an error of the client. The message is ours and safe to
// show; the engine's words stay in the cause, since they name paths and ids.
func translate(err error, message string) error {
	if err == nil {
		return nil
	}
	return errs.Wrap(err, codeOf(err), "%s.", message)
}

func codeOf(err error) errs.Code {
	var netError net.Error
	switch {
	case client.IsErrConnectionFailed(err), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, &netError):
		return errs.Unavailable
	case errdefs.IsNotFound(err):
		return errs.NotFound
	case errdefs.IsConflict(err):
		return errs.Conflict
	case errdefs.IsInvalidArgument(err):
		return errs.Invalid
	case errdefs.IsUnavailable(err):
		return errs.Unavailable
	}
	return errs.Internal
}

// translateCreate keeps an unknown image apart from a profile that the engine
// does not take, which is never the image's fault.
func translateCreate(err error) error {
	if errdefs.IsInvalidArgument(err) {
		return errs.Wrap(err, errs.Internal, "The engine refuses the sandbox profile.")
	}
	return translate(err, "The sandbox cannot be created")
}

// translateStart tells an image that cannot be started from an engine that
// fails. The runtime's refusals arrive as plain text.
func translateStart(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, sign := range []string{"OCI runtime create failed", "failed to create task", "failed to create shim", "not a directory"} {
		if strings.Contains(text, sign) {
			return errs.Wrap(err, errs.Invalid, "The image cannot be started in a sandbox.")
		}
	}
	if errdefs.IsNotFound(err) {
		return errs.Wrap(err, errs.Unavailable, "The sandbox was removed before it started.")
	}
	return translate(err, "The sandbox cannot be started")
}
