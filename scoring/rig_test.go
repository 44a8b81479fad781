package scoring_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/events"
	"incubator/platform/files"
	"incubator/platform/jobs"
	"incubator/sandboxes"
	"incubator/sandboxes/fake"
	"incubator/scenarios"
	"incubator/scenarios/pack"
	"incubator/scoring"
)

const runnerImage = "sha256:runner"

// start is when every test begins.
var start = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// clock is the time of a rig. It moves when the test says so.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// rig is the whole domain on one database and the fake engine. Runs are worked
// when the test calls work or drain.
type rig struct {
	*scoring.Service
	t          testing.TB
	db         *db.DB
	clock      *clock
	engine     *fake.Engine
	manager    *sandboxes.Manager
	accounts   *accounts.Service
	challenges *scenarios.Service
	publisher  *pack.Publisher
	files      *files.Store
	bus        *events.Bus
	jobs       *jobs.Client
	worker     *scoring.Worker
	organiser  accounts.Principal
	captain    accounts.Principal // member of every team of the rig
	challenge  *scenarios.Challenge

	mu      sync.Mutex
	program func(ctx context.Context, job *fake.Job) int
	scorer  func(ctx context.Context, job *fake.Job) int
}

// newRig publishes the pack of testdata, changed by the given functions.
func newRig(t testing.TB, d *db.DB, name string, change ...func(*scenarios.Spec)) *rig {
	t.Helper()
	r := &rig{t: t, db: d, clock: &clock{now: start}, engine: fake.New(), scorer: copyScores}
	r.program = func(context.Context, *fake.Job) int { return 0 }
	r.engine.AddImage(sandboxes.ImageInfo{ID: runnerImage}, fake.Init(r.command))
	options := sandboxes.Options{
		Instance: "0123456789abcdef", Init: func(string) ([]byte, error) { return []byte("init"), nil },
	}
	r.wire(parts{engine: r.engine, options: options, image: runnerImage, files: t.TempDir(), now: r.clock.Now})
	r.populate()
	r.challenge = r.publish(name, change...)
	return r
}

// parts are what differs between rigs.
type parts struct {
	engine  sandboxes.Engine
	options sandboxes.Options
	image   string
	files   string // folder
	now     func() time.Time
	fault   func(ctx context.Context, point string)
}

// wire connects the services as the command does.
func (r *rig) wire(p parts) {
	t, d := r.t, r.db
	t.Helper()
	ctx := t.Context()
	require.NoError(t, jobs.Migrate(ctx, d))
	quiet := slog.New(slog.DiscardHandler)
	var err error
	r.files, err = files.New(p.files, d, nil)
	require.NoError(t, err)
	r.bus = events.New(events.Options{})
	t.Cleanup(r.bus.Close)
	log := audit.New(d)
	r.accounts, err = accounts.New(d, log, accounts.Options{Hash: accounts.HashOptions{Memory: 8, Iterations: 1}, Log: quiet})
	require.NoError(t, err)
	p.options.Log = quiet
	r.manager, err = sandboxes.New(p.engine, d, p.options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.manager.Stop(context.WithoutCancel(ctx))) })
	workers := river.NewWorkers()
	r.jobs, err = jobs.New(d, jobs.Config{Workers: workers, Queues: map[string]int{river.QueueDefault: 4}, Log: quiet})
	require.NoError(t, err)
	r.challenges = scenarios.NewService(d, log, p.now)
	r.publisher = &pack.Publisher{Challenges: r.challenges, Files: r.files}
	r.Service = scoring.NewService(scoring.Dependencies{
		DB: d, Files: r.files, Events: r.bus, Audit: log, Jobs: r.jobs, Challenge: r.challenges, Sandboxes: r.manager,
		Images: func(context.Context, string) (string, error) { return p.image, nil },
		Log:    quiet, Now: p.now, Fault: p.fault,
	})
	r.challenges.OnPublish(r.Service.OnPublish)
	r.worker = scoring.NewWorker(r.Service)
	river.AddWorker(workers, r.worker)
}

func (r *rig) populate() {
	r.t.Helper()
	r.organiser = r.user("organiser", accounts.Organiser)
	r.captain = r.user("captain", accounts.Participant)
}

// publish publishes the pack of testdata.
func (r *rig) publish(name string, change ...func(*scenarios.Spec)) *scenarios.Challenge {
	r.t.Helper()
	challenge, err := r.tryPublish(name, change...)
	require.NoError(r.t, err)
	return challenge
}

func (r *rig) tryPublish(name string, change ...func(*scenarios.Spec)) (*scenarios.Challenge, error) {
	p, err := pack.Open(r.t.Context(), "testdata/"+name)
	require.NoError(r.t, err)
	for _, c := range change {
		c(&p.Spec)
	}
	return r.publisher.Publish(r.t.Context(), r.organiser.Actor(), p)
}

