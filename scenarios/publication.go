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
	after OnPublish
	moved chan struct{} // holds one signal while moments may have changed
}

// OnPublish is called in the transaction that brings a challenge to a new version,
// with the one before, so that what follows from its rules can follow the change.
type OnPublish func(ctx context.Context, tx *db.Tx, before, next *Challenge) error

// OnPublish registers what must happen with each new version. It is called before
// the service is used.
func (s *Service) OnPublish(fn OnPublish) { s.after = fn }

// Changed signals that this process has published since the signal before, so that
// NextMoment may have another answer. One reader can wait for it.
func (s *Service) Changed() <-chan struct{} { return s.moved }

func (s *Service) signalChange() {
	select {
	case s.moved <- struct{}{}:
	default: // the reader has one before it already
	}
}

// NewService returns the service on a migrated database.
func NewService(database *db.DB, log *audit.Log, now func() time.Time) *Service {
	return &Service{
		db: database, audit: log, now: now, newID: func() string { return uuid.Must(uuid.NewV7()).String() },
		moved: make(chan struct{}, 1),
	}
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
		tx.OnCommit(s.signalChange)
		if err := writeChallenge(ctx, tx, next); err != nil {
			return err
		}
		if err := s.writeParts(ctx, tx, before, next); err != nil {
			return err
		}
		if before != nil && s.after != nil {
			if err := s.after(ctx, tx, before, next); err != nil {
				return err
			}
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
	phase := Phase{ID: s.newID(), ChallengeID: next.ID, Name: spec.Name, Title: spec.Title, Spec: spec}
	var old Phase
	known := false
	if before != nil {
		old, known = before.Phase(spec.Name)
	}
	var err error
	if !known {
		phase.Window, err = spec.Window(next.PublishedAt)
		return phase, err
	}
	phase.ID = old.ID
	phase.Window, err = movedWindow(old, spec, next.PublishedAt, now)
	return phase, err
}

// movedWindow returns the window of a phase that is published again. What has
// happened stays: an opened phase keeps its opening, from which its other moments
// count, and a closed one keeps its whole window.
func movedWindow(old Phase, spec PhaseSpec, base, now time.Time) (Window, error) {
	state := old.State(now)
	if state == Upcoming {
		return spec.Window(base)
	}
	window, err := spec.windowFrom(old.Window.Opens)
	if err != nil {
		return Window{}, err
	}
	if state == Closed {
		if window.Closes.After(now) {
			return Window{}, errs.New(errs.Conflict, "phase %s is closed since %s; it does not open again by publishing",
				spec.Name, old.Window.Closes.Format(time.RFC3339))
		}
		return old.Window, nil
	}
	if window.Closes.Before(now) { // what was accepted until now was accepted in time
		window.Closes = now.Truncate(time.Microsecond)
	}
	return window, nil
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
		UNION SELECT truth_sha256 FROM data_sets UNION SELECT sha256 FROM attachments
		UNION SELECT scorer_sha256 FROM challenges`)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the blobs of challenges cannot be listed")
	}
	defer rows.Close()
	for rows.Next() {
		var sha string
		if err := rows.Scan(&sha); err != nil {
			return errs.Wrap(err, errs.Internal, "the blobs of challenges cannot be listed")
		}
		if sha != "" {
			keep(sha)
		}
	}
	if err := rows.Err(); err != nil {
		return errs.Wrap(err, errs.Internal, "the blobs of challenges cannot be listed")
	}
	return nil
}
