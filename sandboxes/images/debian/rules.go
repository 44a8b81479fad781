package debian

import (
	"archive/tar"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Epoch is the modification time of every file that no package ships. It is a
// constant (the day Debian 12 came out), so that the same packages always give
// the same layer, whenever it is built.
var Epoch = time.Date(2023, time.June, 10, 0, 0, 0, 0, time.UTC)

// mergedDirs are the folders that are symbolic links into /usr.
var mergedDirs = []string{"bin", "sbin", "lib", "lib64"}

// excludedDirs hold what only a person at a terminal, an installer or a compiler
// needs.
var excludedDirs = []string{
	"usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian", "usr/share/bug",
	"usr/share/bash-completion", "usr/share/gdb", "usr/share/pixmaps", "usr/share/applications",
	"usr/share/doc-base", "usr/share/menu", "usr/share/zoneinfo/right", "usr/share/zoneinfo/posix",
	"usr/share/python3/runtime.d", "usr/lib/python3/debian", "boot", "media", "etc/cron.d", "etc/cron.daily", "etc/rmt", "var/cache/ldconfig",
}

// clean turns a package's entry into the one that goes into the image: below
// /usr where the folders are merged, owned by root, without set-id bits. It
// returns false for what stays out of an image.
func clean(h *tar.Header) (*tar.Header, bool, error) {
	name := strings.Trim(path.Clean("/"+h.Name), "/")
	if name == "" || slices.Contains(mergedDirs, name) {
		return nil, false, nil
	}
	merged, moved := mergeUsr(name)
	if excluded(merged, h.Typeflag == tar.TypeDir) {
		return nil, false, nil
	}
	out := &tar.Header{Typeflag: h.Typeflag, Name: merged, Mode: h.Mode & 0o777, ModTime: h.ModTime.UTC().Truncate(time.Second)}
	switch h.Typeflag {
	case tar.TypeDir:
		out.Name += "/"
		out.Mode = h.Mode & 0o1777
	case tar.TypeReg:
		out.Size = h.Size
	case tar.TypeSymlink:
		out.Linkname = h.Linkname
		if moved && !path.IsAbs(h.Linkname) {
			out.Linkname = path.Join("/", path.Dir(name), h.Linkname)
		}
	case tar.TypeLink:
		target := strings.Trim(path.Clean("/"+h.Linkname), "/")
		out.Linkname, _ = mergeUsr(target)
	default:
		return nil, false, fmt.Errorf("%s: type %q has no place in a sandbox image", name, h.Typeflag)
	}
	return out, true, nil
}

// mergeUsr moves a path below /bin, /sbin or /lib* to the same place in /usr.
func mergeUsr(name string) (string, bool) {
	top, _, nested := strings.Cut(name, "/")
	if nested && slices.Contains(mergedDirs, top) {
		return "usr/" + name, true
	}
	return name, false
}

// excluded reports whether an entry stays out. Of the documentation only the
// licences are kept, of Python packages everything but their own tests.
func excluded(name string, isDir bool) bool {
	for _, dir := range excludedDirs {
		if name == dir || strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	if rest, found := strings.CutPrefix(name, "usr/share/doc/"); found {
		_, file, nested := strings.Cut(rest, "/")
		return nested && (isDir || file != "copyright")
	}
	if strings.Contains(name, "/__pycache__/") || strings.HasSuffix(name, ".a") {
		return true
	}
	if _, rest, found := strings.Cut(name, "/dist-packages/"); found {
		return strings.Contains("/"+rest+"/", "/tests/")
	}
	return false
}
