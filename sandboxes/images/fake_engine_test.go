package images

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/client"
	"github.com/stretchr/testify/require"
)

// fakeEngine speaks as much of the engine's interface as a build without
// containers needs, and checks what it is given as strictly as a real one.
type fakeEngine struct {
	*httptest.Server
	arch string

	mu     sync.Mutex
	images map[string]fakeImage
	loads  int
	// refuse is the error that loading ends with, "" for none.
	refuse string
}

type fakeImage struct {
	ID     string
	Config imageConfig
	Layers [][]byte
	Tagged time.Time
}

func newFakeEngine(t *testing.T) *fakeEngine {
	t.Helper()
	e := &fakeEngine{arch: "amd64", images: map[string]fakeImage{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/_ping", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Api-Version", "1.41") })
	mux.HandleFunc("/v1.41/version", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"Os":"linux","Arch":%q}`, e.arch)
	})
	mux.HandleFunc("POST /v1.41/images/load", e.load)
	mux.HandleFunc("/v1.41/images/incubator/{name}/{action}", e.image)
	e.Server = httptest.NewServer(mux)
	t.Cleanup(e.Close)
	return e
}

func (e *fakeEngine) client(t *testing.T) *client.Client {
	t.Helper()
	address, err := url.Parse(e.URL)
	require.NoError(t, err)
	c, err := client.NewClientWithOpts(client.WithHost("tcp://"+address.Host), client.WithAPIVersionNegotiation())
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func (e *fakeEngine) image(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	name := "incubator/" + r.PathValue("name")
	found, known := e.images[name]
	switch {
	case !known:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message":"No such image"}`)
	case r.PathValue("action") == "tag":
		found.Tagged = time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC)
		e.images[name] = found
		w.WriteHeader(http.StatusCreated)
	default:
		json.NewEncoder(w).Encode(map[string]any{
			"Id": found.ID, "Config": found.Config.Config, "Metadata": map[string]any{"LastTagTime": found.Tagged},
		})
	}
}

func (e *fakeEngine) load(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.loads++
	err := e.accept(r.Body)
	if e.refuse != "" {
		err = fmt.Errorf("%s", e.refuse)
	}
	if err != nil {
		json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
	}
}

// accept reads an archive and checks every hash in it.
func (e *fakeEngine) accept(body io.Reader) error {
	files, err := readTar(body)
	if err != nil {
		return err
	}
	var manifest []manifestEntry
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		return err
	}
	raw := files[manifest[0].Config]
	got := fakeImage{ID: "sha256:" + digest(raw)}
	if err := json.Unmarshal(raw, &got.Config); err != nil {
		return err
	}
	if len(got.Config.RootFS.DiffIDs) != len(manifest[0].Layers) || len(got.Config.History) != len(manifest[0].Layers) {
		return fmt.Errorf("layers, diff ids and history differ in number")
	}
	for i, name := range manifest[0].Layers {
		if got.Config.RootFS.DiffIDs[i] != "sha256:"+digest(files[name]) {
			return fmt.Errorf("layer %d has another diff id", i)
		}
		got.Layers = append(got.Layers, files[name])
	}
	for _, tag := range manifest[0].RepoTags {
		e.images[tag] = got
	}
	return nil
}

func digest(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func readTar(r io.Reader) (map[string][]byte, error) {
	files := map[string][]byte{}
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		files[strings.TrimSuffix(h.Name, "/")] = append(body, h.Linkname...)
	}
}

// root returns the files of all layers of an image, upper ones winning.
func (e *fakeEngine) root(t *testing.T, ref string) map[string][]byte {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	all := map[string][]byte{}
	require.Contains(t, e.images, ref)
	for _, layer := range e.images[ref].Layers {
		files, err := readTar(bytes.NewReader(layer))
		require.NoError(t, err)
		for name, body := range files {
			all[name] = body
		}
	}
	return all
}
