package archive

import (
	"fmt"
	"unicode/utf8"

	"incubator/platform/errs"
	"incubator/platform/files"
)

// shownName is how many bytes of an entry's name a message repeats.
const shownName = 120

func invalid(format string, args ...any) *errs.Error {
	return errs.New(errs.Invalid, format, args...)
}

// invalidEntry names the entry, quoted so that control characters are harmless.
func invalidEntry(name, format string, args ...any) *errs.Error {
	return invalid("the entry %s %s", quote(name), fmt.Sprintf(format, args...))
}

func quote(name string) string {
	if len(name) <= shownName {
		return fmt.Sprintf("%q", name)
	}
	cut := shownName
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return fmt.Sprintf("%q…", name[:cut])
}

func tooManyEntries(limit int) error {
	return invalid("the archive holds more than %d entries", limit)
}

func bomb(name string, ratio int64) error {
	return invalidEntry(name, "expands to more than %d times its compressed size; archives like this are refused", ratio)
}

func sizeText(n int64) string { return files.FormatSize(n) }
