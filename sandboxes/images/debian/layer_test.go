package debian

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var shipped = time.Date(2024, time.March, 4, 5, 6, 7, 890, time.UTC)

// listing reads a layer back: path → what it is.
func listing(t *testing.T, layer []byte) (map[string]tar.Header, []string) {
	t.Helper()
	found, order := map[string]tar.Header{}, []string{}
	r := tar.NewReader(bytes.NewReader(layer))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return found, order
		}
		require.NoError(t, err)
		require.NotContains(t, found, h.Name, "no path comes twice")
		found[h.Name] = *h
		order = append(order, h.Name)
	}
}

func TestLayerFollowsTheRules(t *testing.T) {
	store := Store{Dir: t.TempDir()}
	first := put(t, store, "first", debOf(t, ".xz", tarOf(t,
		tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o755},
		tar.Header{Typeflag: tar.TypeDir, Name: "./bin/", Mode: 0o755},
		tar.Header{Typeflag: tar.TypeReg, Name: "./bin/su", Mode: 0o4755, Uid: 0, Gid: 42, Uname: "root", ModTime: shipped},
		tar.Header{Typeflag: tar.TypeLink, Name: "./bin/twin", Linkname: "./bin/su"},
		tar.Header{Typeflag: tar.TypeSymlink, Name: "./lib/far.so", Linkname: "../usr/lib/near.so"},
		tar.Header{Typeflag: tar.TypeSymlink, Name: "./usr/lib/near.so", Linkname: "../lib64/x.so"},
		tar.Header{Typeflag: tar.TypeDir, Name: "./tmp/", Mode: 0o1777},
		tar.Header{Typeflag: tar.TypeDir, Name: "./var/mail/", Mode: 0o2775},
		tar.Header{Typeflag: tar.TypeReg, Name: "./usr/share/man/man1/su.1.gz", Mode: 0o644},
		tar.Header{Typeflag: tar.TypeReg, Name: "./usr/share/doc/first/README", Mode: 0o644},
		tar.Header{Typeflag: tar.TypeReg, Name: "./usr/share/doc/first/copyright", Mode: 0o644},
		tar.Header{Typeflag: tar.TypeReg, Name: "./usr/lib/python3/dist-packages/x/tests/t.py", Mode: 0o644},
		tar.Header{Typeflag: tar.TypeReg, Name: "./usr/lib/python3/dist-packages/x/testing.py", Mode: 0o644},
	)))
	second := put(t, store, "second", debOf(t, ".zst", tarOf(t,
		tar.Header{Typeflag: tar.TypeReg, Name: "./etc/given", Mode: 0o644},
		tar.Header{Typeflag: tar.TypeReg, Name: "./usr/bin/su", Mode: 0o755},
		tar.Header{Typeflag: tar.TypeReg, Name: "../../../escape", Mode: 0o755},
	)))
	var out bytes.Buffer
	w := NewLayerWriter(&out, "x86_64-linux-gnu")
	require.NoError(t, w.Add(Entry{Path: "etc/given", Mode: 0o600, Body: []byte("generated")}))
	require.NoError(t, w.AddPackages(t.Context(), store, []Package{first, second}, nil))
	info, err := w.Close()
	require.NoError(t, err)
	require.EqualValues(t, out.Len(), info.Size)
	require.Equal(t, "sha256:"+sum(out.Bytes()), info.DiffID)
	require.Equal(t, "sha256:b51d808a727e6a1f98bf3a5b5f3c7da00291eb55f39e67dd5a50d7b1c48a720c", info.DiffID, "whoever changes the rules raises the builder's format")
	require.Equal(t, shipped.Truncate(time.Second), info.Newest, "in UTC: the zone of this machine must not show")

	found, order := listing(t, out.Bytes())
	require.Equal(t, []string{
		"etc/", "etc/given", "usr/", "usr/bin/", "usr/bin/su", "usr/bin/twin", "usr/lib/", "usr/lib/far.so", "usr/lib/near.so",
		"tmp/", "var/", "var/mail/", "usr/share/", "usr/share/doc/", "usr/share/doc/first/", "usr/share/doc/first/copyright",
		"usr/lib/python3/", "usr/lib/python3/dist-packages/", "usr/lib/python3/dist-packages/x/", "usr/lib/python3/dist-packages/x/testing.py",
		"escape",
	}, order)
	su := found["usr/bin/su"]
	require.EqualValues(t, 0o755, su.Mode, "set-id bits are gone, and the first package's file stays")
	require.Zero(t, su.Gid)
	require.Empty(t, su.Uname)
	require.Equal(t, "usr/bin/su", found["usr/bin/twin"].Linkname)
	require.Equal(t, "/usr/lib/near.so", found["usr/lib/far.so"].Linkname, "a relative link that moved still points to the same place")
	require.Equal(t, "../lib64/x.so", found["usr/lib/near.so"].Linkname)
	require.EqualValues(t, 0o1777, found["tmp/"].Mode)
	require.EqualValues(t, 0o775, found["var/mail/"].Mode)
	require.EqualValues(t, 9, found["etc/given"].Size, "a generated file wins over a package's")
	require.Empty(t, leftovers(t, store), "no unpacked package stays")
}

