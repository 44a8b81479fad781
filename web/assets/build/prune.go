package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	classAttr  = regexp.MustCompile(`class="((?:[^"{]|\{\{[^}]*\}\})*)"`)
	className  = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_-]*`)
	inSelector = regexp.MustCompile(`\.((?:[A-Za-z_-]|\\.)(?:[A-Za-z0-9_-]|\\.)*)`)
	negation   = regexp.MustCompile(`:not\([^()]*\)`)
	varUse     = regexp.MustCompile(`var\(\s*(--[A-Za-z0-9_-]+)`)
	comment    = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

// scriptClasses are set by scripts, so no template shows them.
var scriptClasses = []string{"disabled", "active", "is-invalid", "was-validated"}

// usedClasses returns every word that stands in a class attribute of a
// template, words inside template actions included.
func usedClasses(web string) (map[string]bool, error) {
	used := map[string]bool{}
	for _, c := range scriptClasses {
		used[c] = true
	}
	paths, err := filepath.Glob(filepath.Join(web, "templates", "*.html"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for _, attr := range classAttr.FindAllStringSubmatch(string(raw), -1) {
			for _, word := range className.FindAllString(attr[1], -1) {
				used[word] = true
			}
		}
	}
	return used, nil
}

// prune drops the rules of css that name a class outside used, then the custom
// properties that neither the rest nor own refers to.
func prune(css, own string, used map[string]bool) string {
	css = pruneRules(comment.ReplaceAllString(css, ""), used)
	for {
		referenced := map[string]bool{}
		for _, m := range varUse.FindAllStringSubmatch(css+own, -1) {
			referenced[m[1]] = true
		}
		next := pruneProperties(css, referenced)
		if len(next) == len(css) {
			return css
		}
		css = next
	}
}

// pruneRules walks one level of a stylesheet: conditional groups recursively,
// style rules by their selectors, anything else untouched.
func pruneRules(css string, used map[string]bool) string {
	var out strings.Builder
	for css = strings.TrimSpace(css); css != ""; css = strings.TrimSpace(css) {
		end := scan(css, "{;")
		if end == len(css) {
			break
		}
		if css[end] == ';' { // @charset, @import
			out.WriteString(css[:end+1] + "\n")
			css = css[end+1:]
			continue
		}
		head, rest := strings.TrimSpace(css[:end]), css[end+1:]
		end = scan(rest, "}")
		body := rest[:end]
		css = rest[min(end+1, len(rest)):]
		if kept := pruneRule(head, body, used); kept != "" {
			out.WriteString(kept + "\n")
		}
	}
	return out.String()
}

// pruneRule returns what is left of one rule, "" for nothing.
func pruneRule(head, body string, used map[string]bool) string {
	if strings.HasPrefix(head, "@media") || strings.HasPrefix(head, "@supports") {
		if inner := pruneRules(body, used); strings.TrimSpace(inner) != "" {
			return head + "{" + inner + "}"
		}
		return ""
	}
	if strings.HasPrefix(head, "@") {
		return head + "{" + body + "}"
	}
	var kept []string
	for _, selector := range splitTop(head, ',') {
		if matches(selector, used) {
			kept = append(kept, strings.TrimSpace(selector))
		}
	}
	if len(kept) == 0 || strings.TrimSpace(body) == "" {
		return ""
	}
	return strings.Join(kept, ",") + "{" + body + "}"
}

// matches reports whether a page could match the selector. Classes inside a
// negation do not have to exist; right-to-left duplicates never match, since
// all pages are left to right.
func matches(selector string, used map[string]bool) bool {
	selector = negation.ReplaceAllString(selector, "")
	if strings.Contains(selector, "[dir=rtl]") || strings.Contains(selector, `[dir="rtl"]`) {
		return false
	}
	for _, m := range inSelector.FindAllStringSubmatch(selector, -1) {
		if !used[strings.ReplaceAll(m[1], `\`, "")] {
			return false
		}
	}
	return true
}

// pruneProperties drops declarations of custom properties nobody refers to.
func pruneProperties(css string, referenced map[string]bool) string {
	var out strings.Builder
	for css != "" {
		end := scanFlat(css, "{};")
		if end == len(css) {
			out.WriteString(css)
			break
		}
		part := css[:end]
		name, _, found := strings.Cut(strings.TrimSpace(part), ":")
		unused := found && strings.HasPrefix(name, "--") && !referenced[strings.TrimSpace(name)]
		if !unused {
			out.WriteString(part)
		}
		if !unused || css[end] != ';' {
			out.WriteByte(css[end])
		}
		css = css[end+1:]
	}
	return out.String()
}

// scan returns the index of the first byte of stops outside strings,
// parentheses and nested braces, or len(css).
func scan(css, stops string) int { return scanDepth(css, stops, true) }

// scanFlat is scan that looks into braces.
func scanFlat(css, stops string) int { return scanDepth(css, stops, false) }

func scanDepth(css, stops string, nest bool) int {
	depth, quote := 0, byte(0)
	for i := 0; i < len(css); i++ {
		c := css[i]
		switch {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case depth == 0 && strings.IndexByte(stops, c) >= 0:
			return i
		case c == '(' || nest && c == '{':
			depth++
		case c == ')' || nest && c == '}':
			depth--
		}
	}
	return len(css)
}

// splitTop splits a selector list at commas outside parentheses.
func splitTop(s string, sep byte) []string {
	var parts []string
	for s != "" {
		end := scan(s, string(sep))
		parts = append(parts, s[:end])
		s = s[min(end+1, len(s)):]
	}
	return parts
}
