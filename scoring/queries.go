package scoring

import (
	"context"
	"io"
	"slices"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/scenarios"
)

// SubmissionView is a submission as one viewer may see it.
type SubmissionView struct {
	*Submission
	Phase     scenarios.Phase
	Challenge *scenarios.Challenge
	TeamName  string
	Runs      []*Run // newest first; scores, logs and outputs are left out where policy hides them
	History   []RunEvent
	May       Permissions
}

// Permissions says what the viewer may do with a submission.
type Permissions struct {
	SeeScores, SeeLog, SeeOutput, Download, Cancel, Rerun bool
}

// View returns the submission with its runs. To others than its team and the
// organisers it does not exist.
func (s *Service) View(ctx context.Context, by accounts.Principal, id string) (*SubmissionView, error) {
	sub, err := findSubmission(ctx, s.DB.Read(), id)
	if err != nil {
		return nil, err
	}
	if !by.CanOrganise() && !by.InTeam(sub.TeamID) {
		return nil, errs.New(errs.NotFound, "there is no such submission")
	}
	v := &SubmissionView{Submission: sub}
	if v.Challenge, err = s.challenge(ctx, sub.ChallengeID); err != nil {
		return nil, err
	}
	if v.Phase, err = s.Challenge.Phase(ctx, sub.PhaseID); err != nil {
		return nil, err
	}
	err = s.DB.Read().QueryRowContext(ctx, `SELECT name FROM teams WHERE id = $1`, sub.TeamID).Scan(&v.TeamName)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the team cannot be read")
	}
	if v.Runs, err = listRuns(ctx, s.DB.Read(), id); err != nil {
		return nil, err
	}
	v.May = s.permissions(by, v)
	if err := s.hideRescores(ctx, by, v); err != nil {
		return nil, err
	}
	v.redact(by)
	if len(v.Runs) > 0 {
		v.History, err = listRunEvents(ctx, s.DB.Read(), v.Runs[0].ID)
	}
	return v, err
}

func (s *Service) permissions(by accounts.Principal, v *SubmissionView) Permissions {
	closed := v.Phase.State(s.Now()) == scenarios.Closed
	show := v.Phase.Spec.Show
	settled := v.State.Final()
	return Permissions{
		SeeScores: by.CanOrganise() || show.Scores.Visible(closed),
		SeeLog:    by.CanOrganise() || show.Logs.Visible(closed),
		SeeOutput: by.CanOrganise() || show.Output.Visible(closed),
		Download:  true,
		Cancel:    by.CanOrganise() && !settled,
		Rerun:     by.CanOrganise() && settled && v.State != Received,
	}
}

// hideRescores keeps from a team what works behind the scenes: rescores that have
// failed, and all of one whose board is not published yet.
func (s *Service) hideRescores(ctx context.Context, by accounts.Principal, v *SubmissionView) error {
	if by.CanOrganise() {
		return nil
	}
	hidden, err := listUnpublished(ctx, s.DB.Read(), v.ID)
	if err != nil {
		return err
	}
	v.Runs = slices.DeleteFunc(v.Runs, func(r *Run) bool {
		return r.Reason == ForRescore && (r.State != Scored || hidden[r.ID])
	})
	return nil
}

// redact removes what the policy hides, so that no page or API can show it by
// mistake.
func (v *SubmissionView) redact(by accounts.Principal) {
	for _, run := range v.Runs {
		if !v.May.SeeScores {
			run.Scores, run.Usage.Warnings = nil, nil
		}
		if !v.May.SeeLog {
			run.Log = files.Blob{}
		}
		if !v.May.SeeOutput {
			run.Output = files.Blob{}
		}
		if !by.CanOrganise() {
			run.ScorerLog = files.Blob{}
		}
	}
}

// Part names a file of a submission that a viewer may download.
type Part string

// The parts.
const (
	SubmittedFile Part = "file"
	RunLog        Part = "log"
	ScorerLog     Part = "scorer-log"
	RunOutput     Part = "output"
)

