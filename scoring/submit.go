package scoring

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/scenarios"
)

// SubmitRequest is one piece of work as it is handed in.
type SubmitRequest struct {
	PhaseID  string
	TeamID   string
	Kind     scenarios.Kind
	Name     string // what the team calls it; empty: the file's name
	FileName string
	Body     io.Reader // read to its end, or to the limit of the kind
	// Within, when set, is called at the end of the transaction that stores the
	// submission; its error undoes the submission.
	Within Within
}

// Within adds to the transaction that stores a submission.
type Within func(ctx context.Context, tx *db.Tx, sub *Submission) error

// Submit reads the upload, checks it, and stores the submission together with its
// first run. It returns after the commit: an accepted submission is never lost.
// The moment that counts for the phase is the one at which the upload is complete.
//
// Errors: Invalid for a wrong file (with the line where there is one), Forbidden
// for somebody else's team, Conflict outside of the phase or while the same bytes
// are being scored, TooMany past the limits of the phase.
func (s *Service) Submit(ctx context.Context, by accounts.Principal, req SubmitRequest) (*Submission, error) {
	phase, challenge, err := s.phase(ctx, req.PhaseID)
	if err != nil {
		return nil, err
	}
	if err := s.accepts(ctx, phase, challenge, by, req); err != nil {
		return nil, err
	}
	upload, err := s.receive(ctx, req.Body, int64(challenge.Spec.Kinds[req.Kind].MaxSize))
	if err != nil {
		return nil, asFileError(err)
	}
	defer upload.Close()
	received := s.Now().UTC().Truncate(time.Microsecond)
	if err := s.inspect(ctx, challenge, req, upload); err != nil {
		return nil, err
	}
	sub := &Submission{
		ID: s.newID(), ChallengeID: challenge.ID, PhaseID: req.PhaseID, TeamID: req.TeamID, UserID: by.User.ID,
		Kind: req.Kind, Name: displayName(req), FileName: fileName(req.FileName), File: upload.blob,
		State: Queued, Counted: true, CreatedAt: received,
	}
	if req.Kind == scenarios.Document {
		sub.State = Received
	}
	if err := s.store(ctx, by, challenge, sub, upload, req.Within); err != nil {
		return nil, err
	}
	s.point(ctx, "submitted")
	return sub, nil
}

// accepts refuses what can be refused before the upload is read.
func (s *Service) accepts(ctx context.Context, phase scenarios.Phase, challenge *scenarios.Challenge, by accounts.Principal, req SubmitRequest) error {
	if challenge.State != scenarios.Published {
		return errs.New(errs.Conflict, "challenge %s is archived and takes no more submissions", challenge.Title)
	}
	if err := openNow(phase, s.Now()); err != nil {
		return err
	}
	if !phase.Takes(req.Kind, challenge.Spec) {
		return errs.Field("kind", "phase %s does not take submissions of the kind %q", phase.Title, req.Kind)
	}
	if req.TeamID == "" {
		return errs.Field("team", "choose the team that submits")
	}
	if utf8.RuneCountInString(req.Name) > 100 || !utf8.ValidString(req.Name) {
		return errs.Field("name", "a name has at most 100 characters")
	}
	if !by.InTeam(req.TeamID) {
		return errNotMember
	}
	return withinLimits(ctx, s.DB.Read(), phase, &Submission{TeamID: req.TeamID, CreatedAt: s.Now().UTC()})
}

var errNotMember = errs.New(errs.Forbidden, "you are not a member of this team")

func openNow(phase scenarios.Phase, now time.Time) error {
	switch phase.State(now) {
	case scenarios.Upcoming:
		return errs.New(errs.Conflict, "phase %s opens at %s", phase.Title, phase.Window.Opens.Format(time.RFC1123))
	case scenarios.Closed:
		return errs.New(errs.Conflict, "phase %s closed at %s", phase.Title, phase.Window.Closes.Format(time.RFC1123))
	}
	return nil
}

// upload is a received file. A small one is still in memory and is stored with
// the submission's row; a large one is a durable blob already.
type upload struct {
	blob  files.Blob
	small []byte
	at    io.ReaderAt
	file  io.Closer
}

func (u *upload) Close() {
	if u != nil && u.file != nil {
		u.file.Close()
	}
}

func (s *Service) receive(ctx context.Context, body io.Reader, limit int64) (*upload, error) {
	head, err := io.ReadAll(io.LimitReader(body, min(limit, files.SmallLimit)+1))
	if err != nil {
		var known *errs.Error
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, errs.Wrap(err, errs.Invalid, "the upload ended before it was complete")
	}
	if len(head) == 0 {
		return nil, errs.Field("file", "the file is empty")
	}
	if int64(len(head)) > limit {
		return nil, tooLarge(limit)
	}
	if len(head) <= files.SmallLimit {
		return &upload{blob: files.Blob{Size: int64(len(head))}, small: head, at: bytes.NewReader(head)}, nil
	}
	blob, err := s.Files.Put(ctx, io.MultiReader(bytes.NewReader(head), body), limit)
	if err != nil {
		return nil, err
	}
	file, _, err := s.Files.Open(ctx, blob.SHA256)
	if err != nil {
		return nil, err
	}
	return &upload{blob: blob, at: file, file: file}, nil
}

