package debian

import (
	"slices"
	"strings"

	"incubator/platform/errs"
)

// Index holds the packages of one or more suites, for one architecture.
type Index struct {
	packages  map[string]Package  // the newest version of each name
	providers map[string][]string // virtual name → names of packages, sorted
}

// newIndex builds an index; where two suites have a package, the newer wins.
func newIndex(packages []Package) *Index {
	x := &Index{packages: make(map[string]Package, len(packages)), providers: map[string][]string{}}
	for _, p := range packages {
		if old, found := x.packages[p.Name]; !found || compareVersions(p.Version, old.Version) > 0 {
			x.packages[p.Name] = p
		}
	}
	for name, p := range x.packages {
		for _, v := range p.provides {
			x.providers[v.Name] = append(x.providers[v.Name], name)
		}
	}
	for _, names := range x.providers {
		slices.Sort(names)
	}
	return x
}

// Resolve returns the packages in names and all they depend on, sorted by name.
// Names in have are installed already (a lower layer has them) and are not
// returned; names in omit are taken as installed although they are not: a
// sandbox has no use for a package manager. An alternative that is wanted
// anyway wins, else the first that exists.
func (x *Index) Resolve(names, have, omit []string) ([]Package, error) {
	r := resolver{index: x, present: map[string]bool{}, chosen: map[string]Package{}}
	for _, name := range slices.Concat(have, omit) {
		r.present[name] = true
	}
	for _, name := range names {
		if err := r.choose(name); err != nil {
			return nil, err
		}
	}
	for len(r.queue) > 0 {
		name := r.queue[0]
		r.queue = r.queue[1:]
		for _, d := range x.packages[name].depends {
			if err := r.satisfy(name, d); err != nil {
				return nil, err
			}
		}
	}
	return r.sorted(), nil
}

type resolver struct {
	index   *Index
	present map[string]bool    // chosen, had or omitted
	chosen  map[string]Package // the answer
	queue   []string           // chosen, dependencies not looked at yet
}

func (r *resolver) choose(name string) error {
	if r.present[name] {
		return nil
	}
	p, found := r.index.packages[name]
	if !found {
		return errs.New(errs.Unavailable, "The Debian archive has no package %q for this architecture.", name)
	}
	r.present[name] = true
	r.chosen[name] = p
	r.queue = append(r.queue, name)
	return nil
}

func (r *resolver) satisfy(of string, d dependency) error {
	for _, a := range d {
		if r.satisfied(a) {
			return nil
		}
	}
	for _, a := range d {
		if name, found := r.candidate(a); found {
			return r.choose(name)
		}
	}
	return errs.New(errs.Unavailable, "The Debian archive cannot satisfy a dependency of %q on %q. The mirror may be in the middle of an update; try again in an hour.", of, d[0].Name)
}

// satisfied reports whether a package that is present is, or provides, a.
// Versions of packages in lower layers come from the same index.
func (r *resolver) satisfied(a alternative) bool {
	if r.present[a.Name] {
		p, known := r.index.packages[a.Name]
		return !known || a.accepts(p.Version)
	}
	return slices.ContainsFunc(r.index.providers[a.Name], func(name string) bool {
		return r.present[name] && r.provides(name, a)
	})
}

// candidate returns the package that would satisfy a: the real one, else the
// first provider by name.
func (r *resolver) candidate(a alternative) (string, bool) {
	if p, found := r.index.packages[a.Name]; found && a.accepts(p.Version) {
		return a.Name, true
	}
	for _, name := range r.index.providers[a.Name] {
		if r.provides(name, a) {
			return name, true
		}
	}
	return "", false
}

func (r *resolver) provides(name string, a alternative) bool {
	return slices.ContainsFunc(r.index.packages[name].provides, func(v provision) bool {
		return v.Name == a.Name && a.accepts(v.Version)
	})
}

func (r *resolver) sorted() []Package {
	all := make([]Package, 0, len(r.chosen))
	for _, p := range r.chosen {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Package) int { return strings.Compare(a.Name, b.Name) })
	return all
}
