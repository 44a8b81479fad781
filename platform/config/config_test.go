package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"incubator/platform/config"
	"incubator/platform/errs"
)

// cli stands for a command of the program.
type cli struct {
	config.Config `embed:""`
}

// parse fills a Config from arguments and the environment env only.
func parse(t *testing.T, env map[string]string, args ...string) (config.Config, error) {
	t.Helper()
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "INCUBATOR_") || name == "DOCKER_HOST" {
			t.Setenv(name, "") // restores it afterwards
			require.NoError(t, os.Unsetenv(name))
		}
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	var c cli
	parser, err := kong.New(&c, append(config.Options(), kong.Exit(func(int) { t.Fatal("exit") }))...)
	require.NoError(t, err)
	_, err = parser.Parse(args)
	return c.Config, err
}

func TestDefaults(t *testing.T) {
	c, err := parse(t, nil)
	require.NoError(t, err)
	require.NoError(t, c.Validate())
	require.Equal(t, "127.0.0.1:8080", c.Listen)
	require.Equal(t, "http://127.0.0.1:8080", c.BaseURL())
	require.Equal(t, "sqlite:var/incubator.db", c.DatabaseURL())
	require.Equal(t, "unix:///var/run/docker.sock", c.EngineHost)
	require.Equal(t, "auto", c.Runtime)
	require.Equal(t, 4, c.Workers)
	require.Equal(t, config.Size(1<<30), c.MaxUpload)
	require.Equal(t, slog.LevelInfo, c.LogLevel)
	require.False(t, c.CookiesSecure())
}

func TestFileSetsEverything(t *testing.T) {
	c, err := parse(t, nil, "--config", "testdata/full.yaml")
	require.NoError(t, err)
	require.Equal(t, "0.0.0.0:9000", c.Listen)
	require.Equal(t, "https://incubator.example.org", c.BaseURL())
	require.Equal(t, "postgres://incubator:hunter2@db.example.org/incubator", c.DatabaseURL())
	require.Equal(t, 12, c.Workers)
	require.Equal(t, config.Size(256<<20), c.MaxUpload)
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}, c.TrustedProxies)
	require.Equal(t, "json", c.LogFormat)
	require.Equal(t, slog.LevelWarn, c.LogLevel)
	require.True(t, c.CookiesSecure(), "the public URL is https")
	require.Equal(t, "./var", c.DataDir, "what the file leaves out keeps its default")
}

func TestFlagWinsOverEnvironmentWinsOverFile(t *testing.T) {
	env := map[string]string{"INCUBATOR_WORKERS": "20", "INCUBATOR_LOG_LEVEL": "error", "INCUBATOR_CONFIG": "testdata/full.yaml"}
	c, err := parse(t, env, "--workers=30")
	require.NoError(t, err)
	require.Equal(t, 30, c.Workers)
	require.Equal(t, slog.LevelError, c.LogLevel)
	require.Equal(t, "json", c.LogFormat)
}

func TestEngineHostFollowsDocker(t *testing.T) {
	c, err := parse(t, map[string]string{"DOCKER_HOST": "tcp://192.0.2.1:2375"})
	require.NoError(t, err)
	require.Equal(t, "tcp://192.0.2.1:2375", c.EngineHost)
	c, err = parse(t, map[string]string{"DOCKER_HOST": "tcp://192.0.2.1:2375", "INCUBATOR_ENGINE_HOST": "unix:///x.sock"})
	require.NoError(t, err)
	require.Equal(t, "unix:///x.sock", c.EngineHost)
}

func TestBadFilesAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown setting": {"worker: 3\n", `unknown setting "worker"`},
		"not a mapping":   {"- 1\n", ""},
		"broken":          {"listen: [\n", ""},
		"bad value":       {"workers: many\n", "workers"},
		"bad size":        {"max-upload: big\n", "512MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.yaml")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			_, err := parse(t, nil, "--config", path)
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err := parse(t, nil, "--config", "testdata/absent.yaml")
	require.Error(t, err)
}

