package site

import (
	"context"
	"time"

	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/web/pages"
)

// quota says how often the team may still submit to the phase, and why not.
func (s *Site) quota(ctx context.Context, c *scenarios.Challenge, phase scenarios.Phase, teamID string) (pages.Quota, error) {
	var q pages.Quota
	switch phase.State(s.Now()) {
	case scenarios.Upcoming:
		q.Closed = phase.Title + " opens " + phase.Window.Opens.UTC().Format("2 Jan 2006, 15:04 UTC") + "."
		return q, nil
	case scenarios.Closed:
		q.Closed = phase.Title + " closed " + phase.Window.Closes.UTC().Format("2 Jan 2006, 15:04 UTC") + "."
		return q, nil
	}
	left, err := s.Scoring.Left(ctx, phase, teamID)
	if err != nil {
		return q, err
	}
	limits := phase.Spec.Limits
	switch {
	case limits.Total > 0 && (limits.PerDay == 0 || left.Total < limits.PerDay && left.Total <= left.Today):
		q.Left, q.Of, q.Per = left.Total, limits.Total, "in this phase"
	case limits.PerDay > 0:
		q.Left, q.Of, q.Per = left.Today, limits.PerDay, "today"
	}
	if q.Of > 0 && q.Left == 0 {
		q.Closed = "Your team has used all " + thousands(q.Of) + " submissions " + q.Per + "."
		if q.Per == "today" {
			q.Resets = s.moment(s.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour))
		}
		return q, nil
	}
	q.Submit = challengePath(c) + "/submit?phase=" + phase.Name
	return q, nil
}

// isPolite reports whether the reader can do something about an error.
func isPolite(err error) bool {
	switch errs.CodeOf(err) {
	case errs.Invalid, errs.Conflict, errs.TooMany, errs.Forbidden:
		return true
	}
	return false
}
