package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"incubator/platform/errs"
)

const (
	minWorkers, maxWorkers = 1, 1024
	minUpload              = 1 << 10 // a limit below this is a mistake in the unit
)

// Validate checks every setting and reports all that is wrong at once: an
// errs.Invalid error whose Fields are named as the flags are. It touches neither
// the disk nor the network.
func (c Config) Validate() error {
	wrong := map[string]string{}
	check := func(field string, problem string) {
		if problem != "" {
			wrong[field] = problem
		}
	}
	check("listen", checkAddress(c.Listen))
	check("public-url", c.checkPublicURL())
	check("data-dir", require(c.DataDir))
	check("database", checkDatabase(string(c.Database)))
	check("engine-host", checkEngine(c.EngineHost))
	check("runtime", oneOf(c.Runtime, "auto", "runc", "runsc"))
	check("secure-cookies", oneOf(c.SecureCookies, "auto", "on", "off"))
	check("log-format", oneOf(c.LogFormat, "text", "json"))
	if c.Workers < minWorkers || c.Workers > maxWorkers {
		check("workers", fmt.Sprintf("must be from %d to %d", minWorkers, maxWorkers))
	}
	if c.MaxUpload < minUpload {
		check("max-upload", "must be at least 1KiB")
	}
	if len(wrong) == 0 {
		return nil
	}
	return &errs.Error{Code: errs.Invalid, Message: sentence(wrong), Fields: wrong}
}

func sentence(wrong map[string]string) string {
	var parts []string
	for _, field := range slices.Sorted(maps.Keys(wrong)) {
		parts = append(parts, "--"+field+" "+wrong[field])
	}
	return strings.Join(parts, "; ")
}

func require(value string) string {
	if value == "" {
		return "must not be empty"
	}
	return ""
}

func oneOf(value string, allowed ...string) string {
	if slices.Contains(allowed, value) {
		return ""
	}
	return "must be one of " + strings.Join(allowed, ", ")
}

func checkAddress(listen string) string {
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "must be HOST:PORT"
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "must have a port from 0 to 65535"
	}
	return ""
}

func (c Config) checkPublicURL() string {
	if c.PublicURL == "" {
		if c.listensEverywhere() {
			return "must be given when the server listens on every address"
		}
		return ""
	}
	u, err := url.Parse(c.PublicURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "must be an http or https URL"
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return "must be a scheme and a host only"
	}
	return ""
}

// checkDatabase never quotes the value, which may hold a password.
func checkDatabase(value string) string {
	scheme, _, hasScheme := strings.Cut(value, "://")
	switch {
	case hasScheme && scheme != "postgres" && scheme != "postgresql":
		return "must be sqlite:/path/file.db or postgres://…"
	case hasScheme:
		if _, err := url.Parse(value); err != nil {
			return "must be a URL: escape special characters in the password"
		}
	case value == "sqlite:" || strings.Contains(value, ":memory:"):
		return "must name a file: sqlite:/path/file.db"
	}
	return ""
}

func checkEngine(host string) string {
	u, err := url.Parse(host)
	if err != nil || !slices.Contains([]string{"unix", "tcp", "http", "https", "ssh"}, u.Scheme) {
		return "must be a URL such as unix:///var/run/docker.sock"
	}
	return ""
}