func leftovers(t *testing.T, s Store) []os.DirEntry {
	t.Helper()
	all, err := os.ReadDir(s.Dir)
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all[1:] // the first is the folder of the files themselves
}

// The number of processors and the order in which packages become ready must
// not show in the layer.
func TestLayerIsReproducible(t *testing.T) {
	store := Store{Dir: t.TempDir()}
	var packages []Package
	for i, suffix := range []string{".gz", ".xz", ".zst", ""} {
		name := string(rune('a' + i))
		packages = append(packages, put(t, store, name, debOf(t, suffix, tarOf(t,
			tar.Header{Typeflag: tar.TypeDir, Name: "./usr/share/", Mode: 0o755, ModTime: shipped.AddDate(0, i, 0)},
			tar.Header{Typeflag: tar.TypeReg, Name: "./usr/share/" + name, Mode: 0o644, ModTime: shipped}))))
	}
	build := func() LayerInfo {
		w := NewLayerWriter(io.Discard, "x86_64-linux-gnu")
		require.NoError(t, w.AddPackages(t.Context(), store, packages, nil))
		info, err := w.Close()
		require.NoError(t, err)
		return info
	}
	first := build()
	for range 5 {
		require.Equal(t, first, build())
	}
}

func TestLayerRefusesBrokenPackages(t *testing.T) {
	cases := map[string][]byte{
		"no ar archive":  []byte("this is no archive at all, but it is long enough to hold the header of one, or two"),
		"empty":          {},
		"device":         debOf(t, ".gz", tarOf(t, tar.Header{Typeflag: tar.TypeChar, Name: "./dev/mem", Mode: 0o666, Devmajor: 1, Devminor: 1})),
		"cut":            debOf(t, ".xz", tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "./x", Mode: 0o644}))[:200],
		"no compression": debOf(t, ".lzma", []byte("?")),
	}
	for name, deb := range cases {
		t.Run(name, func(t *testing.T) {
			store := Store{Dir: t.TempDir()}
			bad := put(t, store, "bad", deb)
			w := NewLayerWriter(io.Discard, "x86_64-linux-gnu")
			require.ErrorContains(t, w.AddPackages(t.Context(), store, []Package{bad}, nil), "unpack bad")
			require.Empty(t, leftovers(t, store))
		})
	}
}

func TestLayerStopsWithItsContext(t *testing.T) {
	store := Store{Dir: t.TempDir()}
	p := put(t, store, "p", debOf(t, ".gz", tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "./x", Mode: 0o644})))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := NewLayerWriter(io.Discard, "x86_64-linux-gnu")
	require.ErrorIs(t, w.AddPackages(ctx, store, []Package{p}, nil), context.Canceled)
}
