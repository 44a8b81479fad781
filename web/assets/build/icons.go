package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

var (
	iconInTemplate = regexp.MustCompile(`icon "([a-z0-9-]+)"`)
	iconInGo       = regexp.MustCompile(`\bIcon\w*\s*[:=]\s*"([a-z0-9-]+)"`)
	svgBody        = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	svgBlank       = regexp.MustCompile(`\s+`)
)

// hashedName puts the hash of body between name and extension.
func hashedName(plain string, body []byte) string {
	sum := sha256.Sum256(body)
	ext := filepath.Ext(plain)
	return strings.TrimSuffix(plain, ext) + "-" + strings.ToUpper(hex.EncodeToString(sum[:4])) + ext
}

// favicon returns the browser tab's picture as it stands in the sources.
func favicon(web string) ([]byte, error) {
	return os.ReadFile(filepath.Join(web, "assets", "src", "favicon.svg"))
}

// iconSprite returns one SVG file with a symbol for each icon that templates
// and view models name.
func iconSprite(web string) ([]byte, error) {
	names, err := usedIcons(web)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">`)
	for _, name := range names {
		raw, err := os.ReadFile(filepath.Join(web, "assets", "node_modules", "@tabler", "icons", "icons", "outline", name+".svg"))
		if err != nil {
			return nil, fmt.Errorf("icon %q: %w", name, err)
		}
		m := svgBody.FindSubmatch(raw)
		if m == nil {
			return nil, fmt.Errorf("icon %q: no svg element", name)
		}
		body := strings.TrimSpace(svgBlank.ReplaceAllString(string(m[1]), " "))
		body = strings.ReplaceAll(strings.ReplaceAll(body, " />", "/>"), "> <", "><")
		fmt.Fprintf(&b, `<symbol id="%s" viewBox="0 0 24 24">%s</symbol>`, name, body)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String()), nil
}

// usedIcons returns the sorted names of the icons in use: `icon "name"` in a
// template, `Icon: "name"` or `IconX = "name"` in package pages.
func usedIcons(web string) ([]string, error) {
	found := map[string]bool{}
	for pattern, re := range map[string]*regexp.Regexp{
		"templates/*.html": iconInTemplate, "pages/*.go": iconInGo,
	} {
		paths, err := filepath.Glob(filepath.Join(web, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			for _, m := range re.FindAllSubmatch(raw, -1) {
				found[string(m[1])] = true
			}
		}
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	return names, nil
}
