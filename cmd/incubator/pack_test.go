package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

func TestPackBuildChoosesTheFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll("fusion", 0o700)) // a folder with the name of a bundled pack
	require.NoError(t, os.MkdirAll("mine", 0o700))
	for _, c := range []struct{ path, out, want string }{
		{"mine", "", "mine"},
		{"fusion", "", "fusion"},
		{"fusion", "copy", "copy"},
		{"fusion", "copy", "copy"}, // again: what is there is kept
		{"absent", "", "absent"},   // reported by the build
	} {
		folder, err := (&PackBuildCmd{Path: c.path, Out: c.out}).folder()
		require.NoError(t, err, c)
		require.Equal(t, c.want, folder, c)
	}
	require.FileExists(t, filepath.Join("copy", "challenge.yaml"))
	require.NoFileExists(t, filepath.Join("fusion", "challenge.yaml"), "the folder of that name is not touched")
	require.NoError(t, os.Remove("fusion"))
	folder, err := (&PackBuildCmd{Path: "fusion"}).folder()
	require.NoError(t, err)
	require.Equal(t, "fusion", folder)
	require.FileExists(t, filepath.Join("fusion", "challenge.yaml"))
}

func TestPackBuildRefusesOutForAFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll("mine", 0o700))
	var out, errOut bytes.Buffer
	err := (&PackBuildCmd{Path: "./mine", Out: "copy"}).Run(t.Context(), &Streams{Out: &out, Err: &errOut})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	require.ErrorContains(t, err, "--out is for bundled packs")
	require.NoDirExists(t, "copy")
}
