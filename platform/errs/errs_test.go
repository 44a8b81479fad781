package errs_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

func TestCodeSurvivesWrapping(t *testing.T) {
	base := errs.Wrap(io.EOF, errs.Conflict, "the phase is closed")
	wrapped := fmt.Errorf("submit: %w", base)
	require.Equal(t, errs.Conflict, errs.CodeOf(wrapped))
	require.Equal(t, "the phase is closed", errs.MessageOf(wrapped))
	require.ErrorIs(t, wrapped, io.EOF)
	require.True(t, errs.Is(wrapped, errs.Conflict))
}

func TestForeignErrorsAreInternalAndHidden(t *testing.T) {
	err := errors.New("dial tcp 10.0.0.1: secret")
	require.Equal(t, errs.Internal, errs.CodeOf(err))
	require.NotContains(t, errs.MessageOf(err), "secret")
	require.Equal(t, errs.Code(""), errs.CodeOf(nil))
}

func TestFieldNamesItsField(t *testing.T) {
	err := errs.Field("email", "%q is not an address", "x")
	require.Equal(t, errs.Invalid, err.Code)
	require.Equal(t, map[string]string{"email": `"x" is not an address`}, err.Fields)
}
