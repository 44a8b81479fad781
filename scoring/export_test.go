package scoring

import (
	"time"

	"incubator/platform/db"
)

// Query is a query of the package with arguments of the right types.
type Query struct {
	Text string
	Args []any
}

// HotQueries are those that run for each submission, each board or each page.
func HotQueries(phaseID, challengeID, teamID string, now time.Time) map[string]Query {
	at := db.Micros(now)
	built := func(text string, args []any) Query { return Query{text, args} }
	return map[string]Query{
		"limits":       {countQuery, []any{phaseID, teamID, at}},
		"admission":    {admissionQuery, []any{challengeID, teamID, "user", "sha", phaseID, "results"}},
		"later":        {laterQuery, []any{challengeID, teamID, 1, phaseID}},
		"standings":    {standingsQuery, []any{phaseID, "live"}},
		"history":      {historyQuery, []any{phaseID, "live", maxHistory}},
		"lapsed":       {lapsedQuery, []any{at, 1, "owner"}},
		"submissions":  built(SubmissionFilter{ChallengeID: challengeID, Limit: 50, Before: 9}.query()),
		"my team's":    built(SubmissionFilter{ChallengeID: challengeID, TeamID: teamID, Limit: 50}.query()),
		"console":      built(consoleQuery(ConsoleFilter{Limit: 50}, now)),
		"console wait": built(consoleQuery(ConsoleFilter{State: Queued, Limit: 50}, now)),
	}
}
