package site

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/scenarios"
	"incubator/web"
	"incubator/web/pages"
)

const maxSubmissionName = 100 // characters, as scoring accepts them

// typed is what a submit form was sent with.
type typed struct {
	phase, team, kind, name, fileName string
}

// showSubmit shows the form that takes a submission to the phase of ?phase=.
func (s *Site) showSubmit(c *fiber.Ctx) error {
	challenge, phase, err := s.challengeAndPhase(c)
	if err != nil {
		return err
	}
	page, err := s.submitPage(c, challenge, phase, typed{team: c.Query("team"), kind: c.Query("kind")})
	if err != nil {
		return err
	}
	return s.app.Render(c, "submit", page)
}

// submitPage is the form with what was typed before.
func (s *Site) submitPage(c *fiber.Ctx, challenge *scenarios.Challenge, phase scenarios.Phase, was typed) (pages.SubmitPage, error) {
	by := web.Caller(c)
	page := pages.SubmitPage{
		Frame: s.app.Frame(c), Challenge: pages.Link{Text: challenge.Title, Href: challengePath(challenge)},
		Action: challengePath(challenge) + "/submit?phase=" + phase.Name,
		Kinds:  submissionKinds(challenge, phase), Kind: was.kind, Limit: largestKind(challenge, phase),
		Name: pages.Field{Name: "name", Label: "Name", Type: "text", Value: was.name, Max: maxSubmissionName,
			Hint: "How you will recognise it on your list. Without one, it is called like its file."},
		File: pages.Field{Name: "file", Label: "File", Hint: "It is checked before it counts: form, names and columns, by line."},
	}
	page.Title, page.Heading, page.Section = "Submit · "+challenge.Title, "Submit", "challenges"
	page.Area, page.Lede = areaOf(challenge.Area), "To "+challenge.Title+", in the phase "+phase.Title+"."
	page.Trail = []pages.Link{{Text: "Challenges", Href: "/challenges"}, page.Challenge}
	if page.Kind == "" && len(page.Kinds) > 0 {
		page.Kind = page.Kinds[0].Key
	}
	return page, s.fillTeam(c.UserContext(), by, challenge, phase, was.team, &page)
}

// fillTeam sets whose submission it is and what is left of the team's limits.
func (s *Site) fillTeam(ctx context.Context, by accounts.Principal, challenge *scenarios.Challenge, phase scenarios.Phase, chosen string, page *pages.SubmitPage) (err error) {
	if len(by.Teams) == 0 {
		page.Quota.Closed = "You are not in a team. Found one, or open the link that a captain gave you; then submit."
		page.Help = pages.Link{Text: "Find your team", Href: "/teams"}
		return nil
	}
	team := by.Teams[0]
	for _, t := range by.Teams {
		if t.TeamID == chosen {
			team = t
		}
	}
	page.Team, page.TeamID = team.Name, team.TeamID
	if len(by.Teams) > 1 {
		page.Teams = &pages.Field{Name: "team", Label: "Team", Type: "select", Required: true}
		for _, t := range by.Teams {
			page.Teams.Options = append(page.Teams.Options, pages.Option{Value: t.TeamID, Text: t.Name, Selected: t.TeamID == team.TeamID})
		}
	}
	page.Quota, err = s.quota(ctx, challenge, phase, team.TeamID)
	if err == nil && page.Quota.Closed != "" && len(by.Teams) > 1 && phase.IsOpen(s.Now()) {
		page.Notice, page.Quota.Closed = page.Quota.Closed, "" // another team may have some left
	}
	return err
}

// submissionKinds describes what the phase takes, with limits.
func submissionKinds(c *scenarios.Challenge, phase scenarios.Phase) []pages.SubmissionKind {
	var out []pages.SubmissionKind
	for _, kind := range scenarios.Kinds() {
		if !phase.Takes(kind, c.Spec) {
			continue
		}
		words, spec := kindWords[kind], c.Spec.Kinds[kind]
		words.Limits = append(kindForm(kind, spec), pages.Fact{Name: "Size", Value: "up to " + spec.MaxSize.String()})
		if kind == scenarios.Code || kind == scenarios.Image {
			words.Limits = append(words.Limits, pages.Fact{Name: "Run", Value: runLimits(c.Spec.Run)},
				pages.Fact{Name: "Output", Value: "up to " + c.Spec.Run.Output.String()})
		}
		out = append(out, words)
	}
	return out
}

// kindForm says what a file of the kind must look like.
func kindForm(kind scenarios.Kind, spec scenarios.KindSpec) []pages.Fact {
	switch kind {
	case scenarios.Code:
		return []pages.Fact{{Name: "Form", Value: "ZIP or tar with a metadata.yaml that names the command"}, {Name: "Runtime", Value: capital(spec.Runtime)}}
	case scenarios.Image:
		return []pages.Fact{{Name: "Form", Value: "docker save or OCI layout"}}
	case scenarios.Document:
		return []pages.Fact{{Name: "Form", Value: "PDF or Markdown"}}
	}
	var facts []pages.Fact
	for _, file := range spec.Files {
		facts = append(facts, pages.Fact{Name: file.Name, Value: "Columns " + strings.Join(file.Columns, ", ")})
		if file.MaxRows > 0 {
			facts = append(facts, pages.Fact{Name: "Rows", Value: "up to " + thousands(int(file.MaxRows))})
		}
	}
	return facts
}

// largestKind is the size in bytes that no kind of the phase exceeds.
func largestKind(c *scenarios.Challenge, phase scenarios.Phase) (limit int64) {
	for kind, spec := range c.Spec.Kinds {
		if phase.Takes(kind, c.Spec) {
			limit = max(limit, int64(spec.MaxSize))
		}
	}
	return limit
}
