package scoring

import (
	"context"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/scenarios"
)

// Newest returns the newest run of each submission as the viewer may see it, by
// submission, for lists: logs, outputs and history are on View. A document has
// none. Errors: NotFound when one of the submissions is not the viewer's to see.
func (s *Service) Newest(ctx context.Context, by accounts.Principal, subs []*Submission) (map[string]*Run, error) {
	newest := map[string]*Run{}
	if len(subs) == 0 {
		return newest, nil
	}
	for _, sub := range subs {
		if !by.CanOrganise() && !by.InTeam(sub.TeamID) {
			return nil, errs.New(errs.NotFound, "there is no such submission")
		}
	}
	runs, err := listNewestRuns(ctx, s.DB.Read(), subs, by.CanOrganise())
	if err != nil {
		return nil, err
	}
	scores, err := listScores(ctx, s.DB.Read(), runs)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		run.Scores = scores[run.ID]
		newest[run.SubmissionID] = run
	}
	return newest, s.redactNewest(ctx, by, subs, newest)
}

// redactNewest applies the policy of each submission's phase, as View does.
func (s *Service) redactNewest(ctx context.Context, by accounts.Principal, subs []*Submission, newest map[string]*Run) error {
	phases := map[string]scenarios.Phase{}
	for _, sub := range subs {
		run := newest[sub.ID]
		if run == nil {
			continue
		}
		phase, known := phases[sub.PhaseID]
		if !known {
			var err error
			if phase, err = s.Challenge.Phase(ctx, sub.PhaseID); err != nil {
				return err
			}
			phases[sub.PhaseID] = phase
		}
		v := &SubmissionView{Submission: sub, Phase: phase, Runs: []*Run{run}}
		v.May = s.permissions(by, v)
		v.redact(by)
	}
	return nil
}

// listNewestRuns leaves out rescores that are not public yet, unless all is true.
func listNewestRuns(ctx context.Context, q db.Querier, subs []*Submission, all bool) ([]*Run, error) {
	hidden := ` AND (n.reason <> 'rescore' OR n.state = 'scored')`
	if all {
		hidden = ``
	}
	places, args := placeholders(len(subs)), make([]any, len(subs))
	for i, sub := range subs {
		args[i] = sub.ID
	}
	rows, err := q.QueryContext(ctx, `SELECT `+runColumns+` FROM runs r WHERE submission_id IN (`+places+`)
		AND attempt = (SELECT max(n.attempt) FROM runs n WHERE n.submission_id = r.submission_id`+hidden+`)`, args...)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the runs cannot be listed")
	}
	return scanRuns(rows)
}
