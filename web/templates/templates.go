// Package templates holds the HTML of the pages: one layout, partials named
// from the glossary, and one file per page. All of it is parsed once, at start.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"strings"

	"incubator/web/pages"
	"incubator/web/static"
)

//go:embed *.html
var source embed.FS

// Set renders pages. It is immutable after New and safe for concurrent use.
type Set struct {
	pages map[string]*template.Template
}

// New parses layout, partials and pages. The error names the file at fault.
func New(assets *static.Set) (*Set, error) {
	base, err := template.New("").Funcs(functions(assets)).ParseFS(source, "layout.html", "part_*.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(source, "page_*.html")
	if err != nil {
		return nil, err
	}
	set := &Set{pages: map[string]*template.Template{}}
	for _, file := range files {
		t, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if _, err := t.ParseFS(source, file); err != nil {
			return nil, err
		}
		set.pages[strings.TrimSuffix(strings.TrimPrefix(file, "page_"), ".html")] = t
	}
	return set, nil
}

// Has reports whether there is a page of that name.
func (s *Set) Has(page string) bool { return s.pages[page] != nil }

// Page renders a whole page. Nothing of it is returned when rendering fails,
// so that a reader never sees half a page.
func (s *Set) Page(page string, model any) ([]byte, error) {
	return s.Part(page, "layout", model)
}

// Part renders one named part of a page, for updates without reload.
func (s *Set) Part(page, part string, model any) ([]byte, error) {
	t := s.pages[page]
	if t == nil {
		return nil, fmt.Errorf("template of page %q does not exist", page)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, part, model); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// functions are the few helpers that templates may call.
func functions(assets *static.Set) template.FuncMap {
	return template.FuncMap{
		"asset": assets.URL,
		"icon": func(name string) (template.HTML, error) {
			if name == "" {
				return "", nil // a zero view model still renders
			}
			if !assets.HasIcon(name) {
				return "", fmt.Errorf("icon %q is not in the sprite: run make assets", name)
			}
			url, err := assets.URL("icons.svg")
			return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + url + "#" + name + `"/></svg>`), err
		},
		"areas": pages.Areas,
		"size":  pages.Size,
		"short": func(hash string) string { return hash[:min(12, len(hash))] },
		"lower": strings.ToLower,
		"join":  strings.Join,
		"confirm": func(csrf string, c pages.Confirm) pages.Confirm {
			c.CSRF = csrf
			return c
		},
		"sub":  func(a, b int) int { return a - b },
		"list": func(items ...any) []any { return items },
	}
}
