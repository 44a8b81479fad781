package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// scrapeTimeout bounds what a scrape may wait for the database and the engine.
const scrapeTimeout = 5 * time.Second

// collector tells Prometheus about submissions, runs and the engine, as they are
// at the scrape.
type collector struct {
	platform                               *platform
	submissions, runs, queued, waiting, up *prometheus.Desc
}

func newCollector(p *platform) *collector {
	desc := prometheus.NewDesc
	return &collector{
		platform:    p,
		submissions: desc("incubator_submissions_accepted_total", "Submissions accepted since the platform was installed.", nil, nil),
		runs:        desc("incubator_runs", "Runs by state, and by cause where they failed.", []string{"state", "cause"}, nil),
		queued:      desc("incubator_queue_length", "Runs that wait for a worker.", nil, nil),
		waiting:     desc("incubator_queue_oldest_seconds", "How long the oldest run in the queue has waited; 0 without one.", nil, nil),
		up:          desc("incubator_engine_up", "1 while the Docker Engine answers.", nil, nil),
	}
}

// Describe lists the metrics.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{c.submissions, c.runs, c.queued, c.waiting, c.up} {
		to <- desc
	}
}

// Collect reads the values. Where the database does not answer, its metrics are
// left out, since a wrong number is worse than none.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	up := 0.0
	if c.platform.engineAnswers(ctx) == nil {
		up = 1
	}
	gauge(c.up, up)
	census, err := c.platform.scoring.Census(ctx)
	if err != nil {
		c.platform.log.Error("the metrics of runs cannot be read", slog.Any("error", err))
		return
	}
	to <- prometheus.MustNewConstMetric(c.submissions, prometheus.CounterValue, float64(census.Submissions))
	for _, count := range census.Runs {
		gauge(c.runs, float64(count.Runs), string(count.State), string(count.Cause))
	}
	gauge(c.queued, float64(census.Queue.Waiting))
	oldest := 0.0
	if !census.Queue.OldestWaiting.IsZero() {
		oldest = max(0, time.Since(census.Queue.OldestWaiting).Seconds())
	}
	gauge(c.waiting, oldest)
}

// engineTimeout is how long a question whether the engine is there may take.
const engineTimeout = 2 * time.Second

// engineAnswers returns nil where the engine does.
func (p *platform) engineAnswers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	_, err := p.docker.Ping(ctx)
	return err
}
