package debian

import (
	"bufio"
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"incubator/platform/errs"
)

// releaseTime is the layout of the dates in a Release file.
const releaseTime = "Mon, 02 Jan 2006 15:04:05 MST"

// fileRef names a file of the archive by its content.
type fileRef struct {
	SHA256 string
	Size   int64
}

// release is what we need of a Release file.
type release struct {
	Codename   string
	Date       time.Time
	ValidUntil time.Time // zero when the suite does not expire
	ByHash     bool
	Files      map[string]fileRef // by path below dists/SUITE
}

// parseRelease reads the verified text of a Release file.
func parseRelease(text []byte) (release, error) {
	r := release{Files: map[string]fileRef{}}
	scanner := bufio.NewScanner(bytes.NewReader(text))
	scanner.Buffer(nil, 1<<20)
	section := ""
	for scanner.Scan() {
		line := scanner.Text()
		if strings.HasPrefix(line, " ") {
			if section == "SHA256" {
				if err := r.addFile(line); err != nil {
					return release{}, err
				}
			}
			continue
		}
		key, value, _ := strings.Cut(line, ":")
		section = key
		if err := r.setField(key, strings.TrimSpace(value)); err != nil {
			return release{}, err
		}
	}
	return r, scanner.Err()
}

func (r *release) setField(key, value string) (err error) {
	switch key {
	case "Codename":
		r.Codename = value
	case "Date":
		r.Date, err = time.Parse(releaseTime, value)
	case "Valid-Until":
		r.ValidUntil, err = time.Parse(releaseTime, value)
	case "Acquire-By-Hash":
		r.ByHash = value == "yes"
	}
	if err != nil {
		return fmt.Errorf("release file, field %s: %w", key, err)
	}
	return nil
}

func (r *release) addFile(line string) error {
	fields := strings.Fields(line)
	if len(fields) != 3 || len(fields[0]) != 64 {
		return fmt.Errorf("release file: malformed checksum line %q", line)
	}
	size, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return fmt.Errorf("release file: size of %s: %w", fields[2], err)
	}
	r.Files[fields[2]] = fileRef{SHA256: fields[0], Size: size}
	return nil
}

// check refuses a Release file of another suite, or one that has expired: a
// mirror could otherwise serve an old, validly signed archive with known holes.
func (r *release) check(codename string, now time.Time) error {
	if r.Codename != codename {
		return errs.New(errs.Unavailable, "The mirror answered with the suite %q instead of %q.", r.Codename, codename)
	}
	if !r.ValidUntil.IsZero() && now.After(r.ValidUntil) {
		return errs.New(errs.Unavailable, "The mirror's index of %s expired on %s. Check this machine's clock, or use a mirror that is up to date.",
			codename, r.ValidUntil.Format(time.DateOnly))
	}
	return nil
}
