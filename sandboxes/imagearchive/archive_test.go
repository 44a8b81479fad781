package imagearchive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes/imagearchive"
)

// parts are the files of an archive, in order.
type parts []part

type part struct {
	name string
	text []byte
	link string
}

func (p parts) tar(t *testing.T) []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, part := range p {
		h := &tar.Header{Name: part.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(part.text))}
		if part.link != "" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, part.link
		}
		require.NoError(t, w.WriteHeader(h))
		_, err := w.Write(part.text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

func (p parts) with(name string, text []byte) parts {
	changed := append(parts{}, p...)
	for i := range changed {
		if changed[i].name == name {
			changed[i].text = text
		}
	}
	return changed
}

func (p parts) without(name string) parts {
	var kept parts
	for _, part := range p {
		if part.name != name {
			kept = append(kept, part)
		}
	}
	return kept
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func layerTar(t *testing.T) []byte { return parts{{name: "etc/motd", text: []byte("hello")}}.tar(t) }

func config(arch string, layers ...[]byte) []byte {
	ids := make([]string, len(layers))
	for i, l := range layers {
		ids[i] = "sha256:" + hash(l)
	}
	text, _ := json.Marshal(map[string]any{
		"architecture": arch, "os": "linux", "config": map[string]any{"Cmd": []string{"/x"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": ids},
	})
	return text
}

func dockerSave(t *testing.T) parts {
	layer := layerTar(t)
	c := config("amd64", layer)
	return parts{
		{name: "l/layer.tar", text: layer},
		{name: hash(c) + ".json", text: c},
		{name: "manifest.json", text: fmt.Appendf(nil, `[{"Config":"%s.json","RepoTags":["a:b"],"Layers":["l/layer.tar"]}]`, hash(c))},
	}
}

// ociLayout returns a layout whose layer is stored as compress makes it.
func ociLayout(t *testing.T, compress func([]byte) []byte) parts {
	layer := layerTar(t)
	c, stored := config("amd64", layer), compress(layer)
	manifest := fmt.Appendf(nil, `{"config":{"digest":"sha256:%s"},"layers":[{"digest":"sha256:%s"}]}`, hash(c), hash(stored))
	return parts{
		{name: "oci-layout", text: []byte(`{"imageLayoutVersion":"1.0.0"}`)},
		{name: "index.json", text: fmt.Appendf(nil, `{"manifests":[{"digest":"sha256:%s"}]}`, hash(manifest))},
		{name: "blobs/sha256/" + hash(manifest), text: manifest},
		{name: "blobs/sha256/" + hash(c), text: c},
		{name: "blobs/sha256/" + hash(stored), text: stored},
	}
}

func gzipped(text []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, _ = w.Write(text)
	_ = w.Close()
	return buf.Bytes()
}

func zstdPacked(text []byte) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll(text, nil)
}

func plain(text []byte) []byte { return text }

// TestGood takes every form and turns it into the same canonical archive.
func TestGood(t *testing.T) {
	linked := dockerSave(t)
	linked[0].name = "real/layer.tar"
	linked = append(linked, part{name: "l/layer.tar", link: "../real/layer.tar"})
	var canonical []byte
	for name, archive := range map[string][]byte{
		"docker save":        dockerSave(t).tar(t),
		"docker save gzip":   gzipped(dockerSave(t).tar(t)),
		"docker save linked": linked.tar(t),
		"oci":                ociLayout(t, plain).tar(t),
		"oci gzip":           ociLayout(t, gzipped).tar(t),
		"oci zstd":           ociLayout(t, zstdPacked).tar(t),
	} {
		t.Run(name, func(t *testing.T) {
			a, err := imagearchive.Open(t.Context(), bytes.NewReader(archive), "amd64", imagearchive.Caps{})
			require.NoError(t, err)
			defer a.Close()
			require.Equal(t, "sha256:"+hash(config("amd64", layerTar(t))), a.ID)
			require.Equal(t, []string{"/x"}, a.Config.Config.Cmd)
			require.EqualValues(t, len(layerTar(t)), a.Size())
			var out bytes.Buffer
			n, err := a.WriteTo(&out)
			require.NoError(t, err)
			require.EqualValues(t, out.Len(), n)
			require.NotContains(t, out.String(), "a:b", "no tag of the participant's reaches the engine")
			if canonical == nil {
				canonical = out.Bytes()
			}
			require.Equal(t, canonical, out.Bytes())
		})
	}
}

func TestBroken(t *testing.T) {
	good := dockerSave(t)
	oci := ociLayout(t, gzipped)
	other := config("arm64", layerTar(t))
	bomb := gzipped(parts{{name: "zeros", text: make([]byte, 3<<20)}}.tar(t))
	tests := []struct {
		name    string
		archive []byte
		says    string
	}{
		{"empty", nil, "it is empty"},
		{"noise", []byte(strings.Repeat("noise ", 500)), "not a whole tar archive"},
		{"cut short", good.tar(t)[:700], "not a whole tar archive"},
		{"broken gzip", gzipped(good.tar(t))[:200], "gzip stream is broken"},
		{"no manifest", good.without("manifest.json").tar(t), "neither manifest.json"},
		{"manifest is no JSON", good.with("manifest.json", []byte("{")).tar(t), "not the JSON"},
		{"two images", good.with("manifest.json", []byte(`[{},{}]`)).tar(t), "holds 2 images"},
		{"no layer file", good.without("l/layer.tar").tar(t), `"l/layer.tar" is missing`},
		{"changed layer", good.with("l/layer.tar", parts{{name: "x"}}.tar(t)).tar(t), "does not have the hash"},
		{"layer is no tar", good.with("l/layer.tar", []byte("text")).tar(t), "not a whole tar archive"},
		{"changed config", good.with(good[1].name, other).tar(t), "does not have the hash of its name"},
		{"traversal", append(parts{{name: "../x"}}, good...).tar(t), "leaves the archive"},
		{"twice", append(parts{{name: "manifest.json"}}, good...).tar(t), "twice"},
		{"link outside", append(good.without("l/layer.tar"), part{name: "l/layer.tar", link: "/etc/passwd"}).tar(t), "is missing"},
		{"link loop", append(good.without("l/layer.tar"), part{name: "l/layer.tar", link: "layer.tar"}).tar(t), "is missing"},
		{"oci digest", oci.with("index.json", []byte(`{"manifests":[{"digest":"md5:abc"}]}`)).tar(t), "not a SHA-256 digest"},
		{"oci none fits", oci.with("index.json", []byte(`{"manifests":[{"digest":"sha256:00","platform":{"os":"linux","architecture":"riscv64"}}]}`)).tar(t), "0 images for linux/amd64"},
		{"oci manifest", oci.with(oci[2].name, []byte(`{}`)).tar(t), "hash that the index gives"},
		{"oci blob", oci.without(oci[4].name).tar(t), "is missing"},
		{"bomb", layered(t, bomb).tar(t), "unpack to more than 1048576 bytes"},
		{"bad path in layer", layered(t, parts{{name: "a/../../x"}}.tar(t)).tar(t), "holds the path"},
		{"too large", layered(t, make([]byte, 5<<20)).tar(t), "larger than 4194304 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := imagearchive.Open(t.Context(), bytes.NewReader(test.archive), "amd64",
				imagearchive.Caps{ArchiveBytes: 4 << 20, LayerBytes: 1 << 20})
			require.Error(t, err)
			require.Equal(t, errs.Invalid, errs.CodeOf(err), err)
			require.Contains(t, errs.MessageOf(err), test.says)
		})
	}
}

// layered is a docker save whose layer file has the content, compressed or not.
func layered(t *testing.T, content []byte) parts {
	unpacked := content
	if r, err := gzip.NewReader(bytes.NewReader(content)); err == nil {
		unpacked, err = io.ReadAll(r)
		require.NoError(t, err)
	}
	c := config("amd64", unpacked)
	return parts{
		{name: "l/layer.tar", text: content},
		{name: hash(c) + ".json", text: c},
		{name: "manifest.json", text: fmt.Appendf(nil, `[{"Config":"%s.json","Layers":["l/layer.tar"]}]`, hash(c))},
	}
}

func TestOtherArchitecture(t *testing.T) {
	_, err := imagearchive.Open(t.Context(), bytes.NewReader(dockerSave(t).tar(t)), "arm64", imagearchive.Caps{})
	require.ErrorContains(t, err, `the image is for "linux"/"amd64", the engine runs linux/arm64`)
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := imagearchive.Open(ctx, bytes.NewReader(dockerSave(t).tar(t)), "amd64", imagearchive.Caps{})
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("noise"))
	f.Fuzz(func(t *testing.T, archive []byte) {
		a, err := imagearchive.Open(t.Context(), bytes.NewReader(archive), "amd64", imagearchive.Caps{ArchiveBytes: 1 << 20, LayerBytes: 1 << 20})
		if err == nil {
			require.NoError(t, a.Close())
		}
	})
}
