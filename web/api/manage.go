package api

import (
	"context"
	"net/http"
	"time"

	"incubator/platform/accounts"
	"incubator/scoring"
)

type rescoreInput struct {
	PhasePath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Shown with the revision that is replaced" example:"The truth of three apps was wrong."`
	}
}

// PhasePath names a phase in a path.
type PhasePath struct {
	ChallengePath
	Phase string `path:"phase" maxLength:"100" doc:"Name of the phase" example:"development"`
}

// Revision is a board that a rescore has replaced.
type Revision struct {
	Revision int                  `json:"revision"`
	Reason   string               `json:"reason" doc:"Why the next one was made"`
	ClosedAt time.Time            `json:"closed_at"`
	Board    *scoring.Leaderboard `json:"board"`
}

func (a *API) addManagement() {
	for _, act := range []struct {
		name, summary, text string
		do                  func(ctx context.Context, by accounts.Principal, id string) error
	}{
		{"cancel", "Cancel the run of a submission", "A queued one at once, a working one as soon as its process hears of it.", a.Scoring.Cancel},
		{"rerun", "Run a submission again", "From the start; its newest scored run is the one that counts.", a.Scoring.Rerun},
	} {
		op := operation{method: "POST", path: "/submissions/{id}/" + act.name, id: "submissions." + act.name, roles: organisers,
			scope: accounts.ScopeAdmin, tag: tagOrganising, summary: act.summary, text: act.text, refusals: []int{409}}
		addEmpty(a, op, func(ctx context.Context, by accounts.Principal, in *submissionPath) error {
			return act.do(ctx, by, in.ID)
		})
	}
	addEmpty(a, operation{method: "POST", path: "/challenges/{slug}/phases/{phase}/rescore", id: "phases.rescore", roles: organisers,
		scope: accounts.ScopeAdmin, tag: tagOrganising, summary: "Score a phase again", refusals: []int{http.StatusConflict},
		text: "Every scored submission, with the challenge as it is now. The board keeps its revision until all are done."}, a.rescore)
	add(a, operation{method: "GET", path: "/challenges/{slug}/phases/{phase}/revisions", id: "phases.revisions", roles: organisers,
		scope: accounts.ScopeAdmin, tag: tagOrganising, summary: "List the replaced boards of a phase", text: "The newest first."}, a.listRevisions)
}

func (a *API) rescore(ctx context.Context, by accounts.Principal, in *rescoreInput) error {
	_, phase, err := a.phase(ctx, in.Slug, in.Phase)
	if err != nil {
		return err
	}
	return a.Scoring.Rescore(ctx, by, phase.ID, in.Body.Reason)
}

func (a *API) listRevisions(ctx context.Context, _ accounts.Principal, in *PhasePath) (Page[Revision], error) {
	_, phase, err := a.phase(ctx, in.Slug, in.Phase)
	if err != nil {
		return Page[Revision]{}, err
	}
	all, err := a.Scoring.Revisions(ctx, phase.ID)
	page := Page[Revision]{Items: make([]Revision, len(all))}
	for i, r := range all {
		page.Items[i] = Revision{Revision: r.Revision, Reason: r.Reason, ClosedAt: r.ClosedAt.UTC(), Board: r.Board}
	}
	return page, err
}
