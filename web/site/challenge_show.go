package site

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/web"
	"incubator/web/pages"
)

const overviewTab = "overview"

// showChallenge shows one challenge: the overview, or the page of ?tab=. ?phase=
// chooses whose board the overview shows.
func (s *Site) showChallenge(c *fiber.Ctx) error {
	challenge, phase, err := s.challengeAndPhase(c)
	if err != nil {
		return err
	}
	page := pages.ChallengePage{Frame: s.challengeFrame(c, challenge), Data: dataSets(challenge)}
	if page.Tabs.Current != overviewTab {
		return s.renderTab(c, challenge, page)
	}
	by := web.Caller(c)
	page.Phases = s.timeline(challenge)
	page.Facts = challengeFacts(challenge, phase)
	page.Stream = s.app.Stream(c, followed(by, challenge)...)
	if err := s.fillBoard(c, challenge, phase, &page); err != nil {
		return err
	}
	if err := s.fillMine(c.UserContext(), by, challenge, phase, &page); err != nil {
		return err
	}
	return s.app.Render(c, "challenge", page)
}

// challengeAndPhase returns the challenge of the address and the phase of ?phase=,
// or the one that runs.
func (s *Site) challengeAndPhase(c *fiber.Ctx) (*scenarios.Challenge, scenarios.Phase, error) {
	challenge, err := s.Scenarios.ChallengeBySlug(c.UserContext(), c.Params("slug"))
	if err != nil {
		return nil, scenarios.Phase{}, err
	}
	name := c.Query("phase")
	if name == "" {
		return challenge, challenge.CurrentPhase(s.Now()), nil
	}
	phase, ok := challenge.Phase(name)
	if !ok {
		return nil, phase, errs.New(errs.NotFound, "%s has no phase %q.", challenge.Title, name)
	}
	return challenge, phase, nil
}

// challengeFrame is the frame of every tab of a challenge.
func (s *Site) challengeFrame(c *fiber.Ctx, challenge *scenarios.Challenge) pages.Frame {
	f := s.app.Frame(c)
	f.Title, f.Heading, f.Lede, f.Section = challenge.Title, challenge.Title, challenge.Summary, "challenges"
	f.Area, f.State = areaOf(challenge.Area), pages.StateOf(stateOf(challenge, s.Now()))
	f.Trail = []pages.Link{{Text: "Challenges", Href: "/challenges"}}
	f.Tabs = pages.Tabs{Label: "Parts of the challenge", Current: overviewTab, Items: tabsOf(challenge)}
	if tab := c.Query("tab"); slices.ContainsFunc(f.Tabs.Items, func(t pages.Tab) bool { return t.Key == tab }) {
		f.Tabs.Current = tab
	}
	return f
}

// timeline describes the phases in the order of the pack.
func (s *Site) timeline(c *scenarios.Challenge) []pages.Phase {
	var out []pages.Phase
	for _, phase := range c.Phases {
		state := phase.State(s.Now())
		out = append(out, pages.Phase{
			Name: phase.Title, State: pages.StateOf(string(state)), Now: phase.IsOpen(s.Now()), Done: state == scenarios.Closed,
			Elapsed: elapsed(phase, s.Now()), Opens: s.moment(phase.Window.Opens), Closes: s.moment(phase.Window.Closes),
			Note: limitWords(phase.Spec.Limits),
		})
	}
	return out
}

// limitWords says how often a team may submit.
func limitWords(l scenarios.PhaseLimits) string {
	switch {
	case l.PerDay > 0 && l.Total > 0:
		return count(l.PerDay, "submission", "submissions") + " a day, " + thousands(l.Total) + " in all"
	case l.PerDay > 0:
		return count(l.PerDay, "submission", "submissions") + " a day"
	case l.Total > 0:
		return count(l.Total, "submission", "submissions") + " in all"
	}
	return "no limit on submissions"
}

// attachmentWords is how each kind of download is drawn and described.
var attachmentWords = map[scenarios.AttachmentKind][2]string{
	scenarios.DataAttachment:    {pages.IconDatabase, ""},
	scenarios.StarterAttachment: {pages.IconPackage, "A baseline that scores as it is, to build on"},
}

func dataSets(c *scenarios.Challenge) []pages.DataSet {
	var out []pages.DataSet
	for _, a := range c.Attachments {
		words := attachmentWords[a.Kind]
		text := a.Title
		if words[1] != "" {
			text += ". " + words[1]
		}
		out = append(out, pages.DataSet{
			Name: a.Name, Href: challengePath(c) + "/files/" + a.Name, Text: text,
			Size: a.Blob.Size, SHA256: a.Blob.SHA256, License: a.Licence, Icon: words[0],
		})
	}
	return out
}

func challengeFacts(c *scenarios.Challenge, phase scenarios.Phase) []pages.Fact {
	var kinds string
	for _, kind := range scenarios.Kinds() {
		if !phase.Takes(kind, c.Spec) {
			continue
		}
		if kinds != "" {
			kinds += ", "
		}
		kinds += string(kind)
	}
	facts := []pages.Fact{
		{Name: "Takes", Value: kinds},
		{Name: "Run limits", Value: runLimits(c.Spec.Run)},
		{Name: "Published", Value: c.PublishedAt.UTC().Format("2 Jan 2006")},
	}
	if contact := c.Spec.Contact; contact.Email != "" {
		facts = append(facts, pages.Fact{Name: "Contact", Value: contact.Email, Href: "mailto:" + contact.Email})
	}
	return facts
}

func runLimits(l scenarios.RunLimits) string {
	return cpus(l.CPUs) + ", " + l.Memory.String() + ", " + pages.Span(l.Time.Std())
}

// teamsOf returns the ids of the caller's teams.
func teamsOf(by accounts.Principal) []string {
	ids := make([]string, len(by.Teams))
	for i, team := range by.Teams {
		ids[i] = team.TeamID
	}
	return ids
}
