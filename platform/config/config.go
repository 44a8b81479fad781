// Package config holds the one Config of the program. Kong fills it: a flag wins
// over the environment (INCUBATOR_*), which wins over the YAML file given by
// --config, which wins over the default. A command embeds Config and passes
// Options to kong.New; kong then calls Validate.
package config

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"

	"github.com/alecthomas/kong"
)

// Config is what an operator can set. The zero value is not useful: the defaults
// are kong's.
type Config struct {
	File kong.ConfigFlag `name:"config" env:"INCUBATOR_CONFIG" placeholder:"PATH" help:"YAML file with the settings below, by their names."`

	Listen    string   `env:"INCUBATOR_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	PublicURL string   `name:"public-url" env:"INCUBATOR_PUBLIC_URL" placeholder:"URL" help:"Where users reach the platform; by default http:// and the listen address."`
	DataDir   string   `env:"INCUBATOR_DATA_DIR" default:"./var" placeholder:"DIR" help:"Folder for everything that is kept (${default})."`
	Database  Database `env:"INCUBATOR_DATABASE" placeholder:"URL" help:"sqlite:/path/file.db or postgres://…; by default SQLite in the data folder."`

	EngineHost string `env:"INCUBATOR_ENGINE_HOST,DOCKER_HOST" default:"unix:///var/run/docker.sock" placeholder:"URL" help:"Docker Engine for the sandboxes (${default})."`
	Runtime    string `env:"INCUBATOR_RUNTIME" enum:"auto,runc,runsc" default:"auto" help:"Sandbox runtime: auto takes gVisor (runsc) where the engine has it."`
	Workers    int    `env:"INCUBATOR_WORKERS" default:"4" placeholder:"N" help:"Runs worked at once (${default})."`
	Pool       int    `env:"INCUBATOR_POOL" default:"2" placeholder:"N" help:"Sandboxes kept started for each open phase that takes code; 0 for none (${default})."`

	MaxUpload      Size           `env:"INCUBATOR_MAX_UPLOAD" default:"1GiB" placeholder:"SIZE" help:"Largest upload accepted, whatever a challenge allows (${default})."`
	TrustedProxies []netip.Prefix `env:"INCUBATOR_TRUSTED_PROXIES" placeholder:"CIDR" help:"Reverse proxies (CIDR ranges) whose X-Forwarded-For is believed."`
	SecureCookies  string         `env:"INCUBATOR_SECURE_COOKIES" enum:"auto,on,off" default:"auto" help:"Send cookies over HTTPS only: auto follows the public URL."`

	LogFormat string     `env:"INCUBATOR_LOG_FORMAT" enum:"text,json" default:"text" help:"Log format: text or json."`
	LogLevel  slog.Level `env:"INCUBATOR_LOG_LEVEL" default:"info" placeholder:"LEVEL" help:"Least level logged: debug, info, warn or error."`
}

// Options returns what kong needs beside Config: the reader of the YAML file.
func Options() []kong.Option {
	return []kong.Option{kong.Configuration(readYAML)}
}

// DatabaseURL returns the URL to open, with its password; never log it.
func (c Config) DatabaseURL() string {
	if c.Database == "" {
		return "sqlite:" + filepath.Join(c.DataDir, "incubator.db")
	}
	return string(c.Database)
}

// BaseURL returns where users reach the platform, without a slash at the end.
func (c Config) BaseURL() string {
	if c.PublicURL == "" {
		return "http://" + c.Listen
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil { // Validate has refused it
		return c.PublicURL
	}
	u.Path = ""
	return u.String()
}

// CookiesSecure reports whether cookies get the Secure attribute.
func (c Config) CookiesSecure() bool {
	if c.SecureCookies != "auto" {
		return c.SecureCookies == "on"
	}
	u, err := url.Parse(c.PublicURL)
	return err == nil && u.Scheme == "https"
}

// Handler returns the log handler that c asks for, writing to w.
func (c Config) Handler(w io.Writer) slog.Handler {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}

// LogValue shows the settings that matter in a log, without secrets.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("listen", c.Listen),
		slog.String("public_url", c.BaseURL()),
		slog.String("data_dir", c.DataDir),
		slog.String("database", Database(c.DatabaseURL()).String()),
		slog.String("engine_host", c.EngineHost),
		slog.String("runtime", c.Runtime),
		slog.Int("workers", c.Workers),
		slog.String("max_upload", c.MaxUpload.String()),
		slog.Bool("secure_cookies", c.CookiesSecure()),
	)
}

// listensEverywhere reports an address such as ":8080" or "0.0.0.0:8080", which
// is no name that a user could type.
func (c Config) listensEverywhere() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "" || err == nil && addr.IsUnspecified()
}
