package images

import (
	"archive/tar"
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/sandboxes/images/debian"
)

// The compiler's output is taken over by content only, and only where modules go.
func TestModulesAreNotTrusted(t *testing.T) {
	good := tar.Header{Typeflag: tar.TypeReg, Name: "usr/lib/python3/dist-packages/__pycache__/a.cpython-311.pyc"}
	bad := []tar.Header{
		{Typeflag: tar.TypeReg, Name: "etc/passwd"},
		{Typeflag: tar.TypeReg, Name: "usr/lib/python3/../../../etc/__pycache__/a.pyc"},
		{Typeflag: tar.TypeReg, Name: "usr/lib/python3/a.pyc"},
		{Typeflag: tar.TypeReg, Name: "usr/lib/python3/__pycache__/a.so"},
		{Typeflag: tar.TypeSymlink, Name: good.Name, Linkname: "/etc/passwd"},
		{Typeflag: tar.TypeReg, Name: good.Name, Size: maxModule + 1},
	}
	add := func(h tar.Header) error {
		var stream bytes.Buffer
		w := tar.NewWriter(&stream)
		require.NoError(t, w.WriteHeader(&h))
		_, err := writeLayer(filepath.Join(t.TempDir(), "layer"), "x", func(layer *debian.LayerWriter) error { return addModules(layer, &stream) })
		return err
	}
	require.NoError(t, add(good))
	for _, h := range bad {
		require.ErrorContains(t, add(h), "no compiled module", h.Name)
	}
	require.Equal(t, strings.Repeat("x", 500), tail(strings.Repeat("x", 900)))
}