func TestValidateNamesTheField(t *testing.T) {
	for _, c := range []struct {
		field, want string
		values      []string
	}{
		{"listen", "HOST:PORT", []string{"8080", "localhost", "a:b:c"}},
		{"listen", "port", []string{"127.0.0.1:http", "127.0.0.1:70000"}},
		{"public-url", "http or https", []string{"example.org", "ftp://x", "http://"}},
		{"public-url", "host only", []string{"https://x/sub", "https://x?a=b", "https://u@x"}},
		{"data-dir", "empty", []string{""}},
		{"database", "sqlite:/path/file.db", []string{"mysql://x", "sqlite:", "sqlite::memory:"}},
		{"database", "escape", []string{"postgres://u:%zz@h/d"}},
		{"engine-host", "URL", []string{"/var/run/docker.sock", "ftp://x"}},
		{"workers", "from 1 to", []string{"0", "-1", "100000"}},
		{"max-upload", "1KiB", []string{"0", "1000"}},
	} {
		for _, value := range c.values {
			t.Run(c.field+"="+value, func(t *testing.T) {
				_, err := parse(t, nil, "--"+c.field+"="+value)
				var e *errs.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, errs.Invalid, e.Code)
				require.Len(t, e.Fields, 1)
				require.Contains(t, e.Fields[c.field], c.want)
			})
		}
	}
}

func TestValidateReportsEverything(t *testing.T) {
	var zero config.Config
	err := zero.Validate()
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	for _, field := range []string{"--listen", "--data-dir", "--workers", "--runtime", "--log-format", "--secure-cookies"} {
		require.ErrorContains(t, err, field)
	}
}

func TestEnumsAreRefusedByName(t *testing.T) {
	for _, flag := range []string{"--runtime=kata", "--log-format=xml", "--secure-cookies=maybe", "--log-level=loud"} {
		_, err := parse(t, nil, flag)
		require.Error(t, err, flag)
	}
}

func TestListeningEverywhereNeedsAPublicURL(t *testing.T) {
	for _, listen := range []string{":8080", "0.0.0.0:8080", "[::]:8080"} {
		_, err := parse(t, nil, "--listen="+listen)
		require.ErrorContains(t, err, "--public-url must be given")
		_, err = parse(t, nil, "--listen="+listen, "--public-url=http://lab.example.org:8080")
		require.NoError(t, err)
	}
}

func TestCookiesSecure(t *testing.T) {
	for _, c := range []struct {
		url, setting string
		want         bool
	}{
		{"", "auto", false}, {"http://x", "auto", false}, {"https://x", "auto", true},
		{"https://x", "off", false}, {"http://x", "on", true},
	} {
		got := config.Config{PublicURL: c.url, SecureCookies: c.setting}.CookiesSecure()
		require.Equal(t, c.want, got, c)
	}
}

func TestPasswordsAreNeverPrinted(t *testing.T) {
	for _, url := range []string{
		"postgres://u:hunter2@h/d", "postgres:///d?host=/x&password=hunter2", "postgres://u:hunter2@%zz/",
	} {
		c := config.Config{Database: config.Database(url)}
		var log bytes.Buffer
		logger := slog.New(c.Handler(&log))
		logger.Info("start", slog.Any("config", c), slog.Any("database", c.Database))
		asJSON, err := json.Marshal(c)
		require.NoError(t, err)
		shown := log.String() + string(asJSON) + fmt.Sprintf("%v %+v %#v %s", c, c, c, c.Database)
		require.NotContains(t, shown, "hunter2")
		_, err = parse(t, nil, "--database="+url, "--workers=0")
		require.NotContains(t, err.Error(), "hunter2")
		require.Equal(t, url, c.DatabaseURL(), "but it is there to be used")
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]config.Size{
		"0": 0, "17": 17, "3B": 3, "2KB": 2000, "2kib": 2048, "1 MiB": 1 << 20, "5GB": 5e9, "1TiB": 1 << 40, "4TB": 4e12,
	} {
		var s config.Size
		require.NoError(t, s.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, s, text)
		var again config.Size
		require.NoError(t, again.UnmarshalText([]byte(s.String())))
		require.Equal(t, s, again, "the text form %s comes back", s)
	}
	for _, text := range []string{"", "B", "GiB", "-1", "1.5GB", "9999999TiB", "1PB", "one"} {
		require.Error(t, new(config.Size).UnmarshalText([]byte(text)), text)
	}
	require.Equal(t, "1GiB", config.Size(1<<30).String())
}

func TestHandlerFollowsFormatAndLevel(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(config.Config{LogFormat: "json", LogLevel: slog.LevelWarn}.Handler(&out))
	log.Info("hidden")
	log.Warn("shown")
	require.True(t, json.Valid(out.Bytes()))
	require.Contains(t, out.String(), "shown")
	require.NotContains(t, out.String(), "hidden")
}
