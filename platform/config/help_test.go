package config_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"incubator/platform/config"
)

var update = flag.Bool("update", false, "renew the golden files")

func parser(t *testing.T, out *bytes.Buffer) *kong.Kong {
	t.Helper()
	var c cli
	p, err := kong.New(&c, append(config.Options(), kong.Name("incubator"), kong.Writers(out, out), kong.Exit(func(int) {}))...)
	require.NoError(t, err)
	return p
}

// The help is part of the interface: a change must be seen in a review.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	var out bytes.Buffer
	_, _ = parser(t, &out).Parse([]string{"--help"})
	const golden = "testdata/help.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String())
}

// Every setting can be given in every way, under one name.
func TestEverySettingHasAVariableNamedAfterIt(t *testing.T) {
	for _, f := range parser(t, new(bytes.Buffer)).Model.Flags {
		if f.Name == "help" {
			continue
		}
		want := "INCUBATOR_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		require.Contains(t, f.Envs, want)
		require.NotEmpty(t, f.Help)
	}
}

func TestValuesInTheirTextForm(t *testing.T) {
	require.Equal(t, "sqlite:/var/lib/x.db", config.Database("sqlite:/var/lib/x.db").String())
	require.Equal(t, "postgres://u:xxxxx@h/d", config.Database("postgres://u:p@h/d").String())
	require.Equal(t, "postgres:///d?password=xxxxx", config.Database("postgres:///d?password=p").String())
	require.Equal(t, "(not a URL)", config.Database("postgres://u:p@%zz/").String())
	text, err := config.Size(3 << 20).MarshalText()
	require.NoError(t, err)
	require.Equal(t, "3MiB", string(text))
	require.Equal(t, "0B", config.Size(0).String())
}
