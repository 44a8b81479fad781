// Package static holds the built assets, embedded: everything in this folder
// but this file is written by `make assets` and committed.
package static

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
)

//go:embed *.css *.js *.svg *.woff2 *.br *.gz manifest.json
var files embed.FS

// Prefix is the path under which assets are served.
const Prefix = "/static/"

// Asset is one file with its variants. All bytes are shared: never change them.
type Asset struct {
	Name   string // with hash
	Type   string // content type
	Plain  []byte
	Brotli []byte // nil when the file is not compressed further
	Gzip   []byte
}

// Set is the built assets by name. It is immutable after Load.
type Set struct {
	byName map[string]*Asset
	plain  map[string]string
	icons  map[string]bool
}

var symbolID = regexp.MustCompile(`<symbol id="([a-z0-9-]+)"`)

// Load reads the embedded assets. An error means that the build is broken.
func Load() (*Set, error) {
	s := &Set{byName: map[string]*Asset{}, plain: map[string]string{}, icons: map[string]bool{}}
	raw, err := files.ReadFile("manifest.json")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &s.plain); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	names, err := fs.Glob(files, "*.*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := s.add(name); err != nil {
			return nil, err
		}
	}
	for plain, hashed := range s.plain {
		if s.byName[hashed] == nil {
			return nil, fmt.Errorf("manifest.json names %s for %s, which was not built", hashed, plain)
		}
	}
	for _, m := range symbolID.FindAllSubmatch(s.byName[s.plain["icons.svg"]].Plain, -1) {
		s.icons[string(m[1])] = true
	}
	return s, nil
}

// add reads one asset; variants are read with the file they belong to.
func (s *Set) add(name string) error {
	kind, ok := contentTypes[path.Ext(name)]
	if !ok {
		return nil
	}
	a := &Asset{Name: name, Type: kind}
	var err error
	if a.Plain, err = files.ReadFile(name); err != nil {
		return err
	}
	if _, err := fs.Stat(files, name+".br"); err == nil {
		if a.Brotli, err = files.ReadFile(name + ".br"); err != nil {
			return err
		}
		if a.Gzip, err = files.ReadFile(name + ".gz"); err != nil {
			return err
		}
	}
	s.byName[name] = a
	return nil
}

// contentTypes is written out, since package mime asks the machine.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

// Get returns an asset by its hashed name, nil when there is none.
func (s *Set) Get(name string) *Asset { return s.byName[name] }

// URL returns the address of an asset by its plain name ("app.css").
func (s *Set) URL(name string) (string, error) {
	hashed, ok := s.plain[name]
	if !ok {
		return "", fmt.Errorf("asset %q is not in the manifest: run make assets", name)
	}
	return Prefix + hashed, nil
}

// HasIcon reports whether the sprite holds the icon.
func (s *Set) HasIcon(name string) bool { return s.icons[name] }
