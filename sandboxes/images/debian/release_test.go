package debian

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

// The fixture is Debian's own InRelease of bookworm-security, byte for byte.
const realRelease = "testdata/InRelease.bookworm-security"

var (
	signedAt   = time.Date(2026, time.November, 21, 0, 0, 0, 0, time.UTC)
	keysExpire = time.Date(2031, time.June, 1, 0, 0, 0, 0, time.UTC)
)

func TestVerifyRealRelease(t *testing.T) {
	raw, err := os.ReadFile(realRelease)
	require.NoError(t, err)
	security, err := readKeys(securityKeys)
	require.NoError(t, err)
	text, err := verifyClearsigned(raw, security, signedAt)
	require.NoError(t, err)
	r, err := parseRelease(text)
	require.NoError(t, err)
	require.NoError(t, r.check("bookworm-security", signedAt))
	require.True(t, r.ByHash)
	require.Equal(t, fileRef{SHA256: "d3a45860a3f001b55d20eb371c8ed4095115c4bf77666c2847bb3c9d0bb46986", Size: 376904},
		r.Files["main/binary-amd64/Packages.xz"])

	require.ErrorContains(t, r.check("bookworm", signedAt), "bookworm-security")
	require.ErrorContains(t, r.check("bookworm-security", signedAt.AddDate(0, 1, 0)), "expired")
}

func TestVerifyRefuses(t *testing.T) {
	raw, err := os.ReadFile(realRelease)
	require.NoError(t, err)
	security, err := readKeys(securityKeys)
	require.NoError(t, err)
	other, err := readKeys(mainKeys)
	require.NoError(t, err)

	_, err = verifyClearsigned(raw, other, signedAt)
	require.ErrorContains(t, err, "does not verify", "signed by a key of the other archive")
	_, err = verifyClearsigned(raw, security, keysExpire)
	require.ErrorContains(t, err, "does not verify", "the key has expired")
	changed := bytes.Replace(raw, []byte("d3a45860"), []byte("d3a45861"), 1)
	require.NotEqual(t, raw, changed)
	_, err = verifyClearsigned(changed, security, signedAt)
	require.ErrorContains(t, err, "does not verify", "one digit was changed")
	_, err = verifyClearsigned([]byte("<html>Please sign in to the hotel network</html>"), security, signedAt)
	require.ErrorContains(t, err, "captive portal")
	require.Equal(t, errs.Unavailable, errs.CodeOf(err))

	forged := append([]byte("Codename: evil\n\n"), raw...)
	text, err := verifyClearsigned(append(forged, []byte("\nSHA256:\n evil")...), security, signedAt)
	require.NoError(t, err)
	require.NotContains(t, string(text), "evil", "text around the signed block is not used")
}

func TestParseReleaseRefusesMalformed(t *testing.T) {
	for _, text := range []string{"Date: yesterday\n", "SHA256:\n abc 12 main/x\n", "SHA256:\n " + hex64 + " many main/x\n", "SHA256:\n " + hex64 + "\n"} {
		_, err := parseRelease([]byte(text))
		require.Error(t, err, text)
	}
}

const hex64 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
