package site

import (
	"html"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/scenarios"
	"incubator/web/pages"
)

const dataTab = "data"

// tabsOf lists the overview and every page of the pack. Downloads have a tab even
// where the pack has no page about data.
func tabsOf(c *scenarios.Challenge) []pages.Tab {
	tabs := []pages.Tab{{Key: overviewTab, Text: "Overview", Href: challengePath(c)}}
	for _, page := range c.Spec.Pages {
		tabs = append(tabs, pages.Tab{Key: tabKey(page), Text: page.Title, Href: challengePath(c) + "?tab=" + tabKey(page)})
	}
	at := slices.IndexFunc(tabs, func(t pages.Tab) bool { return t.Key == dataTab })
	if at < 0 && len(c.Attachments) > 0 {
		at = len(tabs)
		tabs = append(tabs, pages.Tab{Key: dataTab, Text: "Data", Href: challengePath(c) + "?tab=" + dataTab})
	}
	if at >= 0 {
		tabs[at].Count = len(c.Attachments)
	}
	return tabs
}

// tabKey is the name of a page in the address: its file without folder and ending.
func tabKey(page scenarios.Page) string {
	name := page.File[strings.LastIndexByte(page.File, '/')+1:]
	return strings.ToLower(strings.TrimSuffix(name, ".md"))
}

// renderTab shows a page of the pack.
func (s *Site) renderTab(c *fiber.Ctx, challenge *scenarios.Challenge, page pages.ChallengePage) error {
	for _, p := range challenge.Spec.Pages {
		if tabKey(p) != page.Tabs.Current {
			continue
		}
		body, err := s.Markdown.Render([]byte(p.Body))
		if err != nil {
			return err
		}
		body = withoutTitle(body, challenge.Title)
		page.Body, page.Contents = reachable(body), contents(body)
		page.Title = p.Title + " · " + challenge.Title
	}
	for _, term := range challenge.Spec.Glossary {
		page.Glossary = append(page.Glossary, pages.Term{Name: term.Term, Meaning: term.Definition})
	}
	return s.app.Render(c, "challenge", page)
}

// withoutTitle leaves out a first heading that repeats what the page has as its own.
func withoutTitle(body template.HTML, title string) template.HTML {
	text := strings.TrimSpace(string(body))
	head, rest, found := strings.Cut(text, "</h2>")
	if found && strings.HasPrefix(head, "<h2") && html.UnescapeString(markupPattern.ReplaceAllString(head, "")) == title {
		return template.HTML(rest) // #nosec G203: a part of what was sanitised
	}
	return body
}

// reachable lets the keyboard scroll tables that are wider than a phone.
func reachable(body template.HTML) template.HTML {
	return template.HTML(strings.ReplaceAll(string(body), "<table>", `<table tabindex="0">`)) // #nosec G203: sanitised by Render
}

var (
	headingPattern = regexp.MustCompile(`(?s)<h[23][^>]* id="([^"]+)"[^>]*>(.*?)</h[23]>`)
	markupPattern  = regexp.MustCompile(`<[^>]*>`)
)

// contents lists the headings of a rendered text. Fewer than two need no list.
func contents(body template.HTML) []pages.Link {
	var links []pages.Link
	for _, found := range headingPattern.FindAllStringSubmatch(string(body), -1) {
		text := html.UnescapeString(markupPattern.ReplaceAllString(found[2], ""))
		links = append(links, pages.Link{Text: strings.TrimSpace(text), Href: "#" + html.UnescapeString(found[1])})
	}
	if len(links) < 2 {
		return nil
	}
	return links
}
