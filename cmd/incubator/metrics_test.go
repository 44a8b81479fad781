package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/web"
)

// Without an engine the platform is ready: submissions are accepted and wait.
func TestReadyWithoutAnEngine(t *testing.T) {
	p := newPlatform(t)
	app, err := p.newApp()
	require.NoError(t, err)
	status, body := get(t, app, "/readyz")
	require.Equal(t, http.StatusOK, status)
	require.JSONEq(t, `{"database":"up","engine":"down"}`, body)
	require.NoError(t, p.db.Close())
	status, body = get(t, app, "/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.JSONEq(t, `{"database":"down","engine":"down"}`, body)
}

func TestMetricsOfThePlatform(t *testing.T) {
	p := newPlatform(t)
	registered, err := p.newApp()
	require.NoError(t, err)
	families, err := registered.Registry().Gather()
	require.NoError(t, err)
	values := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			values[family.GetName()] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
		}
	}
	for _, name := range []string{
		"incubator_submissions_accepted_total", "incubator_queue_length", "incubator_queue_oldest_seconds", "incubator_engine_up",
	} {
		require.Contains(t, values, name)
		require.Zero(t, values[name])
	}
	require.NotContains(t, values, "incubator_runs", "there are none")
}

func get(t *testing.T, app *web.App, path string) (status int, body string) {
	t.Helper()
	res, err := app.Fiber().Test(httptest.NewRequest(http.MethodGet, path, nil), 10_000)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(data)
}
