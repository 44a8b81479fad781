package site

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/pages"
)

// chartTeams is how many teams the plot shows besides the viewer's own: more
// lines than this cannot be told apart.
const chartTeams = 7

// challengeScores answers with the plot of scores over time as JSON.
func (s *Site) challengeScores(c *fiber.Ctx) error {
	challenge, phase, err := s.challengeAndPhase(c)
	if err != nil {
		return err
	}
	by := web.Caller(c)
	board, err := s.Scoring.Board(c.UserContext(), by, phase)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	return c.JSON(scoreChart(by, challenge, phase, board, s.Now()))
}

// scoreChart plots what each team's standing submission was worth over time. Each
// line ends at the last moment for which the standing is known.
func scoreChart(by accounts.Principal, c *scenarios.Challenge, phase scenarios.Phase, board *scoring.CachedBoard, now time.Time) pages.Chart {
	primary := board.Metrics[0]
	chart := pages.Chart{
		Kind: "steps", Title: "Score over time", Summary: primary.Title + " of each team's standing submission",
		Unit: primary.Unit, Precision: decimals(primary),
		Source: challengePath(c) + "/scores?phase=" + phase.Name,
	}
	points := map[string][]pages.Point{}
	for _, change := range board.History {
		points[change.TeamID] = append(points[change.TeamID], pages.Point{At: change.At, Value: change.Value})
	}
	others := 0
	for _, row := range board.Rows {
		line, mine := points[row.TeamID], by.InTeam(row.TeamID)
		if len(line) == 0 || (!mine && others == chartTeams) {
			continue
		}
		if !mine {
			others++
		}
		line = append(line, pages.Point{At: chartEnd(phase, board, now), Value: line[len(line)-1].Value})
		chart.Series = append(chart.Series, pages.Series{Name: row.Team, Mine: mine, Points: line})
	}
	return chart
}

func chartEnd(phase scenarios.Phase, board *scoring.CachedBoard, now time.Time) time.Time {
	end := now
	if board.View == scoring.Public {
		end = phase.Window.Freezes
	}
	if phase.Window.Closes.Before(end) {
		end = phase.Window.Closes
	}
	if len(board.History) > 0 && board.History[len(board.History)-1].At.After(end) {
		end = board.History[len(board.History)-1].At
	}
	return end.UTC().Truncate(time.Minute)
}
