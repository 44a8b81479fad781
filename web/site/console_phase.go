package site

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/pages"
)

const maxReason = 500 // characters

// showPhase shows one phase to its organisers, with the revisions of its board.
func (s *Site) showPhase(c *fiber.Ctx) error {
	challenge, phase, err := s.phaseOf(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return s.renderPhase(c, challenge, phase, rescoreForm(phase))
}

func (s *Site) phaseOf(ctx context.Context, id string) (*scenarios.Challenge, scenarios.Phase, error) {
	phase, err := s.Scenarios.Phase(ctx, id)
	if err != nil {
		return nil, phase, err
	}
	challenge, err := s.Scenarios.Challenge(ctx, phase.ChallengeID)
	return challenge, phase, err
}

func (s *Site) renderPhase(c *fiber.Ctx, challenge *scenarios.Challenge, phase scenarios.Phase, form pages.Form) error {
	ctx, by := c.UserContext(), web.Caller(c)
	board, err := s.Scoring.Board(ctx, by, phase)
	if err != nil {
		return err
	}
	revisions, err := s.Scoring.Revisions(ctx, phase.ID)
	if err != nil {
		return err
	}
	page := pages.PhasePage{Frame: s.app.Frame(c), Rescore: form, Empty: pages.Empty{Icon: pages.IconArchive,
		Title: "The board was never replaced", Text: "When a phase is scored again, the board before stays here with the reason."}}
	page.Title, page.Heading, page.Section = phase.Title+" · "+challenge.Title, phase.Title, "console"
	page.Lede, page.Area, page.State = challenge.Title, areaOf(challenge.Area), pages.StateOf(string(phase.State(s.Now())))
	page.Trail = []pages.Link{{Text: "Console", Href: "/console"}}
	page.Rescore.CSRF = page.CSRF
	page.Facts = []pages.Fact{
		{Name: "Board", Value: count(len(board.Rows), "team", "teams") + ", revision " + thousands(board.Revision), Href: challengePath(challenge) + "?phase=" + phase.Name},
		{Name: "Opens", Value: phase.Window.Opens.UTC().Format("2 Jan 2006, 15:04 UTC")},
		{Name: "Closes", Value: phase.Window.Closes.UTC().Format("2 Jan 2006, 15:04 UTC")},
		{Name: "Data set", Value: phase.Spec.DataSet},
		{Name: "Limits", Value: limitWords(phase.Spec.Limits)},
		{Name: "Submissions", Value: "All of the challenge", Href: challengePath(challenge) + "/submissions"},
	}
	for _, r := range revisions {
		old := s.leaderboard(by, challenge, phase, &scoring.CachedBoard{Leaderboard: r.Board})
		old.Title = "Revision " + thousands(r.Revision)
		page.Revisions = append(page.Revisions, pages.BoardRevision{Number: r.Revision, Closed: s.moment(r.ClosedAt), Reason: r.Reason, Board: old})
	}
	return s.app.Render(c, "phase", page)
}

func rescoreForm(phase scenarios.Phase) pages.Form {
	return pages.Form{Action: "/console/phases/" + phase.ID + "/rescore", Button: "Score the phase again", Fields: []pages.Field{
		{Name: "reason", Label: "Reason", Type: "textarea", Required: true, Max: maxReason,
			Hint: "What was wrong and what changed. Organisers read it beside the board that it replaced."},
	}}
}

// rescorePhase starts a rescore for the reason of the form.
func (s *Site) rescorePhase(c *fiber.Ctx) error {
	challenge, phase, err := s.phaseOf(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	form := rescoreForm(phase)
	reason := strings.TrimSpace(c.FormValue("reason"))
	form.Fields[0].Value = reason
	if reason == "" || len([]rune(reason)) > maxReason {
		err = errs.Field("reason", "Say in up to %d characters why the phase is scored again.", maxReason)
	} else {
		err = s.Scoring.Rescore(c.UserContext(), web.Caller(c), phase.ID, reason)
	}
	if err == nil {
		return s.done(c, "/console/phases/"+phase.ID, "The phase is being scored again. The board changes when all of it is done.")
	}
	if !refused(c, err, &form) {
		return err
	}
	return s.renderPhase(c, challenge, phase, form)
}
