package markdown

import (
	"bytes"
	"regexp"

	"incubator/platform/errs"
)

// Bounds on what the parser handles in more than linear time. Texts written by
// people stay far below them.
const (
	maxNesting     = 64      // quotes and list items that one line may open
	maxLinks       = 5_000   // "](" in the whole text
	maxDefinitions = 1_000   // link and footnote definitions
	maxNotes       = 2_000   // "[^" in the whole text
	maxCells       = 200_000 // columns of the widest table times lines of the text
	// maxLinkCost bounds the sum over paragraphs of links times bytes, since each
	// "](" may be searched to the end of its paragraph.
	maxLinkCost = 200_000_000
)

var (
	containers   = regexp.MustCompile(`^(?:[ \t]*(?:>|(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]|$)))*`)
	container    = regexp.MustCompile(`>|[-+*][ \t]|[0-9][.)][ \t]`)
	definition   = regexp.MustCompile(`^[ \t>]*\[[^\]]*\]:`)
	delimiterRow = regexp.MustCompile(`^[ \t>]*[|:-][ \t|:-]*\|[ \t|:-]*$`)
)

// checkCost refuses a text that would keep the parser busy for seconds.
func checkCost(src []byte) error {
	if len(src) > MaxBytes {
		return errs.New(errs.Invalid, "the text is longer than %d KiB", MaxBytes>>10)
	}
	if n := bytes.Count(src, []byte("](")); n > maxLinks {
		return errs.New(errs.Invalid, "the text holds more than %d links", maxLinks)
	}
	if n := bytes.Count(src, []byte("[^")); n > maxNotes {
		return errs.New(errs.Invalid, "the text holds more than %d footnote marks", maxNotes)
	}
	if linkCost(src) > maxLinkCost {
		return errs.New(errs.Invalid, "the text holds a paragraph with too many links; put empty lines into it")
	}
	return checkLines(src)
}

// linkCost sums links times bytes over the blocks between empty lines.
func linkCost(src []byte) (cost int) {
	size, links := 0, 0
	for text := range bytes.Lines(src) {
		if len(bytes.TrimSpace(text)) == 0 {
			cost += size * links
			size, links = 0, 0
		}
		size += len(text)
		links += bytes.Count(text, []byte("]("))
	}
	return cost + size*links
}

// checkLines judges what shows line by line.
func checkLines(src []byte) error {
	line, definitions, columns := 0, 0, 0
	for text := range bytes.Lines(src) {
		line++
		text = bytes.TrimRight(text, "\r\n")
		if len(container.FindAllIndex(containers.Find(text), maxNesting+1)) > maxNesting {
			return errs.New(errs.Invalid, "line %d of the text is nested too deeply", line)
		}
		if definition.Match(text) {
			definitions++
		}
		if delimiterRow.Match(text) {
			columns = max(columns, bytes.Count(text, []byte("|"))+1)
		}
	}
	if definitions > maxDefinitions {
		return errs.New(errs.Invalid, "the text holds more than %d link or footnote definitions", maxDefinitions)
	}
	if columns*line > maxCells {
		return errs.New(errs.Invalid, "a table of %d columns is too wide for a text of %d lines", columns, line)
	}
	return nil
}
