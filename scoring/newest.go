package scoring

import (
	"context"
	"strconv"
	"strings"

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
	scores, err := scoresByRun(ctx, s.DB.Read(), runs)
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

// scoresByRun returns the scores of the runs, by run and metric.
func scoresByRun(ctx context.Context, q db.Querier, runs []*Run) (map[string]map[string]float64, error) {
	scores := map[string]map[string]float64{}
	if len(runs) == 0 {
		return scores, nil
	}
	args := make([]any, len(runs))
	for i, run := range runs {
		args[i], scores[run.ID] = run.ID, map[string]float64{}
	}
	rows, err := q.QueryContext(ctx, `SELECT run_id, metric, value FROM scores WHERE run_id IN (`+placeholders(len(runs))+`)`, args...)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the scores cannot be read")
	}
	defer rows.Close()
	for rows.Next() {
		var (
			id, key string
			value   float64
		)
		if err := rows.Scan(&id, &key, &value); err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the scores cannot be read")
		}
		scores[id][key] = value
	}
	return scores, rows.Err()
}

// placeholders writes "$1, $2, …, $n".
func placeholders(n int) string {
	var out strings.Builder
	for i := 1; i <= n; i++ {
		if i > 1 {
			out.WriteString(", ")
		}
		out.WriteString("$" + strconv.Itoa(i))
	}
	return out.String()
}
