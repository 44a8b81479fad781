package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/kballard/go-shellquote"
	"github.com/stretchr/testify/require"

	"incubator/platform/config"
)

var (
	codeBlock = regexp.MustCompile("(?ms)^ *```[a-z]*\n(.*?)^ *```$")
	ourLine   = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:bin/)?incubator (.*)$`)
)

// TestCommandsInTheDocumentsExist parses every command line that a document shows.
func TestCommandsInTheDocumentsExist(t *testing.T) {
	names := []string{"../../README.md"}
	more, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	shown := 0
	for _, name := range append(names, more...) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, block := range codeBlock.FindAllStringSubmatch(string(text), -1) {
			for line := range strings.Lines(block[1]) {
				if match := ourLine.FindStringSubmatch(strings.TrimSpace(line)); match != nil {
					shown++
					parses(t, name, match[1])
				}
			}
		}
	}
	require.Greater(t, shown, 25)
}

// TestExamplesInTheHelpExist does the same with the examples of each command.
func TestExamplesInTheHelpExist(t *testing.T) {
	shown := 0
	err := kong.Visit(newParser(t).Model, func(node kong.Visitable, next kong.Next) error {
		command, ok := node.(*kong.Node)
		if !ok {
			return next(nil)
		}
		for line := range strings.Lines(command.Detail) {
			if match := ourLine.FindStringSubmatch(strings.TrimSpace(line)); match != nil {
				shown++
				parses(t, command.FullPath(), match[1])
			}
		}
		return next(nil)
	})
	require.NoError(t, err)
	require.Greater(t, shown, 20)
}

func newParser(t *testing.T) *kong.Kong {
	t.Helper()
	parser, err := kong.New(&cli{}, append(config.Options(), kong.Name("incubator"), kong.Exit(func(int) { t.Fatal("exit") }))...)
	require.NoError(t, err)
	return parser
}

// parses checks one command line as far as its words go: files need not exist.
func parses(t *testing.T, where, line string) {
	t.Helper()
	for _, end := range []string{" | ", " > ", " #"} { // what the shell takes
		line, _, _ = strings.Cut(line, end)
	}
	args, err := shellquote.Split(line)
	require.NoError(t, err, "%s: incubator %s", where, line)
	context, err := kong.Trace(newParser(t), args)
	require.NoError(t, err, "%s: incubator %s", where, line)
	require.NoError(t, context.Error, "%s: incubator %s", where, line)
	require.NotNil(t, context.Selected(), "%s: incubator %s", where, line)
}
