package webtest

import (
	"archive/tar"
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/events"
	"incubator/platform/files"
	"incubator/platform/jobs"
	"incubator/sandboxes"
	"incubator/sandboxes/fake"
	"incubator/scenarios"
	"incubator/scoring"
)

// Platform is the real services on a database of its own, with a fake engine and
// one published challenge, "drifting-fleet": phase "past" is closed, "open" takes
// results, code and documents, "private" is open with a board that nobody sees.
type Platform struct {
	*People
	DB        *db.DB
	Files     *files.Store
	Events    *events.Bus
	Audit     *audit.Log
	Jobs      *jobs.Client
	Sandboxes *sandboxes.Manager
	Scenarios *scenarios.Service
	Scoring   *scoring.Service
	Challenge *scenarios.Challenge
}

// NewPlatform wires the services. Runs stay queued until StartJobs.
func NewPlatform(t testing.TB) *Platform {
	t.Helper()
	ctx := context.Background()
	log := slog.New(slog.DiscardHandler)
	p := &Platform{DB: dbtest.New(t), Events: events.New(events.Options{})}
	t.Cleanup(p.Events.Close)
	require.NoError(t, jobs.Migrate(ctx, p.DB))
	p.People, p.Audit = NewPeople(t, p.DB, nil), audit.New(p.DB)
	var err error
	p.Files, err = files.New(t.TempDir(), p.DB, time.Now)
	require.NoError(t, err)
	workers := river.NewWorkers()
	p.Jobs, err = jobs.New(p.DB, jobs.Config{Workers: workers, Queues: map[string]int{river.QueueDefault: 2}, Log: log})
	require.NoError(t, err)
	manager, err := sandboxes.New(fake.New(), p.DB, sandboxes.Options{Instance: "webtest000", Runtime: "runc", Log: log})
	require.NoError(t, err)
	p.Sandboxes = manager
	p.Scenarios = scenarios.NewService(p.DB, p.Audit, time.Now)
	p.Scoring = scoring.NewService(scoring.Dependencies{
		DB: p.DB, Files: p.Files, Events: p.Events, Audit: p.Audit, Jobs: p.Jobs, Challenge: p.Scenarios, Sandboxes: manager,
		Images: func(context.Context, string) (string, error) { return "sha256:fake", nil }, Log: log, Now: time.Now,
	})
	river.AddWorker(workers, scoring.NewWorker(p.Scoring))
	p.Challenge, err = p.Scenarios.Publish(ctx, accounts.System().Actor(), p.publication(t))
	require.NoError(t, err)
	return p
}

// StartJobs works the queue until the test ends.
func (p *Platform) StartJobs(t testing.TB) {
	t.Helper()
	require.NoError(t, p.Jobs.Start(context.Background()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		require.NoError(t, p.Jobs.Stop(ctx))
	})
}

// Truth and Predictions are the tables of the challenge; Predictions score a
// ROC-AUC of 0.75.
const (
	Truth       = "id,label\na,0\nb,0\nc,1\nd,1\n"
	Predictions = "id,score\na,0.1\nb,0.4\nc,0.35\nd,0.8\n"
)

func (p *Platform) publication(t testing.TB) scenarios.Publication {
	t.Helper()
	truth := p.put(t, tarOf(t, "truth.csv", Truth))
	input := p.put(t, tarOf(t, "input.csv", "id\na\nb\nc\nd\n"))
	return scenarios.Publication{
		Spec:     spec(),
		DataSets: []scenarios.DataSet{{Name: "test", Title: "Test data", Visibility: scenarios.Hidden, Licence: "CC-BY-4.0", Input: input, Truth: truth}},
		Attachments: []scenarios.Attachment{{Kind: scenarios.DataAttachment, Name: "train.csv", Title: "Training data",
			Licence: "CC-BY-4.0", Blob: p.put(t, []byte(Truth))}},
	}
}

// put stores bytes as a blob.
func (p *Platform) put(t testing.TB, data []byte) files.Blob {
	t.Helper()
	blob, err := p.Files.Put(context.Background(), bytes.NewReader(data), 1<<30)
	require.NoError(t, err)
	return blob
}

func spec() scenarios.Spec {
	phase := func(name string, opens, closes scenarios.When, board scenarios.Audience, limits scenarios.PhaseLimits) scenarios.PhaseSpec {
		return scenarios.PhaseSpec{Name: name, Title: name, Opens: opens, Closes: closes, DataSet: "test", Limits: limits,
			Selection: scenarios.Best, Board: board, Show: scenarios.Show{Scores: scenarios.Always, Logs: scenarios.Always, Output: scenarios.Never}}
	}
	return scenarios.Spec{
		Format: scenarios.FormatChallenge, Slug: "drifting-fleet", Title: "Drifting Fleet", Area: scenarios.MobileSecurity,
		Summary: "Two years of apps whose families change.", Contact: scenarios.Contact{Name: "Office", Email: "office@example.org"},
		Pages: []scenarios.Page{{Title: "Problem", File: "pages/problem.md", Body: "# Problem"}},
		Kinds: map[scenarios.Kind]scenarios.KindSpec{
			scenarios.Results:  {MaxSize: 1 << 30, Files: []scenarios.FileSpec{{Name: "predictions.csv", Columns: []string{"id", "score"}}}},
			scenarios.Code:     {MaxSize: 1 << 20, Runtime: "python"},
			scenarios.Document: {MaxSize: 1 << 30},
		},
		Run: scenarios.RunLimits{CPUs: 1, Memory: 1 << 28, Time: scenarios.Duration(time.Minute), Output: 1 << 20},
		Grading: scenarios.Grading{Truth: "truth.csv", Prediction: "predictions.csv",
			Metrics: []scenarios.Metric{{Name: "roc_auc", Key: "roc_auc", Title: "ROC-AUC", Direction: scenarios.Higher, Primary: true, Precision: 3}}},
		Phases: []scenarios.PhaseSpec{
			phase("past", "-48h", "+24h", scenarios.Always, scenarios.PhaseLimits{}),
			phase("open", "-1h", "+720h", scenarios.Always, scenarios.PhaseLimits{PerDay: 1000}),
			phase("private", "-1h", "+720h", scenarios.Never, scenarios.PhaseLimits{}),
		},
	}
}

// tarOf returns a tar archive with one file.
func tarOf(t testing.TB, name, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o444, Size: int64(len(content)), Format: tar.FormatPAX}))
	_, err := w.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}
