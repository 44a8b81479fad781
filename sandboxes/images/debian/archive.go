package debian

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ulikunitz/xz"
	"golang.org/x/sync/errgroup"

	"incubator/platform/errs"
)

// Codename is the Debian release that the images are made of.
const Codename = "bookworm"

// The mirrors of Debian's content delivery network.
const (
	DefaultMirror         = "http://deb.debian.org/debian"
	DefaultSecurityMirror = "http://deb.debian.org/debian-security"
)

// downloads is how many files are fetched at once.
const downloads = 6

// Archive is a Debian mirror and a store for what comes from it. Plain HTTP is
// enough: every byte used is covered by Debian's signature.
type Archive struct {
	Mirror         string // address of the main archive; DefaultMirror when empty
	SecurityMirror string // address of the security archive; DefaultSecurityMirror when empty
	Arch           string // Debian's name of the architecture: amd64, arm64
	Store          Store
	// Client makes the requests; nil means one that honours the proxy variables.
	Client *http.Client
	// Now is the clock that key and index expiry are judged by; nil means time.Now.
	Now func() time.Time
	// Backoff is the pause before a request is tried again; one second when zero.
	Backoff time.Duration

	keys openpgp.EntityList // instead of Debian's, in tests
}

// Progress tells how far a step is, in bytes.
type Progress func(done, total int64)

// suite is one signed part of an archive.
type suite struct {
	base, name, codename, component string
	keys                            []string
}

func (a *Archive) suites() []suite {
	return []suite{
		{cmp.Or(strings.TrimRight(a.Mirror, "/"), DefaultMirror), Codename, Codename, "main", mainKeys},
		{cmp.Or(strings.TrimRight(a.SecurityMirror, "/"), DefaultSecurityMirror), Codename + "-security",
			Codename + "-security", "main", securityKeys},
	}
}

func (a *Archive) fetcher(onBytes func(int64)) *fetcher {
	client := a.Client
	if client == nil {
		client = http.DefaultClient
	}
	return &fetcher{client: client, store: a.Store, backoff: cmp.Or(a.Backoff, time.Second), onBytes: onBytes}
}

// Index fetches and verifies the package indexes of the release and of its
// security updates. It needs the network.
func (a *Archive) Index(ctx context.Context) (*Index, error) {
	suites := a.suites()
	found := make([][]Package, len(suites))
	group, ctx := errgroup.WithContext(ctx)
	for i, s := range suites {
		group.Go(func() (err error) {
			found[i], err = a.packages(ctx, s)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []Package
	for _, packages := range found {
		all = append(all, packages...)
	}
	return newIndex(all), nil
}

// packages returns all packages of one suite.
func (a *Archive) packages(ctx context.Context, s suite) (all []Package, err error) {
	f := a.fetcher(nil)
	r, err := a.release(ctx, f, s)
	if err != nil {
		return nil, err
	}
	path, err := a.indexFile(ctx, f, s, r)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open package index: %w", err)
	}
	defer file.Close()
	text, err := xz.NewReader(bufio.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("package index: %w", err)
	}
	err = parsePackages(text, s.base, func(p Package) { all = append(all, p) })
	return all, err
}

// indexFile fetches the package index by its hash, so that a mirror that is
// being updated cannot pair a new Release file with an old index.
func (a *Archive) indexFile(ctx context.Context, f *fetcher, s suite, r release) (string, error) {
	dir := s.component + "/binary-" + a.Arch
	ref, listed := r.Files[dir+"/Packages.xz"]
	if !listed {
		return "", errs.New(errs.Unavailable, "The Debian archive has no packages for the architecture %q.", a.Arch)
	}
	url := s.base + "/dists/" + s.name + "/" + dir
	if r.ByHash {
		return f.file(ctx, url+"/by-hash/SHA256/"+ref.SHA256, ref)
	}
	return f.file(ctx, url+"/Packages.xz", ref)
}

func (a *Archive) release(ctx context.Context, f *fetcher, s suite) (release, error) {
	now := time.Now
	if a.Now != nil {
		now = a.Now
	}
	raw, err := f.get(ctx, s.base+"/dists/"+s.name+"/InRelease")
	if err != nil {
		return release{}, err
	}
	keys := a.keys
	if keys == nil {
		if keys, err = readKeys(s.keys); err != nil {
			return release{}, err
		}
	}
	text, err := verifyClearsigned(raw, keys, now())
	if err != nil {
		return release{}, err
	}
	r, err := parseRelease(text)
	if err != nil {
		return release{}, errs.Wrap(err, errs.Unavailable, "The mirror's Release file of %s cannot be read", s.name)
	}
	return r, r.check(s.codename, now())
}

// Download brings the .deb files of packages into the store, several at once,
// and reports bytes as files complete. What the store has needs no network.
func (a *Archive) Download(ctx context.Context, packages []Package, progress Progress) error {
	var total int64
	for _, p := range packages {
		total += p.Size
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	progress(0, total)
	var done atomic.Int64
	f := a.fetcher(func(n int64) { progress(done.Add(n), total) })
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(downloads)
	for _, p := range packages {
		group.Go(func() error {
			_, err := f.file(ctx, p.URL, fileRef{SHA256: p.SHA256, Size: p.Size})
			return err
		})
	}
	return group.Wait()
}
