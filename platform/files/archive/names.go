package archive

import (
	"crypto/sha256"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

type nameKind byte

const (
	implied nameKind = iota + 1 // a folder that only a deeper name mentions
	folder
	file
)

// names checks entry names and remembers them. It keeps 16 bytes of a hash for
// each, so that 100,000 long names stay small in memory.
type names struct {
	limits Limits
	seen   map[[16]byte]nameKind
}

func newNames(limits Limits) *names {
	return &names{limits: limits, seen: map[[16]byte]nameKind{}}
}

// add returns the clean form of a name, "" for the root folder.
func (n *names) add(raw string, dir bool) (string, error) {
	name, err := n.clean(raw, dir)
	if err != nil || name == "" {
		return "", err
	}
	for up := parent(name); up != ""; up = parent(up) {
		key := n.key(up)
		if n.seen[key] == file {
			return "", invalidEntry(raw, "lies in %s, which is a file of the same archive", quote(up))
		}
		if n.seen[key] != 0 {
			break // its own parents were recorded with it
		}
		n.seen[key] = implied
	}
	key := n.key(name)
	switch before := n.seen[key]; {
	case before == implied && !dir:
		return "", invalidEntry(raw, "is a file, but other entries lie in it as in a folder")
	case before == folder || before == file:
		return "", invalidEntry(raw, "appears twice")
	}
	n.seen[key] = file
	if dir {
		n.seen[key] = folder
	}
	return name, nil
}

// clean judges one name on its own.
func (n *names) clean(raw string, dir bool) (string, error) {
	switch {
	case !utf8.ValidString(raw):
		return "", invalidEntry(raw, "has a name that is not valid UTF-8; create the archive with UTF-8 names")
	case len(raw) > n.limits.PathBytes:
		return "", invalidEntry(raw, "has a name longer than %d bytes", n.limits.PathBytes)
	case strings.ContainsFunc(raw, unicode.IsControl):
		return "", invalidEntry(raw, "has a control character in its name")
	case strings.HasPrefix(raw, "/"), isDrive(raw):
		return "", invalidEntry(raw, "has an absolute path; names must be relative")
	case strings.Contains(raw, `\`):
		return "", invalidEntry(raw, "has a backslash in its name; use / between folders")
	case raw == "":
		return "", invalid("an entry has an empty name")
	}
	elements := strings.Split(raw, "/")
	for _, e := range elements {
		if e == ".." {
			return "", invalidEntry(raw, `leaves the archive with ".."`)
		}
		if len(e) > 255 {
			return "", invalidEntry(raw, "has a name part longer than 255 bytes")
		}
	}
	name := path.Clean(raw)
	if name == "." {
		if dir {
			return "", nil
		}
		return "", invalidEntry(raw, "is a file without a name")
	}
	if strings.Count(name, "/")+1 > n.limits.Depth {
		return "", invalidEntry(raw, "lies deeper than %d folders", n.limits.Depth)
	}
	return name, nil
}

func (n *names) key(name string) [16]byte {
	if n.limits.FoldCase {
		name = strings.ToLower(name)
	}
	sum := sha256.Sum256([]byte(name))
	return [16]byte(sum[:16])
}

// isDrive reports names such as C:\x and C:/x, absolute on Windows.
func isDrive(name string) bool {
	return len(name) >= 3 && name[1] == ':' && (name[2] == '/' || name[2] == '\\') &&
		unicode.IsLetter(rune(name[0]))
}

// parent returns the folder that holds name, "" for the root.
func parent(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}
