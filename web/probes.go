package web

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"incubator/platform/errs"
)

// health says that the process answers, and nothing about what it stands on.
func (a *App) health(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString("ok\n")
}

// ready says whether everything that requests need answers. The body names
// the parts that do not; why is in the log.
func (a *App) ready(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	state := map[string]string{}
	a.probe(c, state, a.services.Wanted)
	status := fiber.StatusOK
	if !a.probe(c, state, a.services.Ready) {
		status = fiber.StatusServiceUnavailable
	}
	return c.Status(status).JSON(state)
}

// probe writes down the state of each part and reports whether all are up.
func (a *App) probe(c *fiber.Ctx, state map[string]string, parts map[string]func(context.Context) error) (all bool) {
	all = true
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		state[name] = "up"
		if err := parts[name](c.UserContext()); err != nil {
			state[name], all = "down", false
			a.cfg.Log.WarnContext(c.UserContext(), "a part does not answer", "part", name, "error", err.Error())
		}
	}
	return all
}

// httpMetrics counts requests for Prometheus.
type httpMetrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	streams  prometheus.Gauge
	handler  fiber.Handler
}

func newHTTPMetrics(registry *prometheus.Registry) *httpMetrics {
	m := &httpMetrics{
		registry: registry,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "incubator_http_requests_total", Help: "Requests by operation and status.",
		}, []string{"method", "operation", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "incubator_http_request_seconds", Help: "Time to answer a request, by operation.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60},
		}, []string{"operation"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "incubator_http_event_streams", Help: "Event streams that are open.",
		}),
	}
	registry.MustRegister(m.requests, m.seconds, m.streams, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = adaptor.HTTPHandler(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return m
}

func (m *httpMetrics) observe(method, operation string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, operation, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(operation).Observe(took.Seconds())
}

// Registry is where the domain packages register their own metrics.
func (a *App) Registry() *prometheus.Registry { return a.metrics.registry }

// serveMetrics answers the machine itself, administrators, and everybody when
// it was configured so.
func (a *App) serveMetrics(c *fiber.Ctx) error {
	if !fromThisMachine(c) && !a.cfg.MetricsForAll && !Caller(c).CanAdminister() {
		return errs.New(errs.Forbidden, "Metrics are for administrators.")
	}
	return a.metrics.handler(c)
}