func tooLarge(limit int64) error {
	return errs.Field("file", "the file is larger than the limit of %s", files.FormatSize(limit))
}

// store writes the submission, its run and the job in one transaction, in which
// membership, phase and limits are checked again for good.
func (s *Service) store(ctx context.Context, by accounts.Principal, challenge *scenarios.Challenge, sub *Submission, u *upload, within Within) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if u.small != nil {
			if sub.File, err = s.Files.PutSmallTx(ctx, tx, u.small); err != nil {
				return err
			}
		}
		if err := s.admit(ctx, tx, challenge, sub); err != nil {
			return err
		}
		if err := insertSubmission(ctx, tx, sub); err != nil {
			return err
		}
		if sub.State == Queued {
			if _, err := s.enqueue(ctx, tx, sub, ForSubmission, challenge.Version, ""); err != nil {
				return err
			}
		}
		err = s.Audit.Record(ctx, tx, by.Actor().Did(sub.CreatedAt, "submission.create", "submission", sub.ID,
			map[string]any{"number": sub.Number, "kind": string(sub.Kind), "sha256": sub.File.SHA256}))
		if err != nil || within == nil {
			return err
		}
		return within(ctx, tx, sub)
	})
}

// admit checks inside the transaction what may have changed since the request
// began: the phase, the membership, the limits, and a twin on its way.
func (s *Service) admit(ctx context.Context, tx *db.Tx, challenge *scenarios.Challenge, sub *Submission) error {
	now, err := findAdmission(ctx, tx, sub)
	if err != nil {
		return err
	}
	// A phase changes only with the version of its challenge.
	phase, known := challenge.PhaseByID(sub.PhaseID)
	if !known || now.version != challenge.Version {
		if phase, err = scenarios.FindPhase(ctx, tx, sub.PhaseID); err != nil {
			return err
		}
	}
	if err := openNow(phase, sub.CreatedAt); err != nil {
		return err
	}
	if !now.member {
		return errNotMember
	}
	if err := withinLimits(ctx, tx, phase, sub); err != nil {
		return err
	}
	if now.twin != 0 {
		return errs.New(errs.Conflict, "the same file is being scored already, as submission #%d", now.twin)
	}
	return nil
}

const dayLength = 24 * time.Hour

// withinLimits counts days by UTC.
func withinLimits(ctx context.Context, q db.Querier, phase scenarios.Phase, sub *Submission) error {
	limits := phase.Spec.Limits
	if limits.PerDay == 0 && limits.Total == 0 {
		return nil
	}
	day := sub.CreatedAt.Truncate(dayLength)
	total, today, err := countSubmissions(ctx, q, phase.ID, sub.TeamID, day)
	switch {
	case err != nil:
		return err
	case limits.Total > 0 && total >= limits.Total:
		return errs.New(errs.TooMany, "your team has used all %d submissions of phase %s", limits.Total, phase.Title)
	case limits.PerDay > 0 && today >= limits.PerDay:
		e := errs.New(errs.TooMany, "your team has used all %d submissions of today; the next day begins at 00:00 UTC", limits.PerDay)
		e.RetryAfter = day.Add(dayLength).Sub(sub.CreatedAt)
		return e
	}
	return nil
}

// enqueue stores a new run of the submission together with its job, and returns
// the run's id.
func (s *Service) enqueue(ctx context.Context, tx *db.Tx, sub *Submission, reason Reason, version int, outputFrom string) (string, error) {
	run := &Run{
		ID: s.newID(), SubmissionID: sub.ID, Reason: reason, State: Queued,
		ChallengeVersion: version, OutputFrom: outputFrom, QueuedAt: s.Now().UTC(),
	}
	if err := insertRun(ctx, tx, run); err != nil {
		return "", err
	}
	if err := s.Jobs.EnqueueTx(ctx, tx, RunArgs{RunID: run.ID}); err != nil {
		return "", err
	}
	s.announceRun(tx, sub, run)
	return run.ID, nil
}

func displayName(req SubmitRequest) string {
	if name := strings.TrimSpace(printable(req.Name)); name != "" {
		return name
	}
	return fileName(req.FileName)
}

// fileName keeps the last element of what a client calls the file, for display.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(printable(name), `\`, "/"))
	if name == "." || name == ".." || name == "/" {
		return "submission"
	}
	if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "")
	}
	return name
}

// printable drops what could break a header or a line that shows the text, and
// what makes a name read other than it is.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "?"))
}
