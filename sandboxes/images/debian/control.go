package debian

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Package is one binary package of the archive.
type Package struct {
	Name    string
	Version string
	Arch    string // "all" or the architecture of the index
	Source  string // name (and version, when it differs) of the source package
	SHA256  string // of the .deb file
	Size    int64  // of the .deb file, in bytes
	// URL is where the .deb file is fetched from.
	URL string

	depends  []dependency
	provides []provision
}

// provision is one entry of a Provides field.
type provision struct{ Name, Version string }

// dependency is a list of alternatives, of which one must be installed.
type dependency []alternative

// alternative is a package name, perhaps with a version relation such as ">=".
type alternative struct{ Name, Relation, Version string }

// parsePackages calls add for every stanza of a Packages file. base is the
// address of the archive, without a slash at its end.
func parsePackages(r io.Reader, base string, add func(Package)) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 0, 1<<16), 1<<22)
	var p Package
	for scanner.Scan() {
		line := scanner.Text()
		if line == "" {
			if p.Name != "" {
				add(p)
			}
			p = Package{}
			continue
		}
		key, value, found := strings.Cut(line, ":")
		if line[0] == ' ' || line[0] == '\t' || !found {
			continue // a continued field; none of those we need is
		}
		if err := p.setField(key, strings.TrimSpace(value), base); err != nil {
			return err
		}
	}
	if p.Name != "" {
		add(p)
	}
	return scanner.Err()
}

func (p *Package) setField(key, value, base string) (err error) {
	switch key {
	case "Package":
		p.Name = strings.Clone(value)
	case "Version":
		p.Version = strings.Clone(value)
	case "Architecture":
		p.Arch = strings.Clone(value)
	case "Source":
		p.Source = strings.Clone(value)
	case "SHA256":
		p.SHA256 = strings.Clone(value)
	case "Filename":
		p.URL = base + "/" + value
	case "Size":
		p.Size, err = strconv.ParseInt(value, 10, 64)
	case "Depends", "Pre-Depends":
		p.depends = append(p.depends, parseDepends(value)...)
	case "Provides":
		p.provides = parseProvides(value)
	}
	if err != nil {
		return fmt.Errorf("package index, %s of %s: %w", key, p.Name, err)
	}
	return nil
}

// parseDepends reads a Depends field: groups by comma, alternatives by bar.
func parseDepends(value string) []dependency {
	var all []dependency
	for group := range strings.SplitSeq(value, ",") {
		var d dependency
		for item := range strings.SplitSeq(group, "|") {
			if a := parseAlternative(item); a.Name != "" {
				d = append(d, a)
			}
		}
		if len(d) > 0 {
			all = append(all, d)
		}
	}
	return all
}

// parseAlternative reads "name:qualifier (relation version)".
func parseAlternative(item string) alternative {
	name, rest, constrained := strings.Cut(strings.TrimSpace(item), "(")
	name, _, _ = strings.Cut(strings.TrimSpace(name), ":")
	a := alternative{Name: strings.Clone(name)}
	if !constrained {
		return a
	}
	rest, _, _ = strings.Cut(rest, ")")
	i := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("<>= ", r) })
	if i < 0 {
		return a
	}
	a.Relation = strings.TrimSpace(rest[:i])
	a.Version = strings.TrimSpace(rest[i:])
	return a
}

func parseProvides(value string) []provision {
	var all []provision
	for item := range strings.SplitSeq(value, ",") {
		if a := parseAlternative(item); a.Name != "" {
			all = append(all, provision{Name: a.Name, Version: a.Version})
		}
	}
	return all
}

// accepts reports whether version stands in the alternative's relation. A
// virtual package without a version satisfies only an alternative without one.
func (a alternative) accepts(version string) bool {
	if a.Relation == "" {
		return true
	}
	if version == "" {
		return false
	}
	c := compareVersions(version, a.Version)
	switch a.Relation {
	case "=":
		return c == 0
	case ">=":
		return c >= 0
	case "<=":
		return c <= 0
	case ">>":
		return c > 0
	case "<<":
		return c < 0
	}
	return false
}