func (r *rig) user(name string, roles ...accounts.Role) accounts.Principal {
	r.t.Helper()
	user, err := r.accounts.CreateUser(r.t.Context(), accounts.System(), accounts.NewUser{
		Email: name + "@example.org", Name: name, Password: "nine grey herons at dusk",
	}, roles)
	require.NoError(r.t, err)
	return accounts.Principal{User: user}
}

// team founds a team of the captain and returns its id.
func (r *rig) team(name string) string {
	r.t.Helper()
	team, err := r.accounts.FoundTeam(r.t.Context(), r.captain, accounts.NewTeam{Name: name})
	require.NoError(r.t, err)
	r.captain.Teams = append(r.captain.Teams, accounts.Membership{TeamID: team.ID, Name: name, Captain: true})
	return team.ID
}

func (r *rig) phase(name string) scenarios.Phase {
	r.t.Helper()
	c, err := r.challenges.Challenge(r.t.Context(), r.challenge.ID)
	require.NoError(r.t, err)
	phase, ok := c.Phase(name)
	require.True(r.t, ok)
	return phase
}

// request is a results submission that says its scores itself.
func (r *rig) request(team, scores string) scoring.SubmitRequest {
	return scoring.SubmitRequest{
		PhaseID: r.phase("one").ID, TeamID: team, Kind: scenarios.Results, FileName: "scores.json", Body: strings.NewReader(scores),
	}
}

func (r *rig) submit(team, scores string) *scoring.Submission {
	r.t.Helper()
	sub, err := r.Submit(r.t.Context(), r.captain, r.request(team, scores))
	require.NoError(r.t, err)
	return sub
}

// score submits and runs to the end.
func (r *rig) score(team string, value float64) *scoring.Submission {
	r.t.Helper()
	sub := r.submit(team, fmt.Sprintf(`{"score": %v, "nonce": %q}`, value, r.clock.Now()))
	r.drain()
	return sub
}

// queued returns the ids of the runs that wait, oldest first.
func (r *rig) queued() []string {
	r.t.Helper()
	rows, err := r.Console(r.t.Context(), r.organiser, scoring.ConsoleFilter{State: scoring.Queued, Limit: 200, Before: r.clock.Now().Add(time.Hour)})
	require.NoError(r.t, err)
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[len(rows)-1-i] = row.Run.ID
	}
	return ids
}

// work does the job of one run, as the queue would.
func (r *rig) work(runID string) error { return workOn(r.t.Context(), r.worker, runID) }

func workOn(ctx context.Context, worker *scoring.Worker, runID string) error {
	return worker.Work(ctx, &river.Job[scoring.RunArgs]{JobRow: &rivertype.JobRow{}, Args: scoring.RunArgs{RunID: runID}})
}

// drain works every run that waits.
func (r *rig) drain() {
	r.t.Helper()
	for _, id := range r.queued() {
		require.NoError(r.t, r.work(id))
	}
}

func (r *rig) view(by accounts.Principal, id string) *scoring.SubmissionView {
	r.t.Helper()
	view, err := r.View(r.t.Context(), by, id)
	require.NoError(r.t, err)
	return view
}

func (r *rig) board(by accounts.Principal, phase string) *scoring.CachedBoard {
	r.t.Helper()
	board, err := r.Board(r.t.Context(), by, r.phase(phase))
	require.NoError(r.t, err)
	return board
}

// table writes a board as "rank team score" for each row.
func table(b *scoring.CachedBoard) []string {
	rows := []string{}
	for _, row := range b.Rows {
		score := "-"
		if value, ok := row.Scores["score"]; ok {
			score = fmt.Sprint(value)
		}
		rows = append(rows, fmt.Sprintf("%d %s %s", row.Rank, row.Team, score))
	}
	return rows
}

// runs sets what the submissions' programs do.
func (r *rig) runs(program func(ctx context.Context, job *fake.Job) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.program = program
}

func (r *rig) scores(scorer func(ctx context.Context, job *fake.Job) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scorer = scorer
}

func (r *rig) command(ctx context.Context, job *fake.Job) int {
	r.mu.Lock()
	program, scorer := r.program, r.scorer
	r.mu.Unlock()
	if job.Argv[0] == "/score" {
		return scorer(ctx, job)
	}
	return program(ctx, job)
}

// copyScores is a scoring program that believes the submission.
func copyScores(_ context.Context, job *fake.Job) int {
	if scores, ok := job.Inputs["/app/input/res"]["scores.json"]; ok {
		job.Output["scores.json"] = scores
	}
	return 0
}
