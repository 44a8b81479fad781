package metrics

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"incubator/platform/errs"
)

// shownBytes bounds how much of an offending value is repeated in a message.
const shownBytes = 80

// RowError says which cell of an input file is wrong. It is the cause of the
// errs.Invalid errors of this package; find it with errors.As.
type RowError struct {
	File   string // the source's name
	Line   int    // from 1, the header included
	Column string // as the file spells it; empty when the whole line is at fault
	Value  string // the offending text, cut to 80 bytes
	Reason string
}

// Error returns the place alone: the reason is in the message of the errs.Error.
func (e *RowError) Error() string { return fmt.Sprintf("%s:%d", e.File, e.Line) }

// TruthError marks an Invalid error that lies in the truth alone: whoever sent
// the prediction cannot mend it. Code and message are those of Err.
type TruthError struct{ Err error }

// Error returns the text of Err.
func (e *TruthError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *TruthError) Unwrap() error { return e.Err }

// truthFault marks err where it is about what the truth says.
func truthFault(err error) error {
	if errs.Is(err, errs.Invalid) {
		return &TruthError{err}
	}
	return err
}

// invalidRow returns an errs.Invalid for one cell, or for a line when column is empty.
func invalidRow(file string, line int, column, value, reason string) error {
	value = cut(value)
	place := file + ", line " + strconv.Itoa(line)
	if column != "" {
		place += ", column " + column
	}
	row := &RowError{File: file, Line: line, Column: column, Value: value, Reason: reason}
	if value == "" {
		return errs.Wrap(row, errs.Invalid, "%s: %s", place, reason)
	}
	return errs.Wrap(row, errs.Invalid, "%s: %q %s", place, value, reason)
}

// cut shortens what a stranger wrote before it is repeated.
func cut(value string) string {
	if len(value) > shownBytes {
		return strings.ToValidUTF8(value[:shownBytes], "") + "…"
	}
	return value
}

// readFailure classifies an error of a source's reader. Errors that already
// carry a code and cancellations pass through.
func readFailure(err error, file string) error {
	var known *errs.Error
	if errors.As(err, &known) {
		return err
	}
	return errs.Wrap(err, errs.Unavailable, "%s could not be read", file)
}
