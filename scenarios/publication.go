package scenarios

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/platform/files"
)

// Publication is everything a pack brings: its specification and the blobs that
// its files have become.
type Publication struct {
	Spec        Spec
	DataSets    []DataSet    // one for each of Spec.DataSets, in order; ids are given here
	Attachments []Attachment // ids are given here
	Scorer      files.Blob   // zero where metrics are built in
}

// Service publishes challenges and answers questions about them.
type Service struct {
	db    *db.DB
	audit *audit.Log
	now   func() time.Time
	newID func() string
}

// NewService returns the service on a migrated database.
func NewService(database *db.DB, log *audit.Log, now func() time.Time) *Service {
	return &Service{db: database, audit: log, now: now, newID: func() string { return uuid.Must(uuid.NewV7()).String() }}
}

// Publish makes the challenge visible, or brings the published one with the same
// slug to the new version. Phases are matched by name: one that has opened keeps
// the moment at which it did, and one that is gone from the pack may not have
// opened yet. Errors: Invalid for moments that do not fit, Conflict for a change
// that would rewrite history.
func (s *Service) Publish(ctx context.Context, actor audit.Actor, p Publication) (*Challenge, error) {
	now := s.now().UTC()
	var id string
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := findChallenge(ctx, tx, "slug", p.Spec.Slug)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		next, err := s.plan(before, p, now)
		if err != nil {
			return err
		}
		id = next.ID
		if err := writeChallenge(ctx, tx, next); err != nil {
			return err
		}
		if err := s.writeParts(ctx, tx, before, next); err != nil {
			return err
		}
		return s.audit.Record(ctx, tx, actor.Did(now, "challenge.publish", "challenge", next.ID,
			map[string]any{"slug": next.Slug, "version": next.Version}))
	})
	if err != nil {
		return nil, err
	}
	return s.Challenge(ctx, id)
}

// plan works out the rows of the publication without writing any.
func (s *Service) plan(before *Challenge, p Publication, now time.Time) (*Challenge, error) {
	next := &Challenge{
		ID: s.newID(), Slug: p.Spec.Slug, Area: p.Spec.Area, Title: p.Spec.Title, Summary: p.Spec.Summary,
		State: Published, Version: 1, Spec: p.Spec, Scorer: p.Scorer, PublishedAt: now, UpdatedAt: now,
	}
	if before != nil {
		next.ID, next.Version, next.PublishedAt = before.ID, before.Version+1, before.PublishedAt
	}
	for i, spec := range p.Spec.Phases {
		phase, err := s.planPhase(before, next, spec, now)
		if err != nil {
			return nil, err
		}
		phase.Position = i
		next.Phases = append(next.Phases, phase)
	}
	if before != nil {
		if err := keepsOpenedPhases(before, next, now); err != nil {
			return nil, err
		}
	}
	next.DataSets = s.withIDs(p.DataSets)
	next.Attachments = p.Attachments
	for i := range next.Attachments {
		next.Attachments[i].ID = s.newID()
	}
	return next, nil
}

func (s *Service) withIDs(sets []DataSet) []DataSet {
	named := make([]DataSet, len(sets))
	for i, set := range sets {
		set.ID = s.newID()
		named[i] = set
	}
	return named
}

func (s *Service) planPhase(before, next *Challenge, spec PhaseSpec, now time.Time) (Phase, error) {
	window, err := spec.Window(next.PublishedAt)
	if err != nil {
		return Phase{}, err
	}
	phase := Phase{ID: s.newID(), ChallengeID: next.ID, Name: spec.Name, Title: spec.Title, Window: window, Spec: spec}
	if before == nil {
		return phase, nil
	}
	if old, ok := before.Phase(spec.Name); ok {
		phase.ID = old.ID
		if old.State(now) != Upcoming {
			phase.Window.Opens = old.Window.Opens
		}
		if old.State(now) == Closed && !phase.Window.Closes.Equal(old.Window.Closes) {
			return Phase{}, errs.New(errs.Conflict, "phase %s is closed since %s; it does not open again by publishing",
				spec.Name, old.Window.Closes.Format(time.RFC3339))
		}
	}
	return phase, nil
}

func keepsOpenedPhases(before, next *Challenge, now time.Time) error {
	for _, old := range before.Phases {
		if _, kept := next.Phase(old.Name); !kept && old.State(now) != Upcoming {
			return errs.New(errs.Conflict, "phase %s has opened and has submissions; a new version of the pack cannot drop it", old.Name)
		}
	}
	return nil
}

func encode(value any) (string, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return "", errs.Wrap(err, errs.Internal, "the specification cannot be stored")
	}
	return string(data), nil
}

// Blobs lists every blob that published challenges refer to, so that a sweep of
// the file store keeps them.
func (s *Service) Blobs(ctx context.Context, keep func(sha string)) error {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT input_sha256 FROM data_sets
		UNION SELECT truth_sha256 FROM data_sets UNION SELECT sha256 FROM attachments`)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the blobs of challenges cannot be listed")
	}
	defer rows.Close()
	for rows.Next() {
		var sha string
		if err := rows.Scan(&sha); err != nil {
			return errs.Wrap(err, errs.Internal, "the blobs of challenges cannot be listed")
		}
		keep(sha)
	}
	return rows.Err()
}
