package scoring

import (
	"context"
	"io"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/kballard/go-shellquote"

	"incubator/platform/errs"
	"incubator/platform/files/archive"
)

// The folders of the run contract (Codabench v2), as programs see them.
const (
	programDir  = "/app/program"
	inputDir    = "/app/input_data"
	outputDir   = "/app/output"
	ingestedDir = "/app/ingested_program"
	refDir      = "/app/input/ref"
	resDir      = "/app/input/res"
	sharedDir   = "/app/shared"
)

// predictionPaths and scoringPaths are the variables that a command may use, in
// the run contract's own and in its legacy names.
var (
	predictionPaths = map[string]string{
		"program": programDir, "submission_program": programDir, "ingestion_program": programDir,
		"input": inputDir, "output": outputDir, "predictions": outputDir, "shared": sharedDir, "tmp": "/tmp",
	}
	scoringPaths = map[string]string{
		"program": programDir, "input": "/app/input", "predictions": resDir, "hidden": refDir,
		"output": outputDir, "shared": sharedDir, "tmp": "/tmp",
	}
)

// metadata is a program's own description.
type metadata struct {
	Command string `yaml:"command"`
}

const maxMetadata = 64 << 10

// commandOf returns the command that the archive of a program declares, or "" for
// an archive without one, which by the run contract holds results.
func commandOf(ctx context.Context, at io.ReaderAt, size int64, limits archive.Limits) (string, error) {
	var command string
	found := len(metadataNames)
	_, err := archive.Walk(ctx, at, size, limits, func(e archive.Entry, content io.Reader) error {
		for i, name := range metadataNames {
			if e.Name != name || e.Dir || i >= found {
				continue
			}
			data, err := io.ReadAll(io.LimitReader(content, maxMetadata+1))
			if err != nil {
				return err
			}
			if command, err = parseMetadata(e.Name, data); err != nil {
				return err
			}
			found = i
		}
		return nil
	})
	return command, err
}

func parseMetadata(name string, data []byte) (string, error) {
	if len(data) > maxMetadata {
		return "", errs.New(errs.Invalid, "%s is larger than 64 KiB", name)
	}
	var m metadata
	if err := yaml.Unmarshal(data, &m); err != nil {
		return "", errs.Wrap(err, errs.Invalid, "%s is not valid: %s", name, yaml.FormatError(err, false, false))
	}
	if _, err := splitCommand(m.Command); err != nil {
		return "", err
	}
	return strings.TrimSpace(m.Command), nil
}

// expand replaces the contract's variables ($input, $output, …) by their folders.
func expand(command string, paths map[string]string) ([]string, error) {
	argv, err := splitCommand(command)
	if err != nil {
		return nil, err
	}
	for i, word := range argv {
		argv[i] = expandWord(word, paths)
	}
	return argv, nil
}

func expandWord(word string, paths map[string]string) string {
	var out strings.Builder
	for i := 0; i < len(word); {
		if word[i] != '$' {
			out.WriteByte(word[i])
			i++
			continue
		}
		end := i + 1
		for end < len(word) && (word[end] == '_' || unicode.IsLetter(rune(word[end]))) {
			end++
		}
		if folder, known := paths[word[i+1:end]]; known {
			out.WriteString(folder)
		} else {
			out.WriteString(word[i:end])
		}
		i = end
	}
	return out.String()
}

// splitCommand splits a command line into words by the quoting rules of a shell.
// There is no shell: pipes, redirections and substitutions are plain text.
func splitCommand(command string) ([]string, error) {
	words, err := shellquote.Split(command)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "the command has an open quote: %s", command)
	}
	return words, nil
}
