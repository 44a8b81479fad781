// Package errs is the one vocabulary of failure: a small set of codes that the
// edges (HTTP, command line, runs) map to their own form exactly once.
package errs

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of failure it was, as the caller must react to it.
type Code string

// The codes. Each maps to one HTTP status and one exit code.
const (
	Invalid      Code = "invalid"      // the input is wrong; sending it again will not help
	Unauthorized Code = "unauthorized" // nobody is signed in, or the token is not valid
	Forbidden    Code = "forbidden"    // somebody is signed in who may not do this
	NotFound     Code = "not_found"    // the thing does not exist, or must look so
	Conflict     Code = "conflict"     // the state of the thing does not allow this now
	TooMany      Code = "too_many"     // a quota or a rate is used up
	Unavailable  Code = "unavailable"  // a part of the platform is down; try again later
	Internal     Code = "internal"     // our own fault; the cause is logged, never shown
)

// Error carries a message that is safe to show and a cause that is not.
type Error struct {
	Code    Code
	Message string
	// Fields holds one message for each input field at fault, by its form name.
	Fields map[string]string
	// RetryAfter is how long to wait before trying again; zero when unknown.
	RetryAfter time.Duration
	Err        error
}

// Error returns the message and the cause, for logs.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	if e.Message == "" {
		return e.Err.Error()
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error whose formatted message is safe to show.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns an error with a safe message and err as its hidden cause.
func Wrap(err error, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

// Field returns an Invalid error for one input field.
func Field(name, format string, args ...any) *Error {
	message := fmt.Sprintf(format, args...)
	return &Error{Code: Invalid, Message: message, Fields: map[string]string{name: message}}
}

// CodeOf returns the code of the first Error in err's chain, Internal for any
// other error, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// MessageOf returns what may be shown of err. An error that no package of ours
// classified is shown as a plain sentence, so that no cause leaks.
func MessageOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return "Something went wrong on our side. The operators can see the cause in the log."
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return CodeOf(err) == code }
