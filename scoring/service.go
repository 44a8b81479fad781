package scoring

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/platform/events"
	"incubator/platform/files"
	"incubator/platform/jobs"
	"incubator/sandboxes"
	"incubator/scenarios"
)

// Dependencies are what the service works with.
type Dependencies struct {
	DB        *db.DB
	Files     *files.Store
	Events    *events.Bus
	Audit     *audit.Log
	Jobs      *jobs.Client
	Challenge *scenarios.Service
	Sandboxes *sandboxes.Manager
	Images    ImageResolver
	Log       *slog.Logger
	Now       func() time.Time
	// Pool is how many sandboxes wait for each open phase that takes code; see Warm.
	Pool int
	// Fault is called at each named step of a submission's way. Tests stop the
	// process there; it is nil in production.
	Fault func(ctx context.Context, point string)
}

// ImageResolver returns the digest of the runtime image with the name, such as
// python. It may take minutes the first time.
type ImageResolver func(ctx context.Context, name string) (digest string, err error)

// Service accepts submissions, runs and scores them, and keeps the boards.
type Service struct {
	Dependencies
	owner  string // names this process in the leases of runs
	newID  func() string
	boards *boardCache

	mu      sync.Mutex
	cancels map[string]context.CancelCauseFunc // of the runs in this process
	specs   map[specKey]*scenarios.Challenge
	phases  map[string]string            // phase to challenge, which never changes
	warm    map[string]sandboxes.RunSpec // what the pool was asked for
}

type specKey struct {
	challengeID string
	version     int
}

// NewService returns the service; jobs reach it once it is registered (Register).
func NewService(d Dependencies) *Service {
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	s := &Service{
		Dependencies: d, owner: newID(), newID: newID,
		cancels: map[string]context.CancelCauseFunc{}, specs: map[specKey]*scenarios.Challenge{}, phases: map[string]string{},
	}
	s.boards = newBoardCache(s)
	return s
}

// point marks a named step for fault tests.
func (s *Service) point(ctx context.Context, name string) {
	if s.Fault != nil {
		s.Fault(ctx, name)
	}
}

// challenge returns the challenge at its present version. Specifications are kept
// by version, as they never change under one.
func (s *Service) challenge(ctx context.Context, id string) (*scenarios.Challenge, error) {
	var version int
	err := s.DB.Read().QueryRowContext(ctx, `SELECT version FROM challenges WHERE id = $1`, id).Scan(&version)
	if err == nil {
		s.mu.Lock()
		known := s.specs[specKey{id, version}]
		s.mu.Unlock()
		if known != nil {
			return known, nil
		}
	}
	c, err := s.Challenge.Challenge(ctx, id)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.specs[specKey{id, c.Version}] = c
	return c, nil
}

// phase returns a phase with its challenge, both of the present version.
func (s *Service) phase(ctx context.Context, id string) (scenarios.Phase, *scenarios.Challenge, error) {
	s.mu.Lock()
	challengeID, known := s.phases[id]
	s.mu.Unlock()
	if !known {
		phase, err := s.Challenge.Phase(ctx, id)
		if err != nil {
			return scenarios.Phase{}, nil, err
		}
		challengeID = phase.ChallengeID
		s.mu.Lock()
		s.phases[id] = challengeID
		s.mu.Unlock()
	}
	challenge, err := s.challenge(ctx, challengeID)
	if err != nil {
		return scenarios.Phase{}, nil, err
	}
	phase, ok := challenge.PhaseByID(id)
	if !ok {
		return scenarios.Phase{}, nil, errs.New(errs.NotFound, "there is no such phase")
	}
	return phase, challenge, nil
}

// runEvent is what pages and the API learn when a run changes.
type runEvent struct {
	SubmissionID string `json:"submission_id"`
	Number       int    `json:"number"`
	RunID        string `json:"run_id"`
	TeamID       string `json:"team_id"`
	State        State  `json:"state"`
	Step         string `json:"step,omitempty"`
	Cause        Cause  `json:"cause,omitempty"`
}

// announceRun publishes a change of a run once it is committed. The challenge's
// topic is not told: who is running what is the team's own business. Nor is the
// team told of a rescore, which works behind the scenes until its board is published.
func (s *Service) announceRun(tx *db.Tx, sub *Submission, run *Run) {
	data, err := json.Marshal(runEvent{
		SubmissionID: sub.ID, Number: sub.Number, RunID: run.ID, TeamID: sub.TeamID,
		State: run.State, Step: run.Step, Cause: run.Cause,
	})
	if err != nil {
		s.Log.Error("a run's event cannot be encoded", slog.String("run", run.ID), slog.Any("error", err))
		return
	}
	at := s.Now()
	topics := []string{events.TopicRuns, events.SubmissionTopic(sub.ID), events.TeamTopic(sub.TeamID)}
	if run.Reason == ForRescore {
		topics = topics[:1]
	}
	tx.OnCommit(func() {
		for _, topic := range topics {
			s.Events.Publish(events.Event{Topic: topic, Type: "run", Data: data, At: at})
		}
	})
}

// announceBoard tells readers of the challenge that a board changed, once it did.
func (s *Service) announceBoard(tx *db.Tx, phase scenarios.Phase) {
	at := s.Now()
	data, _ := json.Marshal(map[string]string{"phase_id": phase.ID}) // strings always encode
	tx.OnCommit(func() {
		s.boards.invalidate(phase.ID)
		s.Events.Publish(events.Event{Topic: events.ChallengeTopic(phase.ChallengeID), Type: "board", Data: data, At: at})
	})
}

// Blobs calls keep with every blob that submissions refer to.
func (s *Service) Blobs(ctx context.Context, keep func(sha string)) error {
	return listBlobs(ctx, s.DB.Read(), keep)
}
