// Package tree moves folders of plain files as tar streams between parties that
// do not trust each other: regular files and directories, bounded in number,
// size, depth and name, and nothing else. It imports the standard library only.
//
// Survey looks at a folder before anything of it is read, Write streams what
// Survey allowed, Copy checks a stream while passing it on, and Unpack writes a
// stream below a folder. The four apply the same rules.
package tree

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Caps bound a tree. All of them must be positive.
type Caps struct {
	Bytes int64 `json:"bytes"` // sum of the apparent sizes
	Files int   `json:"files"` // files and directories together
	Depth int   `json:"depth"` // names in a path
	Path  int   `json:"path"`  // bytes of a path
}

// The reasons for refusing a tree, for typed causes further up.
const (
	TooLarge = "too_large" // more bytes or more entries than allowed
	Bad      = "bad"       // something that must not be there at all
)

// maxOffenders bounds the list of further offenders in a Refusal.
const maxOffenders = 10

// Refusal says why a tree is not taken. It names the first offender and lists
// a few more.
type Refusal struct {
	Kind   string   `json:"kind"`
	Path   string   `json:"path"`
	Reason string   `json:"reason"`
	More   []string `json:"more,omitempty"`
	Count  int      `json:"count"` // offenders in all
}

// Error names the first offender and counts the others.
func (r *Refusal) Error() string {
	where := r.Path
	if where == "" || where == "." {
		where = "the folder"
	}
	if r.Count > 1 {
		return fmt.Sprintf("%s: %s (and %d more)", where, r.Reason, r.Count-1)
	}
	return fmt.Sprintf("%s: %s", where, r.Reason)
}

// Totals counts what a tree holds: files without directories, and their bytes.
type Totals struct {
	Files int
	Bytes int64
}

// tally applies the caps entry by entry.
type tally struct {
	caps    Caps
	entries int
	totals  Totals
	refusal *Refusal
}

// offend records one offender. The first one is the one that counts.
func (t *tally) offend(kind, name, format string, args ...any) {
	shown := Printable(name)
	if t.refusal == nil {
		t.refusal = &Refusal{Kind: kind, Path: shown, Reason: fmt.Sprintf(format, args...)}
	} else if len(t.refusal.More) < maxOffenders {
		t.refusal.More = append(t.refusal.More, shown)
	}
	t.refusal.Count++
}

// name checks a slash-separated path relative to the tree's root.
func (t *tally) name(name string) bool {
	switch {
	case !utf8.ValidString(name):
		t.offend(Bad, name, "the name is not UTF-8")
	case strings.ContainsFunc(name, unicode.IsControl):
		t.offend(Bad, name, "the name holds a control character")
	case path.IsAbs(name) || name != path.Clean(name) || name == ".." || strings.HasPrefix(name, "../"):
		t.offend(Bad, name, "the path leaves the folder")
	case len(name) > t.caps.Path:
		t.offend(Bad, name, "the path is longer than %d bytes", t.caps.Path)
	case strings.Count(name, "/")+1 > t.caps.Depth:
		t.offend(Bad, name, "the path is deeper than %d levels", t.caps.Depth)
	case longestName(name) > 255:
		t.offend(Bad, name, "a name is longer than 255 bytes")
	default:
		return true
	}
	return false
}

// entry counts one file or directory; size is zero for a directory.
func (t *tally) entry(name string, dir bool, size int64) bool {
	t.entries++
	if t.entries > t.caps.Files {
		t.offend(TooLarge, name, "there are more than %d files and folders", t.caps.Files)
		return false
	}
	if dir {
		return true
	}
	if size < 0 || size > t.caps.Bytes-t.totals.Bytes {
		t.offend(TooLarge, name, "the files hold more than %d bytes", t.caps.Bytes)
		return false
	}
	t.totals.Files++
	t.totals.Bytes += size
	return true
}

func longestName(name string) int {
	longest := 0
	for part := range strings.SplitSeq(name, "/") {
		longest = max(longest, len(part))
	}
	return longest
}

// Printable shortens a hostile name and replaces what a terminal would act on.
func Printable(name string) string {
	const limit = 200
	short := strings.ToValidUTF8(name, "\uFFFD")
	short = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, short)
	if len(short) <= limit {
		return short
	}
	return strings.ToValidUTF8(short[:limit], "") + "…"
}
