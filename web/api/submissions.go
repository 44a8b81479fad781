package api

import (
	"context"
	"strconv"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/scenarios"
	"incubator/scoring"
)

// Submission is one piece of work that a team has handed in.
type Submission struct {
	ID          string    `json:"id"`
	Number      int       `json:"number" doc:"Counts within the challenge, from 1" example:"18"`
	Challenge   string    `json:"challenge" doc:"Slug" example:"drifting-fleet"`
	Phase       string    `json:"phase" doc:"Name" example:"development"`
	TeamID      string    `json:"team_id"`
	UserID      string    `json:"user_id" doc:"Who handed it in"`
	Kind        string    `json:"kind" enum:"results,code,image,document"`
	Name        string    `json:"name" doc:"What the team calls it"`
	FileName    string    `json:"file_name"`
	File        File      `json:"file"`
	State       string    `json:"state" enum:"queued,preparing,running,scoring,scored,failed,cancelled,received"`
	Final       bool      `json:"final" doc:"Nothing more will happen by itself"`
	Counted     bool      `json:"counted" doc:"Counts against the limits of its phase"`
	CarriedFrom string    `json:"carried_from,omitempty" doc:"The submission of an earlier phase that this one repeats"`
	CreatedAt   time.Time `json:"created_at"`
}

func (s Submission) location() string { return "/submissions/" + s.ID }

// File names stored bytes.
type File struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size" doc:"Bytes"`
}

func showSubmission(s *scoring.Submission, slug, phase string) Submission {
	return Submission{ID: s.ID, Number: s.Number, Challenge: slug, Phase: phase, TeamID: s.TeamID, UserID: s.UserID,
		Kind: string(s.Kind), Name: s.Name, FileName: s.FileName, File: File(s.File), State: string(s.State), Final: s.State.Final(),
		Counted: s.Counted, CarriedFrom: s.CarriedFrom, CreatedAt: s.CreatedAt.UTC()}
}

type submissionsInput struct {
	ChallengePath
	Team  string `query:"team" maxLength:"64" doc:"Id of the team. Needed unless the caller is an organiser or has one team only."`
	Phase string `query:"phase" maxLength:"100" doc:"Name of a phase"`
	State string `query:"state" enum:"queued,preparing,running,scoring,scored,failed,cancelled,received" doc:"Only in this state"`
	Paging
}

// submissionPath names a submission in a path.
type submissionPath struct {
	ID string `path:"id" maxLength:"64" doc:"The submission"`
}

func (a *API) addSubmissions() {
	a.addSubmissionCreate()
	add(a, operation{method: "GET", path: "/challenges/{slug}/submissions", id: "submissions.list", roles: signedIn,
		scope: accounts.ScopeSubmissionsRead, tag: tagSubmissions, summary: "List submissions",
		text: "The newest first: those of one's own team; organisers see those of all."}, a.listSubmissions)
	add(a, operation{method: "GET", path: "/submissions/{id}", id: "submissions.get", roles: signedIn,
		scope: accounts.ScopeSubmissionsRead, tag: tagSubmissions, summary: "Show a submission",
		text: "With its runs, their scores, usage and history. What the phase does not show yet is left out."}, a.getSubmission)
	a.addSubmissionFiles()
}

func (a *API) listSubmissions(ctx context.Context, by accounts.Principal, in *submissionsInput) (Page[Submission], error) {
	var none Page[Submission]
	before, err := in.number()
	if err != nil {
		return none, err
	}
	c, err := a.challenge(ctx, in.Slug)
	if err != nil {
		return none, err
	}
	filter := scoring.SubmissionFilter{ChallengeID: c.ID, State: scoring.State(in.State), Before: int(before), Limit: in.Limit + 1}
	if filter.TeamID, err = teamOf(by, in.Team); err != nil {
		return none, err
	}
	names := map[string]string{}
	for _, p := range c.Phases {
		names[p.ID] = p.Name
		if p.Name == in.Phase {
			filter.PhaseID = p.ID
		}
	}
	if in.Phase != "" && filter.PhaseID == "" {
		return none, errs.Field("phase", "Challenge %s has no phase %q.", c.Slug, in.Phase)
	}
	all, err := a.Scoring.Submissions(ctx, by, filter)
	if err != nil {
		return none, err
	}
	return pageOf(all, in.Limit, func(s *scoring.Submission) Submission { return showSubmission(s, c.Slug, names[s.PhaseID]) },
		func(s *scoring.Submission) string { return strconv.Itoa(s.Number) }), nil
}

// teamOf returns the team that is meant: the one that was named, or the only one
// of the caller. Organisers mean all when they name none.
func teamOf(by accounts.Principal, named string) (string, error) {
	switch {
	case named != "" || by.CanOrganise():
		return named, nil
	case len(by.Teams) == 1:
		return by.Teams[0].TeamID, nil
	case len(by.Teams) == 0:
		return "", errs.Field("team", "You are in no team. Found one, or join one by its invitation.")
	}
	return "", errs.Field("team", "You are in several teams; name one.")
}

func (a *API) getSubmission(ctx context.Context, by accounts.Principal, in *submissionPath) (SubmissionDetail, error) {
	v, err := a.Scoring.View(ctx, by, in.ID)
	if err != nil {
		return SubmissionDetail{}, err
	}
	return showSubmissionDetail(v), nil
}

// kinds lists the kinds of submission as text.
func kinds() []string { return texts(scenarios.Kinds()) }

func fileOf(b files.Blob) *File {
	if b.SHA256 == "" {
		return nil
	}
	f := File(b)
	return &f
}
