package site

import (
	"context"

	"incubator/platform/accounts"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web/pages"
)

// teamStandings returns where a team stands on the boards that the viewer may see:
// in each challenge, on the board of the latest phase that ranks it.
func (s *Site) teamStandings(ctx context.Context, by accounts.Principal, teamID string) ([]pages.Standing, error) {
	all, err := s.Scenarios.Challenges(ctx)
	if err != nil {
		return nil, err
	}
	var out []pages.Standing
	for _, c := range all {
		standing, ok, err := s.standingIn(ctx, by, c, teamID)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, standing)
		}
	}
	return out, nil
}

func (s *Site) standingIn(ctx context.Context, by accounts.Principal, c *scenarios.Challenge, teamID string) (pages.Standing, bool, error) {
	for i := len(c.Phases) - 1; i >= 0; i-- {
		board, err := s.board(ctx, by, c.Phases[i])
		if err != nil {
			return pages.Standing{}, false, err
		}
		if board == nil {
			continue
		}
		for _, row := range board.Rows {
			if row.TeamID == teamID {
				return standingOf(by, c, board, row), true, nil
			}
		}
	}
	return pages.Standing{}, false, nil
}

func standingOf(by accounts.Principal, c *scenarios.Challenge, board *scoring.CachedBoard, row scoring.Row) pages.Standing {
	value, ok := row.Scores[board.Metrics[0].Key]
	out := pages.Standing{
		Team: row.Team, Challenge: pages.Link{Text: c.Title, Href: challengePath(c)}, Area: areaOf(c.Area),
		Rank: row.Rank, Of: len(board.Rows), Primary: scoreOf(board.Metrics[0], value, ok),
	}
	if by.InTeam(row.TeamID) || by.CanOrganise() {
		out.Primary.Href = submissionPath(row.SubmissionID)
	}
	return out
}
