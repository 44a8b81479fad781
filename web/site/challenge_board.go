package site

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/pages"
)

// challengeBoard answers with the table of a board alone, for a page that heard
// that it changed. Errors: Forbidden where the policy hides the board.
func (s *Site) challengeBoard(c *fiber.Ctx) error {
	challenge, phase, err := s.challengeAndPhase(c)
	if err != nil {
		return err
	}
	board, err := s.Scoring.Board(c.UserContext(), web.Caller(c), phase)
	if err != nil {
		return err
	}
	return s.app.RenderPart(c, "challenge", "leaderboard", s.leaderboard(web.Caller(c), challenge, phase, board))
}

// fillBoard sets the board and its plot, or says why there is none.
func (s *Site) fillBoard(c *fiber.Ctx, challenge *scenarios.Challenge, phase scenarios.Phase, page *pages.ChallengePage) error {
	by := web.Caller(c)
	board, err := s.Scoring.Board(c.UserContext(), by, phase)
	switch {
	case errs.Is(err, errs.Forbidden):
		page.Board = &pages.Leaderboard{Title: boardTitle(phase), Empty: pages.Empty{
			Icon: pages.StateOf("closed").Icon, Title: "This board is not shown now", Text: sentence(errs.MessageOf(err)),
		}}
	case err != nil:
		return err
	default:
		page.Board = s.leaderboard(by, challenge, phase, board)
		page.Scores = scoreChart(by, challenge, phase, board, s.Now())
	}
	page.Board.Phase, page.Board.Phases = phase.Name, phaseLinks(challenge, phase)
	return nil
}

func boardTitle(phase scenarios.Phase) string { return "Leaderboard, " + phase.Title }

// phaseLinks offers the boards of the other phases.
func phaseLinks(c *scenarios.Challenge, shown scenarios.Phase) []pages.FilterLink {
	if len(c.Phases) < 2 {
		return nil
	}
	var links []pages.FilterLink
	for _, phase := range c.Phases {
		links = append(links, pages.FilterLink{
			Text: phase.Title, Href: challengePath(c) + "?phase=" + phase.Name, Current: phase.ID == shown.ID,
		})
	}
	return links
}

// leaderboard maps a board to its view model.
func (s *Site) leaderboard(by accounts.Principal, c *scenarios.Challenge, phase scenarios.Phase, board *scoring.CachedBoard) *pages.Leaderboard {
	out := &pages.Leaderboard{
		Title: boardTitle(phase), Note: boardNote(phase, board), Empty: emptyBoard(c, phase, s.Now()),
		Href: challengePath(c) + "/board?phase=" + phase.Name,
		Live: pages.Live{Stream: "challenge", Fresh: s.moment(s.Now())},
	}
	if board.View == scoring.Public {
		out.Frozen, out.Live = s.moment(phase.Window.Freezes), pages.Live{}
	}
	var primaries []pages.Score
	for i, metric := range board.Metrics {
		out.Columns = append(out.Columns, pages.LeaderboardColumn{
			Title: metric.Title, Unit: columnUnit(metric), Meaning: meaningOf(metric), Higher: metric.Direction == scenarios.Higher,
		})
		for _, row := range board.Rows {
			if value, ok := row.Scores[metric.Key]; i == 0 && ok {
				primaries = append(primaries, scoreOf(metric, value, true))
			}
		}
	}
	out.Axis = pages.NewAxis(primaries)
	for i := range board.Rows {
		out.Rows = append(out.Rows, s.boardRow(by, board, i, out.Axis))
	}
	return out
}

func (s *Site) boardRow(by accounts.Principal, board *scoring.CachedBoard, i int, axis pages.Axis) pages.LeaderboardRow {
	row := board.Rows[i]
	mine := by.InTeam(row.TeamID)
	out := pages.LeaderboardRow{
		Rank: row.Rank, Shared: sharedRank(board.Rows, i), Team: row.Team, Organization: row.Organization,
		Kind: web.KindName(row.Kind), Mine: mine, Submissions: row.Scored, Last: s.moment(row.SubmittedAt),
	}
	if mine || by.CanOrganise() {
		out.TeamHref = "/teams/" + row.TeamID
	}
	for n, metric := range board.Metrics {
		value, ok := row.Scores[metric.Key]
		score := scoreOf(metric, value, ok)
		score.Unit = "" // the head of the column has it
		if ok && metric.Unit == seconds {
			score.Text = spanOfSeconds(value)
		}
		if n > 0 {
			out.Others = append(out.Others, score)
			continue
		}
		if mine || by.CanOrganise() {
			score.Href = submissionPath(row.SubmissionID)
		}
		out.Primary, out.Whisker = score, axis.Whisker(score)
		out.Whisker.Text = score.String()
	}
	return out
}

// seconds is the unit that boards write as a span of time, with units of its own.
const seconds = "s"

func columnUnit(m scenarios.Metric) string {
	if m.Unit == seconds {
		return ""
	}
	return m.Unit
}

// sharedRank reports whether a neighbour has the same rank.
func sharedRank(rows []scoring.Row, i int) bool {
	return (i > 0 && rows[i-1].Rank == rows[i].Rank) || (i+1 < len(rows) && rows[i+1].Rank == rows[i].Rank)
}

// boardNote says which submission counts and how ties are broken.
func boardNote(phase scenarios.Phase, board *scoring.CachedBoard) string {
	note := "Each team stands with its " + string(phase.Spec.Selection) + " submission."
	var ties []string
	for _, key := range board.TieBreaks {
		for _, metric := range board.Metrics {
			if metric.Key == key {
				ties = append(ties, metric.Title)
			}
		}
	}
	if len(ties) > 0 {
		note += " Ties are broken by " + strings.Join(ties, ", then ") + "."
	}
	if board.Revision > 1 {
		note += " Revision " + thousands(board.Revision) + ", after a rescore."
	}
	return note
}

func emptyBoard(c *scenarios.Challenge, phase scenarios.Phase, now time.Time) pages.Empty {
	e := pages.Empty{Icon: pages.IconTrophy, Title: "Nobody is on this board yet"}
	switch phase.State(now) {
	case scenarios.Upcoming:
		e.Text = "It begins with the first scored submission after " + phase.Window.Opens.UTC().Format("2 Jan 2006, 15:04 UTC") + "."
	case scenarios.Closed:
		e.Text = "The phase closed without a scored submission."
	default:
		e.Text = "The first scored submission opens it. The baseline in the starter kit scores as it is."
		for _, a := range c.Attachments {
			if a.Kind == scenarios.StarterAttachment {
				e.Action = &pages.Link{Text: "Get the starter kit", Href: challengePath(c) + "/files/" + a.Name}
			}
		}
	}
	return e
}

func submissionPath(id string) string { return "/submissions/" + id }