// Open returns a part of the newest run, or the submitted file, with its size in
// bytes. What the viewer may not see does not exist.
func (s *Service) Open(ctx context.Context, by accounts.Principal, id string, part Part) (io.ReadCloser, int64, error) {
	_, blob, err := s.Locate(ctx, by, id, part)
	if err != nil {
		return nil, 0, err
	}
	return s.Files.Open(ctx, blob.SHA256)
}

// Locate returns which stored bytes Open would open, and their submission.
func (s *Service) Locate(ctx context.Context, by accounts.Principal, id string, part Part) (*Submission, files.Blob, error) {
	v, err := s.View(ctx, by, id)
	if err != nil {
		return nil, files.Blob{}, err
	}
	blob := v.File
	if part != SubmittedFile {
		if len(v.Runs) == 0 {
			return nil, files.Blob{}, errs.New(errs.NotFound, "this submission has no run")
		}
		blob = map[Part]files.Blob{RunLog: v.Runs[0].Log, ScorerLog: v.Runs[0].ScorerLog, RunOutput: v.Runs[0].Output}[part]
	}
	if blob.SHA256 == "" {
		return nil, files.Blob{}, errs.New(errs.NotFound, "there is nothing to download here")
	}
	return v.Submission, blob, nil
}

// Submissions lists submissions of a challenge, the newest first: an organiser's
// filter reaches all, others must name a team of theirs.
func (s *Service) Submissions(ctx context.Context, by accounts.Principal, f SubmissionFilter) ([]*Submission, error) {
	if !by.CanOrganise() && !by.InTeam(f.TeamID) {
		return nil, errs.New(errs.Forbidden, "you see the submissions of your own teams")
	}
	return listSubmissions(ctx, s.DB.Read(), f)
}

// Board returns the leaderboard as the viewer may see it: frozen boards show
// participants what was submitted before the freeze. Errors: Forbidden where the
// policy of the phase hides the board.
func (s *Service) Board(ctx context.Context, by accounts.Principal, phase scenarios.Phase) (*CachedBoard, error) {
	state := phase.State(s.Now())
	if !by.CanOrganise() && !phase.Spec.Board.Visible(state == scenarios.Closed) {
		return nil, errs.New(errs.Forbidden, "the board of phase %s is not shown %s", phase.Title, whenShown(phase))
	}
	view := Live
	if !by.CanOrganise() && state == scenarios.Frozen {
		view = Public
	}
	return s.boards.get(ctx, phase, view)
}

func whenShown(phase scenarios.Phase) string {
	if phase.Spec.Board == scenarios.AfterClose {
		return "before the phase closes"
	}
	return "to participants"
}

// Left is how many submissions a team may still hand in; -1 stands for no limit.
type Left struct{ Today, Total int }

// Left counts what remains of the limits of the phase for the team.
func (s *Service) Left(ctx context.Context, phase scenarios.Phase, teamID string) (Left, error) {
	now := s.Now().UTC()
	total, today, err := countSubmissions(ctx, s.DB.Read(), phase.ID, teamID, now.Truncate(dayLength))
	if err != nil {
		return Left{}, err
	}
	left := Left{Today: -1, Total: -1}
	if limit := phase.Spec.Limits.Total; limit > 0 {
		left.Total = max(0, limit-total)
	}
	if limit := phase.Spec.Limits.PerDay; limit > 0 {
		left.Today = max(0, limit-today)
	}
	if left.Total >= 0 && (left.Today < 0 || left.Today > left.Total) {
		left.Today = left.Total
	}
	return left, nil
}

// SubmissionCounts returns how many submissions the team has made in each
// challenge, by the challenge's id, for its members and for organisers.
func (s *Service) SubmissionCounts(ctx context.Context, by accounts.Principal, teamID string) (map[string]int, error) {
	if !by.CanOrganise() && !by.InTeam(teamID) {
		return nil, errs.New(errs.Forbidden, "you see the submissions of your own teams")
	}
	return countByChallenge(ctx, s.DB.Read(), teamID)
}
