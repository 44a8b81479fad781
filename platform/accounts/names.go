package accounts

import (
	"net/mail"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"incubator/platform/errs"
)

const (
	maxEmail = 254 // RFC 5321, 4.5.3.1.3, less the brackets
	maxName  = 80  // characters
)

// NormalizeEmail returns the address as it is stored and compared: without
// spaces around it and in lower case. Dots and tags stay, as they are other
// mailboxes at most hosts.
func NormalizeEmail(raw string) (string, error) {
	email := strings.ToLower(strings.TrimSpace(raw))
	if email == "" {
		return "", errs.Field("email", "enter an e-mail address")
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > maxEmail || strings.ContainsFunc(email, isOdd) {
		return "", errs.Field("email", "this is not an e-mail address")
	}
	_, domain, _ := strings.Cut(email[strings.LastIndex(email, "@"):], "@")
	if strings.Trim(domain, ".") != domain || strings.ContainsAny(domain, "[] ") {
		return "", errs.Field("email", "this is not an e-mail address")
	}
	return email, nil
}

// normalizeName returns a name for people to read: single spaces, 1 to 80
// characters, nothing invisible that would let two names look alike.
func normalizeName(field, raw string) (string, error) {
	name := strings.Join(strings.Fields(raw), " ")
	switch {
	case name == "":
		return "", errs.Field(field, "enter a name")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, isOdd):
		return "", errs.Field(field, "the name holds characters that cannot be shown")
	case utf8.RuneCountInString(name) > maxName:
		return "", errs.Field(field, "the name is longer than %d characters", maxName)
	}
	return name, nil
}

// nameKey is what makes two names the same.
func nameKey(name string) string { return strings.ToLower(name) }

// isOdd reports control and invisible formatting characters.
func isOdd(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError
}

func normalizeWebsite(raw string) (string, error) {
	site := strings.TrimSpace(raw)
	if site == "" {
		return "", nil
	}
	u, err := url.Parse(site)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || len(site) > 300 {
		return "", errs.Field("website", "enter an address that starts with https://")
	}
	return u.String(), nil
}

// cut makes text from a client storable: at most n bytes of valid UTF-8 without
// the zero character, which PostgreSQL refuses. An id that changes by it is none.
func cut(text string, n int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}
