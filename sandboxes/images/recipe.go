// Package images builds the images that sandboxes start from: out of Debian
// packages, or out of nothing for static programs. There is no registry and no
// Dockerfile behind it. The same recipe and the same package versions give the
// same image, bit for bit, on every machine.
package images

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"incubator/sandboxes/images/debian"
)

// format is raised when the builder itself changes what it writes, so that
// images of an older builder are not taken for new ones.
const format = 1

// Recipe says what is in an image. Recipes are values: nothing changes them.
type Recipe struct {
	Name string
	// Version is raised by hand when the recipe's meaning changes.
	Version int
	// From is the recipe whose layers lie below; nil for none.
	From *Recipe
	// Packages are the Debian packages wanted; their dependencies follow.
	Packages []string
	// Omit are dependencies left out, for they serve only installation.
	Omit []string
	// Links are symbolic links that a package's installer would make, from
	// path to target; {triplet} stands for the multiarch name.
	Links map[string]string
	// Env and Cmd are the image's defaults.
	Env, Cmd []string
	// Bytecode compiles the Python modules, so that a program that starts
	// on a read-only root need not do it each time.
	Bytecode bool
}

// Recipes returns the recipes that the platform ships, lower ones first.
func Recipes() []Recipe { return []Recipe{Static(), Base(), Python()} }

// Lookup returns the shipped recipe of that name.
func Lookup(name string) (Recipe, bool) {
	all := Recipes()
	i := slices.IndexFunc(all, func(r Recipe) bool { return r.Name == name })
	if i < 0 {
		return Recipe{}, false
	}
	return all[i], true
}

// Static is an empty root for static programs. It is built without network.
func Static() Recipe {
	return Recipe{Name: "static", Version: 1, Env: commonEnv()}
}

// Base has a shell and the usual small tools.
func Base() Recipe {
	return Recipe{
		Name: "base", Version: 1, Env: commonEnv(), Cmd: []string{"/bin/bash"},
		Packages: []string{
			"base-files", "bash", "bzip2", "coreutils", "dash", "diffutils", "findutils", "grep", "gzip", "jq",
			"libc-bin", "mawk", "netbase", "sed", "tar", "tzdata", "unzip", "xz-utils",
		},
		Omit: installers(),
		Links: map[string]string{
			"usr/bin/awk": "mawk", "usr/bin/which": "which.debianutils",
			"etc/localtime": "/usr/share/zoneinfo/Etc/UTC",
		},
	}
}

// Python adds CPython with the packages that baselines and scorers are usually
// written with. The linear algebra is OpenBLAS with one thread: a thread for
// each processor of the host would only wait for the sandbox's CPU quota.
func Python() Recipe {
	base := Base()
	return Recipe{
		Name: "python", Version: 1, From: &base, Bytecode: true, Cmd: []string{"/usr/bin/python3"},
		Env: append(commonEnv(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1", "PYTHONHASHSEED=0",
			"OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1"),
		Packages: []string{
			"libopenblas0-pthread", "python3", "python3-numpy", "python3-pandas", "python3-scipy",
			"python3-sklearn", "python3-yaml",
		},
		Omit: append(installers(), "python3-pythran", "procps"),
		Links: map[string]string{
			"usr/bin/python":                     "python3",
			"usr/lib/{triplet}/libblas.so.3":     "openblas-pthread/libblas.so.3",
			"usr/lib/{triplet}/liblapack.so.3":   "openblas-pthread/liblapack.so.3",
			"usr/lib/{triplet}/libopenblas.so.0": "openblas-pthread/libopenblas.so.0",
		},
	}
}

// installers are the packages that only install other packages.
func installers() []string {
	return []string{"debconf", "dpkg", "init-system-helpers", "perl-base", "usrmerge"}
}

func commonEnv() []string {
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/tmp"}
}

// Hash identifies the recipe, those below it and the builder's format.
func (r Recipe) Hash() string {
	raw, err := json.Marshal(struct {
		Format   int
		Suite    string
		Compiler string
		Recipe   Recipe
	}{format, debian.Codename, compileScript, r})
	if err != nil {
		panic(fmt.Sprintf("a recipe is always JSON: %v", err)) // strings, numbers and maps of strings only
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Ref is the image's name with the recipe's hash as its tag. Runs record the
// image ID instead: a tag can move when an image is refreshed.
func (r Recipe) Ref() string { return "incubator/" + r.Name + ":" + r.Hash()[:16] }

// chain returns the recipe and those below it, lowest first.
func (r Recipe) chain() []Recipe {
	if r.From == nil {
		return []Recipe{r}
	}
	return append(r.From.chain(), r)
}

// links returns the symbolic links for an architecture, sorted by path.
func (r Recipe) links(triplet string) []debian.Entry {
	var all []debian.Entry
	for path, target := range r.Links {
		all = append(all, debian.Entry{Path: strings.ReplaceAll(path, "{triplet}", triplet), Link: target})
	}
	slices.SortFunc(all, func(a, b debian.Entry) int { return strings.Compare(a.Path, b.Path) })
	return all
}
