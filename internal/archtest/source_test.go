package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// module is the prefix of our own import paths.
const module = "incubator/"

// root is the repository's folder, seen from this one.
const root = "../.."

// file is one Go file of the repository.
type file struct {
	path    string // slash-separated, below the root
	pkg     string // its folder
	test    bool
	imports []string
	tree    *ast.File
}

// sources parses every Go file of the repository. Folders that begin with a dot
// or hold foreign or generated things are left out.
func sources(t *testing.T) []file {
	t.Helper()
	var files []file
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skip(name, entry.Name())
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		f, err := read(name)
		files = append(files, f)
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(files), 100, "the repository was not found")
	return files
}

func skip(name, base string) error {
	if name == root {
		return nil
	}
	if strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata" || base == "var" || base == "bin" {
		return filepath.SkipDir
	}
	return nil
}

func read(name string) (file, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		return file{}, err
	}
	relative, err := filepath.Rel(root, name)
	if err != nil {
		return file{}, err
	}
	f := file{path: filepath.ToSlash(relative), test: strings.HasSuffix(name, "_test.go"), tree: tree}
	f.pkg = path.Dir(f.path)
	for _, spec := range tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return file{}, err
		}
		f.imports = append(f.imports, imported)
	}
	return f, nil
}

// literals calls visit with every string literal of the file but import paths.
func (f file) literals(visit func(text string)) {
	ast.Inspect(f.tree, func(node ast.Node) bool {
		if _, isImport := node.(*ast.ImportSpec); isImport {
			return false
		}
		literal, ok := node.(*ast.BasicLit)
		if ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				visit(text)
			}
		}
		return true
	})
}

// document returns a file of the repository as text.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}
