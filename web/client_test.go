package web_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"incubator/web"
)

func TestTheClientIsWhoTheTrustedProxySaysItIs(t *testing.T) {
	// The connection of a test comes from 0.0.0.0.
	proxies := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct {
		name, header, want string
		trusted            []netip.Prefix
	}{
		{"no header", "", "0.0.0.0", proxies},
		{"one proxy", "192.0.2.7", "192.0.2.7", proxies},
		{"two proxies", "192.0.2.7, 10.1.2.3", "192.0.2.7", proxies},
		{"an invented address before the true one", "203.0.113.9, 192.0.2.7", "192.0.2.7", proxies},
		{"with a port", "192.0.2.7:4711", "192.0.2.7", proxies},
		{"IPv6", "[2001:db8::1]:4711", "2001:db8::1", proxies},
		{"IPv4 in IPv6", "::ffff:192.0.2.7", "192.0.2.7", proxies},
		{"no address", "unknown", "0.0.0.0", proxies},
		{"rubbish behind a proxy", "<script>, 10.1.2.3", "10.1.2.3", proxies},
		{"nobody is trusted", "192.0.2.7", "0.0.0.0", nil},
		{"another proxy is trusted", "192.0.2.7", "0.0.0.0", proxies[1:]},
	} {
		t.Run(c.name, func(t *testing.T) {
			echo := func(c *fiber.Ctx) error { return c.SendString(web.ClientIP(c)) }
			app, log := newApp(t, web.Config{TrustedProxies: c.trusted}, route("GET", "/whoami", web.KindPage, echo, web.Anyone))
			var headers []string
			if c.header != "" {
				headers = []string{"X-Forwarded-For", c.header}
			}
			_, body := call(t, app, "GET", "/whoami", "", headers...)
			require.Equal(t, c.want, body)
			require.Contains(t, log.String(), "address="+c.want)
		})
	}
}

func TestMetricsAreNotForThoseBehindALocalProxy(t *testing.T) {
	base := serve(t, web.Config{})
	for _, c := range []struct {
		name, host, header, value string
		want                      int
	}{
		{"the machine itself", "", "", "", http.StatusOK},
		{"by its name", "localhost", "", "", http.StatusOK},
		{"passed on", "", "X-Forwarded-For", "192.0.2.7", http.StatusForbidden},
		{"passed on, as the standard says", "", "Forwarded", "for=192.0.2.7", http.StatusForbidden},
		{"passed on for somebody who claims to be local", "", "X-Forwarded-For", "127.0.0.1", http.StatusForbidden},
		{"passed on by a proxy that adds the host only", "incubator.example.org", "", "", http.StatusForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/metrics", nil)
			require.NoError(t, err)
			req.Host = c.host
			if c.header != "" {
				req.Header.Set(c.header, c.value)
			}
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			defer res.Body.Close()
			_, _ = io.Copy(io.Discard, res.Body)
			require.Equal(t, c.want, res.StatusCode)
		})
	}
}

// Cookies follow the setting, and no longer the public URL alone.
func TestSecureCookiesFollowTheSetting(t *testing.T) {
	for _, secure := range []bool{false, true} {
		app, _ := newApp(t, web.Config{PublicURL: "http://incubator.example", SecureCookies: secure})
		res, _ := call(t, app, "POST", "/theme", "theme=dark&back=/")
		require.Equal(t, secure, res.Cookies()[0].Secure)
	}
}

// serve starts an application without accounts on a loopback address.
func serve(t *testing.T, cfg web.Config, more ...web.Route) (base string) {
	t.Helper()
	cfg.Log = slog.New(slog.DiscardHandler)
	app, err := web.New(cfg, web.Services{}, more...)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- app.Fiber().Listener(listener) }()
	t.Cleanup(func() {
		require.NoError(t, app.Shutdown(context.Background()))
		_ = listener.Close()
		require.NoError(t, <-ended)
	})
	return "http://" + listener.Addr().String()
}
