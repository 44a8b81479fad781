package initbin_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes/initbin"
)

func TestMissing(t *testing.T) {
	_, err := initbin.For("pdp11")
	require.Equal(t, errs.Internal, errs.CodeOf(err))
	require.Contains(t, errs.MessageOf(err), "make build")
}
