package images

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/sys/atomicwriter"

	"incubator/sandboxes/images/debian"
)

// Package is a Debian package in an image, as a run's record cites it.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Arch    string `json:"arch"`
	Source  string `json:"source,omitempty"`
	SHA256  string `json:"sha256"` // of the .deb file
}

// lockedPackage adds where the package came from.
type lockedPackage struct {
	Package
	Size int64  `json:"size"`
	URL  string `json:"url"`
}

// lock is the resolved package list of an image, one list for each recipe of
// its chain. A build with a lock needs no index, and no network while the store
// has the packages.
type lock struct {
	Ref    string            `json:"ref"`
	Arch   string            `json:"arch"`
	Layers [][]lockedPackage `json:"layers"`
}

// packages returns the packages of all layers.
func (l lock) packages() []Package {
	all := []Package{}
	for _, layer := range l.Layers {
		all = append(all, publicList(layer)...)
	}
	return all
}

func publicList(layer []lockedPackage) []Package {
	all := make([]Package, len(layer))
	for i, p := range layer {
		all[i] = p.Package
	}
	return all
}

// debs returns a layer's packages in the form that the archive takes.
func debs(layer []lockedPackage) []debian.Package {
	all := make([]debian.Package, len(layer))
	for i, p := range layer {
		all[i] = debian.Package{Name: p.Name, Version: p.Version, Arch: p.Arch, Source: p.Source, SHA256: p.SHA256, Size: p.Size, URL: p.URL}
	}
	return all
}

func lockPackages(found []debian.Package) []lockedPackage {
	all := make([]lockedPackage, len(found))
	for i, p := range found {
		all[i] = lockedPackage{Package: Package{Name: p.Name, Version: p.Version, Arch: p.Arch, Source: p.Source, SHA256: p.SHA256}, Size: p.Size, URL: p.URL}
	}
	return all
}

// readJSON fills v from a file and returns false when there is none, or when a
// killed process or another version left one that cannot be read: what is in
// the cache can always be made again.
func readJSON(path string, v any) (bool, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read image cache: %w", err)
	}
	return json.Unmarshal(raw, v) == nil, nil
}

// writeJSON replaces a file in one step.
func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", filepath.Base(path), err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("create image cache: %w", err)
	}
	if err := atomicwriter.WriteFile(path, append(raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("write image cache: %w", err)
	}
	return nil
}
