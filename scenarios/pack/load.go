// Package pack reads challenge packs: a folder or an archive becomes a validated
// specification, or a list of problems with file, line and column.
package pack

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"incubator/platform/errs"
	"incubator/scenarios"
)

// challengeFile is the name of the file that makes a folder a challenge pack.
const challengeFile = "challenge.yaml"

// maxPage bounds a Markdown page and a YAML file of a pack.
const maxPage = 1 << 20

// Pack is a validated challenge pack.
type Pack struct {
	Spec scenarios.Spec
	Root fs.FS // the pack's folder; paths in Spec are below it
}

// Open loads the pack in a folder of the local disk.
func Open(ctx context.Context, folder string) (*Pack, error) {
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		return nil, errs.Wrap(err, errs.Invalid, "%s is no folder with a pack", folder)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "%s cannot be opened", folder)
	}
	return Load(ctx, root.FS())
}

// Load validates the pack in root. The error is Problems where the pack itself is
// at fault, wrapped in an Invalid error.
func Load(_ context.Context, root fs.FS) (*Pack, error) {
	p := &Pack{Root: root}
	data, err := readText(root, challengeFile)
	if err != nil {
		return nil, invalid(Problems{{File: challengeFile, Message: err.Error()}})
	}
	doc := parseDocument(challengeFile, data)
	if len(doc.problems) == 0 {
		doc.validate(compiledChallenge())
	}
	if len(doc.problems) == 0 {
		doc.decode(&p.Spec)
	}
	if len(doc.problems) == 0 {
		check := &checker{doc: doc, pack: p}
		check.all()
	}
	if len(doc.problems) > 0 {
		return nil, invalid(doc.problems.sorted())
	}
	return p, nil
}

func invalid(problems Problems) error {
	noun := "problems"
	if len(problems) == 1 {
		noun = "problem"
	}
	return errs.Wrap(problems, errs.Invalid, "the pack has %d %s:\n%s", len(problems), noun, problems.Error())
}

// readText reads a small UTF-8 file of the pack.
func readText(root fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no such file in the pack")
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("this is not a regular file")
	case info.Size() > maxPage:
		return nil, errors.New("this file is larger than 1 MiB")
	}
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(data) {
		return nil, errors.New("this file is not UTF-8 text")
	}
	return data, nil
}

// clean reports whether name is a plain relative path that stays in the pack.
func clean(name string) bool {
	return fs.ValidPath(name) && path.Clean(name) == name && !strings.Contains(name, `\`)
}
