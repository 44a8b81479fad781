package debian

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/blakesmith/ar"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"
)

// compressed packs data in the way that the suffix names.
func compressed(t *testing.T, suffix string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	switch suffix {
	case ".xz":
		w, err := xz.NewWriter(&out)
		require.NoError(t, err)
		_, err = w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
	case ".gz":
		w := gzip.NewWriter(&out)
		_, err := w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
	case ".zst":
		w, err := zstd.NewWriter(&out)
		require.NoError(t, err)
		_, err = w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
	default:
		out.Write(data)
	}
	return out.Bytes()
}

// tarOf writes entries; a regular entry's content is its body.
func tarOf(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range entries {
		body := []byte(nil)
		if h.Typeflag == tar.TypeReg {
			body = []byte("content of " + h.Name)
			h.Size = int64(len(body))
		}
		require.NoError(t, w.WriteHeader(&h))
		_, err := w.Write(body)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// debOf makes a .deb file with the given data archive.
func debOf(t *testing.T, suffix string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := ar.NewWriter(&out)
	require.NoError(t, w.WriteGlobalHeader())
	for _, member := range []struct {
		name string
		body []byte
	}{
		{"debian-binary", []byte("2.0\n")}, {"control.tar.gz", []byte("odd")}, {"data.tar" + suffix, compressed(t, suffix, data)},
	} {
		require.NoError(t, w.WriteHeader(&ar.Header{Name: member.name, Mode: 0o644, Size: int64(len(member.body))}))
		_, err := w.Write(member.body)
		require.NoError(t, err)
	}
	return out.Bytes()
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// put places a file into the store and returns the package that names it.
func put(t *testing.T, s Store, name string, deb []byte) Package {
	t.Helper()
	p := Package{Name: name, Version: "1", Arch: "amd64", SHA256: sum(deb), Size: int64(len(deb))}
	require.NoError(t, os.MkdirAll(filepath.Dir(s.path(p.SHA256)), 0o755))
	require.NoError(t, os.WriteFile(s.path(p.SHA256), deb, 0o644))
	return p
}

// mirror is a signed archive of both suites in memory.
type mirror struct {
	*httptest.Server
	keys openpgp.EntityList

	mu       sync.Mutex
	files    map[string][]byte
	requests []string
	// fault may answer a request in its own way; it returns false to decline.
	fault func(w http.ResponseWriter, r *http.Request) bool
}

func newMirror(t *testing.T) *mirror {
	t.Helper()
	key, err := openpgp.NewEntity("test archive", "", "archive@example.org", nil)
	require.NoError(t, err)
	m := &mirror{files: map[string][]byte{}, keys: openpgp.EntityList{key}}
	m.Server = httptest.NewServer(m)
	t.Cleanup(m.Close)
	return m
}

func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	m.requests = append(m.requests, r.URL.Path+" "+r.Header.Get("Range"))
	body, found := m.files[r.URL.Path]
	m.mu.Unlock()
	if m.fault != nil && m.fault(w, r) {
		return
	}
	if !found {
		http.NotFound(w, r)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// publish adds a suite with the given index text.
func (m *mirror) publish(t *testing.T, base, suite, packages string) {
	t.Helper()
	index := compressed(t, ".xz", []byte(packages))
	dir := "/" + base + "/dists/" + suite
	m.files[dir+"/main/binary-amd64/by-hash/SHA256/"+sum(index)] = index
	text := fmt.Sprintf("Codename: %s\nDate: Sat, 11 Jul 2026 10:16:37 UTC\nAcquire-By-Hash: yes\nSHA256:\n %s %d main/binary-amd64/Packages.xz\n",
		suite, sum(index), len(index))
	var signed bytes.Buffer
	w, err := clearsign.Encode(&signed, m.keys[0].PrivateKey, nil)
	require.NoError(t, err)
	_, err = w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	m.files[dir+"/InRelease"] = signed.Bytes()
}

func (m *mirror) archive(t *testing.T) *Archive {
	t.Helper()
	return &Archive{
		Mirror: m.URL + "/debian/", SecurityMirror: m.URL + "/security", Arch: "amd64", keys: m.keys,
		Store: Store{Dir: t.TempDir()}, Backoff: time.Nanosecond,
	}
}
