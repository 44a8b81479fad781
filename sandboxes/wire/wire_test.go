package wire_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/sandboxes/wire"
)

func TestFrames(t *testing.T) {
	var buf bytes.Buffer
	w := wire.NewWriter(&buf)
	require.NoError(t, w.Frame(wire.KindHello, nil))
	require.NoError(t, w.JSON(wire.KindTrailer, wire.Trailer{Nonce: "n", ExitCode: 3}))
	long := bytes.Repeat([]byte("x"), wire.ChunkBytes*2+5)
	n, err := w.Stream(wire.KindOutput).Write(long)
	require.NoError(t, err)
	require.Equal(t, len(long), n)

	r := wire.NewReader(&buf)
	kind, payload, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, wire.KindHello, kind)
	require.Empty(t, payload)
	kind, payload, err = r.Next()
	require.NoError(t, err)
	require.Equal(t, wire.KindTrailer, kind)
	require.Contains(t, string(payload), `"exit_code":3`)
	var got []byte
	for range 3 {
		kind, payload, err = r.Next()
		require.NoError(t, err)
		require.Equal(t, wire.KindOutput, kind)
		require.LessOrEqual(t, len(payload), wire.ChunkBytes)
		got = append(got, payload...)
	}
	require.Equal(t, long, got)
	_, _, err = r.Next()
	require.ErrorIs(t, err, io.EOF)
}

func TestBadFrames(t *testing.T) {
	_, _, err := wire.NewReader(bytes.NewReader([]byte{'L', 0xff, 0xff, 0xff, 0xff})).Next()
	require.ErrorContains(t, err, "over the limit")
	_, _, err = wire.NewReader(bytes.NewReader([]byte{'L', 0, 0, 0, 9, 1})).Next()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, _, err = wire.NewReader(bytes.NewReader([]byte{'L', 0})).Next()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Error(t, wire.NewWriter(io.Discard).Frame(wire.KindLog, make([]byte, wire.MaxPayload+1)))
}
