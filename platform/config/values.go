package config

import (
	"fmt"
	"log/slog"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// Database is a database URL. Whatever prints, logs or marshals it shows the
// password as xxxxx; convert it to a string to use it.
type Database string

// String returns the URL without its password, wherever that stands.
func (d Database) String() string {
	if !strings.Contains(string(d), "://") {
		return string(d)
	}
	u, err := url.Parse(string(d))
	if err != nil {
		return "(not a URL)"
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

// GoString is String, for %#v.
func (d Database) GoString() string { return strconv.Quote(d.String()) }

// LogValue is String, for slog.
func (d Database) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText is String, for JSON and YAML.
func (d Database) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText takes the URL as it is.
func (d *Database) UnmarshalText(text []byte) error {
	*d = Database(text)
	return nil
}

// Size is a number of bytes. Its text form is a whole number with an optional
// unit: B, KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024).
type Size int64

var units = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1},
}

// UnmarshalText reads the text form; the case of the unit does not matter.
func (s *Size) UnmarshalText(text []byte) error {
	number, factor := strings.TrimSpace(string(text)), int64(1)
	for _, u := range units {
		if len(number) > len(u.name) && strings.EqualFold(number[len(number)-len(u.name):], u.name) {
			number, factor = strings.TrimSpace(number[:len(number)-len(u.name)]), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/factor {
		return fmt.Errorf("%q is not a size such as 512MiB or 2GB", text)
	}
	*s = Size(n * factor)
	return nil
}

// String returns the largest unit that divides the size.
func (s Size) String() string {
	for _, u := range units {
		if s != 0 && int64(s)%u.bytes == 0 && u.bytes > 1 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}

// MarshalText is String.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
