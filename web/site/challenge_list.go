package site

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"incubator/scenarios"
	"incubator/web"
	"incubator/web/pages"
)

// listChallenges shows the challenges by area; ?state= keeps those in one state.
func (s *Site) listChallenges(c *fiber.Ctx) error {
	all, err := s.challenges(c.UserContext())
	if err != nil {
		return err
	}
	page := pages.ChallengesPage{Frame: s.app.Frame(c)}
	page.Title, page.Heading, page.Section = "Challenges", "Challenges", "challenges"
	page.Lede = "Each is a real problem with data, limits and a board of its own."
	chosen := c.Query("state")
	page.Filter = s.stateFilter(all, chosen)
	page.Empty = emptyChallenges(chosen)
	for _, area := range scenarios.Areas() {
		group := slices.DeleteFunc(slices.Clone(all), func(ch *scenarios.Challenge) bool {
			return ch.Area != area || (chosen != "" && s.filterWord(ch) != chosen)
		})
		if len(group) == 0 {
			continue
		}
		cards, err := s.challengeCards(c.UserContext(), web.Caller(c), group)
		if err != nil {
			return err
		}
		page.Groups = append(page.Groups, pages.ChallengeGroup{Area: areaOf(area), Cards: cards})
	}
	return s.app.Render(c, "challenges", page)
}

// filterWord is the state by which a challenge is filtered: a frozen one is open,
// an archived one is closed.
func (s *Site) filterWord(c *scenarios.Challenge) string {
	switch word := stateOf(c, s.Now()); word {
	case string(scenarios.Frozen):
		return string(scenarios.Open)
	case string(scenarios.Archived):
		return string(scenarios.Closed)
	default:
		return word
	}
}

func (s *Site) stateFilter(all []*scenarios.Challenge, chosen string) []pages.FilterLink {
	links := []pages.FilterLink{{Text: "All", Href: "/challenges", Count: len(all), Current: chosen == ""}}
	for _, choice := range [][2]string{{"Open", "open"}, {"Upcoming", "upcoming"}, {"Closed", "closed"}} {
		link := pages.FilterLink{Text: choice[0], Href: "/challenges?state=" + choice[1], Current: chosen == choice[1]}
		for _, c := range all {
			if s.filterWord(c) == choice[1] {
				link.Count++
			}
		}
		links = append(links, link)
	}
	return links
}

func emptyChallenges(chosen string) pages.Empty {
	if chosen == "" {
		return pages.Empty{Icon: pages.IconArchive, Title: "No challenge is published yet",
			Text: "Organisers publish a challenge as a pack: incubator pack publish PATH."}
	}
	return pages.Empty{Icon: pages.IconArchive, Title: "No challenge is " + chosen + " now",
		Text:   "Challenges move between these lists by themselves, at the moments of their phases.",
		Action: &pages.Link{Text: "See all challenges", Href: "/challenges"}}
}
