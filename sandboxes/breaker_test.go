package sandboxes_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

// TestBreakerPauses lets one call through after each pause, which grows to a
// bound, and closes with the first success.
func TestBreakerPauses(t *testing.T) {
	r := newRig(t, succeed)
	r.engine.SetDown(true)
	for range 3 {
		_, err := r.ImageInfo(t.Context(), fakeImage)
		require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	}
	asked := r.engine.Calls("ImageInfo")
	for range 10 {
		_, err := r.ImageInfo(t.Context(), fakeImage)
		require.Equal(t, errs.Unavailable, errs.CodeOf(err))
		require.Equal(t, asked, r.engine.Calls("ImageInfo"), "no call during the pause")
		r.pass(11 * time.Second)
		_, _ = r.ImageInfo(t.Context(), fakeImage)
		asked++
		require.Equal(t, asked, r.engine.Calls("ImageInfo"), "one call after the longest pause")
	}
	r.engine.SetDown(false)
	r.pass(11 * time.Second)
	_, err := r.ImageInfo(t.Context(), fakeImage)
	require.NoError(t, err)
	require.True(t, r.Health().Up)
}

// TestBreakerIgnoresRefusals: an engine that says no is an engine that answers.
func TestBreakerIgnoresRefusals(t *testing.T) {
	r := newRig(t, succeed)
	for range 10 {
		_, err := r.ImageInfo(t.Context(), "sha256:none")
		require.Equal(t, errs.NotFound, errs.CodeOf(err))
	}
	require.True(t, r.Health().Up)
}
