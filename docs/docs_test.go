// Package docs_test holds the documents to what the code says: links lead
// somewhere, settings and fields are all there, tests that are named exist.
package docs_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"incubator/platform/config"
	"incubator/scenarios/pack"
)

const root = ".."

// documents returns every Markdown file of the repository that people are meant
// to read as documentation, by its path below the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	add := func(name string) {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		found[name] = string(text)
	}
	add("README.md")
	add("CHANGELOG.md")
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			add("docs/" + filepath.ToSlash(path))
		}
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(found), 10, "the documents were not found")
	return found
}

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"`)
	fence    = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	heading  = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	testName = regexp.MustCompile("`(Test[A-Za-z0-9]+)[`/]")
	testFunc = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
)

func TestLinksLeadSomewhere(t *testing.T) {
	all := documents(t)
	for name, text := range all {
		for _, match := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			target := match[1] + match[2]
			u, err := url.Parse(target)
			require.NoError(t, err, "%s links to %s", name, target)
			if u.Scheme != "" {
				continue
			}
			path := name
			if u.Path != "" {
				path = filepath.ToSlash(filepath.Join(filepath.Dir(name), u.Path))
			}
			_, err = os.Stat(filepath.Join(root, path))
			assert.NoError(t, err, "%s links to %s", name, target)
			if u.Fragment != "" {
				assert.Contains(t, anchors(all[path]), u.Fragment, "%s links to %s", name, target)
			}
		}
	}
}

// anchors returns the ids that a Markdown viewer gives the headings of a text.
func anchors(text string) []string {
	var ids []string
	for _, match := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		id := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, match[1])
		ids = append(ids, id)
	}
	return ids
}

// TestEverySettingIsDocumented compares the table of operations.md with Config,
// both ways.
func TestEverySettingIsDocumented(t *testing.T) {
	text := documents(t)["docs/operations.md"]
	rows := map[string]string{}
	for _, line := range strings.Split(text, "\n") {
		if flag, rest, found := strings.Cut(strings.TrimPrefix(line, "| `--"), "` |"); found && strings.HasPrefix(line, "| `--") {
			rows[flag] = rest
		}
	}
	settings := reflect.TypeFor[config.Config]()
	for i := range settings.NumField() {
		field := settings.Field(i)
		name := field.Tag.Get("name")
		if name == "" {
			name = kebab(field.Name)
		}
		row, documented := rows[name]
		if !assert.True(t, documented, "operations.md lacks --%s", name) {
			continue
		}
		delete(rows, name)
		for _, env := range strings.Split(field.Tag.Get("env"), ",") {
			assert.Contains(t, row, "`"+env+"`", "the environment of --%s", name)
		}
		if value, ok := field.Tag.Lookup("default"); ok {
			assert.Contains(t, row, "`"+value+"`", "the default of --%s", name)
		}
		for _, value := range strings.FieldsFunc(field.Tag.Get("enum"), func(r rune) bool { return r == ',' }) {
			assert.Contains(t, row, "`"+value+"`", "the values of --%s", name)
		}
	}
	require.Empty(t, slices.Collect(maps.Keys(rows)), "operations.md has settings that there are not")
}

// kebab is how kong names the flag of a field: SandboxPool becomes sandbox-pool.
func kebab(name string) string {
	var out strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			out.WriteByte('-')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// TestEnvironmentVariablesExist finds names in the documents that no setting has.
func TestEnvironmentVariablesExist(t *testing.T) {
	known := map[string]bool{"INCUBATOR_SERVER": true, "INCUBATOR_TOKEN": true}
	settings := reflect.TypeFor[config.Config]()
	for i := range settings.NumField() {
		for _, env := range strings.Split(settings.Field(i).Tag.Get("env"), ",") {
			known[env] = true
		}
	}
	for name, text := range documents(t) {
		for _, env := range regexp.MustCompile(`\bINCUBATOR_[A-Z_]+`).FindAllString(text, -1) {
			assert.True(t, known[env], "%s names %s, which nothing reads", name, env)
		}
	}
}

// TestEveryFieldOfThePackIsDocumented walks the two schemas.
func TestEveryFieldOfThePackIsDocumented(t *testing.T) {
	text := documents(t)["docs/pack-format.md"]
	for _, schema := range [][]byte{pack.ChallengeSchema(), pack.RubricSchema()} {
		var tree any
		require.NoError(t, json.Unmarshal(schema, &tree))
		words := map[string]bool{}
		fieldsOf(tree, words)
		require.Greater(t, len(words), 5)
		for word := range words {
			assert.Contains(t, text, "`"+word+"`", "pack-format.md does not explain %s", word)
		}
	}
}

// fieldsOf collects the names of properties and the values of enumerations.
func fieldsOf(node any, words map[string]bool) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			fieldsOf(item, words)
		}
	case map[string]any:
		if properties, ok := node["properties"].(map[string]any); ok {
			for name := range properties {
				words[name] = true
			}
		}
		if values, ok := node["enum"].([]any); ok {
			for _, value := range values {
				if word, ok := value.(string); ok {
					words[word] = true
				}
			}
		}
		for _, child := range node {
			fieldsOf(child, words)
		}
	}
}

// TestNamedTestsExist keeps the proofs that security.md names from being words.
func TestNamedTestsExist(t *testing.T) {
	known := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, match := range testFunc.FindAllStringSubmatch(string(text), -1) {
			known[match[1]] = true
		}
		return err
	})
	require.NoError(t, err)
	named := 0
	for name, text := range documents(t) {
		for _, match := range testName.FindAllStringSubmatch(text, -1) {
			named++
			assert.True(t, known[match[1]], "%s names %s, which does not exist", name, match[1])
		}
	}
	require.Greater(t, named, 30)
}

// TestNamedFilesExist looks at what the documents write as a path to a Go file.
func TestNamedFilesExist(t *testing.T) {
	goFile := regexp.MustCompile("`((?:platform|sandboxes|scenarios|scoring|web|cmd|internal)/[a-z_/]+\\.(?:go|sql|json))`")
	for name, text := range documents(t) {
		for _, match := range goFile.FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(root, match[1]))
			assert.NoError(t, err, "%s names %s", name, match[1])
		}
	}
}

// TestNothingIsLeftOpen refuses notes to ourselves and paths of one machine.
func TestNothingIsLeftOpen(t *testing.T) {
	private := regexp.MustCompile(`(?i)\b(todo|fixme|tbd|lorem ipsum)\b|(?:^|[\s"'(=])/(?:work|root|home)/\w`)
	for name, text := range documents(t) {
		assert.NotRegexp(t, private, text, name)
	}
}
