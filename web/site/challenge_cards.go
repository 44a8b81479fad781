package site

import (
	"context"
	"slices"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web/pages"
)

// stateOf returns the state of a challenge in the words of its current phase.
func stateOf(c *scenarios.Challenge, now time.Time) string {
	if c.State == scenarios.Archived {
		return string(scenarios.Archived)
	}
	return string(c.CurrentPhase(now).State(now))
}

// challenges lists all challenges in the order of the areas on pages, then by title.
func (s *Site) challenges(ctx context.Context) ([]*scenarios.Challenge, error) {
	all, err := s.Scenarios.Challenges(ctx)
	slices.SortStableFunc(all, func(a, b *scenarios.Challenge) int {
		return slices.Index(scenarios.Areas(), a.Area) - slices.Index(scenarios.Areas(), b.Area)
	})
	return all, err
}

// challengeCards describes challenges for a list, as the viewer may see them.
func (s *Site) challengeCards(ctx context.Context, by accounts.Principal, all []*scenarios.Challenge) ([]pages.ChallengeCard, error) {
	cards := make([]pages.ChallengeCard, len(all))
	for i, c := range all {
		phase := c.CurrentPhase(s.Now())
		board, err := s.board(ctx, by, phase)
		if err != nil {
			return nil, err
		}
		cards[i] = s.challengeCard(by, c, phase, board)
	}
	return cards, nil
}

// board returns the board of a phase, nil where the viewer may not see it.
func (s *Site) board(ctx context.Context, by accounts.Principal, phase scenarios.Phase) (*scoring.CachedBoard, error) {
	board, err := s.Scoring.Board(ctx, by, phase)
	if errs.Is(err, errs.Forbidden) {
		return nil, nil
	}
	return board, err
}

func (s *Site) challengeCard(by accounts.Principal, c *scenarios.Challenge, phase scenarios.Phase, board *scoring.CachedBoard) pages.ChallengeCard {
	card := pages.ChallengeCard{
		Title: c.Title, Href: challengePath(c), Summary: c.Summary, Area: areaOf(c.Area),
		State: pages.StateOf(stateOf(c, s.Now())), Phase: phase.Title,
		Elapsed: elapsed(phase, s.Now()), Best: pages.Score{Missing: true},
	}
	card.Due, card.DueVerb = s.due(phase)
	if board == nil {
		return card
	}
	card.Teams = len(board.Rows)
	for i, row := range board.Rows {
		if value, ok := row.Scores[board.Metrics[0].Key]; i == 0 && ok {
			card.Best = scoreOf(board.Metrics[0], value, true)
		}
		card.Joined = card.Joined || by.InTeam(row.TeamID)
	}
	return card
}

// due returns the next moment of a phase and its verb, or the last one.
func (s *Site) due(phase scenarios.Phase) (pages.Moment, string) {
	switch phase.State(s.Now()) {
	case scenarios.Upcoming:
		return s.moment(phase.Window.Opens), "opens"
	case scenarios.Closed:
		return s.moment(phase.Window.Closes), "closed"
	}
	return s.moment(phase.Window.Closes), "closes"
}

// elapsed returns the percent of the phase that is over.
func elapsed(phase scenarios.Phase, now time.Time) int {
	w := phase.Window
	return percent(float64(now.Sub(w.Opens)), float64(w.Closes.Sub(w.Opens)))
}

func challengePath(c *scenarios.Challenge) string { return "/challenges/" + c.Slug }
