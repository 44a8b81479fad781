package debian

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

func stanza(name, version string, body []byte, more string) string {
	return fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: amd64\nFilename: pool/%s_%s.deb\nSize: %d\nSHA256: %s\n%s\n",
		name, version, name, version, len(body), sum(body), more)
}

// twoSuites publishes an app, and a library whose fix is in the security suite.
func twoSuites(t *testing.T) *mirror {
	m := newMirror(t)
	app, old, fixed := []byte("app"), []byte("library"), []byte("library, repaired")
	m.publish(t, "debian", "bookworm", stanza("app", "1", app, "Depends: lib\n")+stanza("lib", "1-1", old, ""))
	m.publish(t, "security", "bookworm-security", stanza("lib", "1-1+deb12u1", fixed, ""))
	m.files["/debian/pool/app_1.deb"] = app
	m.files["/security/pool/lib_1-1+deb12u1.deb"] = fixed
	return m
}

func TestIndexAndDownload(t *testing.T) {
	m := twoSuites(t)
	a := m.archive(t)
	index, err := a.Index(t.Context())
	require.NoError(t, err)
	packages, err := index.Resolve([]string{"app"}, nil, nil)
	require.NoError(t, err)
	require.Len(t, packages, 2)
	require.Equal(t, "1-1+deb12u1", packages[1].Version, "the security suite's version is newer")

	var reports []string
	progress := func(done, total int64) { reports = append(reports, fmt.Sprint(done, "/", total)) }
	require.NoError(t, a.Download(t.Context(), packages[:1], progress))
	require.NoError(t, a.Download(t.Context(), packages[1:], progress))
	require.Equal(t, []string{"0/3", "3/3", "0/17", "17/17"}, reports)
	for _, p := range packages {
		path, found, err := a.Store.verified(fileRef{SHA256: p.SHA256})
		require.NoError(t, err)
		require.True(t, found)
		require.FileExists(t, path)
	}
	m.Close()
	require.NoError(t, a.Download(t.Context(), packages, nil), "what the store has needs no network")
}

func TestIndexRefusesAnotherSigner(t *testing.T) {
	a := twoSuites(t).archive(t)
	a.keys = newMirror(t).keys
	_, err := a.Index(t.Context())
	require.ErrorContains(t, err, "does not verify")
}

func TestIndexRefusesUnknownArchitecture(t *testing.T) {
	a := twoSuites(t).archive(t)
	a.Arch = "riscv64"
	_, err := a.Index(t.Context())
	require.ErrorContains(t, err, `"riscv64"`)
}

// one returns a package of the mirror that is the given bytes.
func one(m *mirror, body []byte) Package {
	m.files["/debian/pool/one.deb"] = body
	return Package{Name: "one", URL: m.URL + "/debian/pool/one.deb", SHA256: sum(body), Size: int64(len(body))}
}

func TestDownloadResumes(t *testing.T) {
	m := newMirror(t)
	body := []byte(strings.Repeat("0123456789", 1000))
	p, a := one(m, body), m.archive(t)
	broken := false
	m.fault = func(w http.ResponseWriter, _ *http.Request) bool {
		if broken {
			return false
		}
		broken = true
		w.Header().Set("Content-Length", "10000")
		w.Write(body[:4321])
		panic(http.ErrAbortHandler)
	}
	require.NoError(t, a.Download(t.Context(), []Package{p}, nil))
	require.Equal(t, []string{"/debian/pool/one.deb ", "/debian/pool/one.deb bytes=4321-"}, m.requests)
	require.NoFileExists(t, a.Store.path(p.SHA256)+".part")
}

func TestDownloadFromMirrorWithoutRanges(t *testing.T) {
	m := newMirror(t)
	body := []byte("a package")
	p, a := one(m, body), m.archive(t)
	m.fault = func(w http.ResponseWriter, _ *http.Request) bool { w.Write(body); return true }
	part, _, err := a.Store.part(p.SHA256)
	require.NoError(t, err)
	_, err = part.WriteString("a pa")
	require.NoError(t, err)
	require.NoError(t, part.Close())
	require.NoError(t, a.Download(t.Context(), []Package{p}, nil))
}

// A decayed or cut file in the store is noticed and fetched again.
func TestDownloadRepairsTheStore(t *testing.T) {
	m := newMirror(t)
	p, a := one(m, []byte("a package")), m.archive(t)
	require.NoError(t, a.Download(t.Context(), []Package{p}, nil))
	require.NoError(t, os.WriteFile(a.Store.path(p.SHA256), []byte("a pXckage"), 0o644))
	require.NoError(t, a.Download(t.Context(), []Package{p}, nil))
	_, found, err := a.Store.verified(fileRef{SHA256: p.SHA256})
	require.NoError(t, err)
	require.True(t, found)
}

func TestDownloadFailures(t *testing.T) {
	cases := map[string]struct {
		fault    func(http.ResponseWriter, *http.Request) bool
		want     string
		requests int
	}{
		"altered": {func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, "a virus.."); return true },
			"damaged or altered", attempts},
		"too long is cut, then altered": {func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, "a package and more"); return true }, "", 1},
		"gone":                          {func(w http.ResponseWriter, r *http.Request) bool { http.NotFound(w, r); return true }, "answered 404", 1},
		"overload":                      {func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(503); return true }, "answered 503", attempts},
		"cut":                           {func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, "cannot be reached", attempts},
		"short":                         {func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, ""); return true }, "cannot be reached", attempts},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := newMirror(t)
			p, a := one(m, []byte("a package")), m.archive(t)
			m.fault = c.fault
			err := a.Download(t.Context(), []Package{p}, nil)
			m.mu.Lock()
			defer m.mu.Unlock()
			require.Len(t, m.requests, c.requests)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
			require.Equal(t, errs.Unavailable, errs.CodeOf(err))
			require.NoFileExists(t, a.Store.path(p.SHA256))
		})
	}
}

func TestUnreachableMirrorSaysWhatToDo(t *testing.T) {
	m := newMirror(t)
	a := m.archive(t)
	m.Close()
	_, err := a.Index(t.Context())
	require.ErrorContains(t, err, "cannot be reached")
	require.Contains(t, errs.MessageOf(err), "http_proxy")
}

func TestDownloadStopsWithItsContext(t *testing.T) {
	m := newMirror(t)
	p, a := one(m, []byte("a package")), m.archive(t)
	ctx, cancel := context.WithCancel(t.Context())
	m.fault = func(http.ResponseWriter, *http.Request) bool { cancel(); panic(http.ErrAbortHandler) }
	err := a.Download(ctx, []Package{p}, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, m.requests, 1)
}

func TestUnwritableStore(t *testing.T) {
	m := newMirror(t)
	p, a := one(m, []byte("a package")), m.archive(t)
	file := t.TempDir() + "/file"
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	a.Store.Dir = file
	err := a.Download(t.Context(), []Package{p}, nil)
	require.Error(t, err)
	require.Empty(t, m.requests, "nothing is fetched that cannot be kept")
}
