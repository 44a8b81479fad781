package imagearchive

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"strings"
)

const (
	digestPrefix = "sha256:"
	// maxDocument bounds manifests and configurations.
	maxDocument = 4 << 20
	maxLinks    = 8
)

// part is a range of the temporary file.
type part struct {
	name         string
	offset, size int64
}

func (p part) open(file *os.File) *io.SectionReader {
	return io.NewSectionReader(file, p.offset, p.size)
}

// index is the table of contents of the outer archive.
type index struct {
	file  *os.File
	parts map[string]part
	links map[string]string // old docker save links equal layers
}

func readIndex(file *os.File, caps Caps) (*index, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	x := &index{file: file, parts: map[string]part{}, links: map[string]string{}}
	in := tar.NewReader(file)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return x, nil
		}
		if err != nil {
			return nil, invalid("it is not a whole tar archive")
		}
		if len(x.parts)+len(x.links) >= caps.Files {
			return nil, invalid("it holds more than %d files", caps.Files)
		}
		// The tar reader does not read ahead: the file stands at the content.
		offset, err := file.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		if err := x.add(h, offset); err != nil {
			return nil, err
		}
	}
}

func (x *index) add(h *tar.Header, offset int64) error {
	name := path.Clean(h.Name)
	if path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") {
		return invalid("the path %q leaves the archive", h.Name)
	}
	if _, twice := x.parts[name]; twice {
		return invalid("%q is in it twice", name)
	}
	switch h.Typeflag {
	case tar.TypeDir, tar.TypeXGlobalHeader:
	case tar.TypeReg:
		x.parts[name] = part{name: name, offset: offset, size: h.Size}
	case tar.TypeSymlink:
		x.links[name] = path.Join(path.Dir(name), h.Linkname)
	case tar.TypeLink:
		x.links[name] = path.Clean(h.Linkname)
	default:
		return invalid("%q is not a file", name)
	}
	return nil
}

// find returns a part by name, following links inside the archive only.
func (x *index) find(name string) (part, error) {
	at := path.Clean(name)
	for range maxLinks {
		if p, ok := x.parts[at]; ok {
			return p, nil
		}
		next, ok := x.links[at]
		if !ok {
			break
		}
		at = next
	}
	return part{}, invalid("%q is missing", name)
}

// document reads a JSON part into v and returns its bytes.
func (x *index) document(name string, v any) ([]byte, error) {
	p, err := x.find(name)
	if err != nil {
		return nil, err
	}
	if p.size > maxDocument {
		return nil, invalid("%q is larger than %d bytes", name, maxDocument)
	}
	text, err := io.ReadAll(p.open(x.file))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return nil, invalid("%q is not the JSON that belongs there", name)
	}
	return text, nil
}

// blob finds a part of an OCI layout by its digest.
func blobName(digest string) (string, error) {
	hash, ok := strings.CutPrefix(digest, digestPrefix)
	if !ok || !isHash(hash) {
		return "", invalid("%q is not a SHA-256 digest", digest)
	}
	return "blobs/sha256/" + hash, nil
}

func isHash(text string) bool {
	decoded, err := hex.DecodeString(text)
	return err == nil && len(decoded) == sha256.Size && strings.ToLower(text) == text
}

func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return digestPrefix + hex.EncodeToString(sum[:])
}
