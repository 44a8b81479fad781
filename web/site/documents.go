package site

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/docs"
	"incubator/platform/accounts"
	"incubator/platform/markdown"
	"incubator/web"
	"incubator/web/pages"
)

// documentRoutes lists the texts that the foot of every page leads to.
func (s *Site) documentRoutes() []web.Route {
	anyone := []accounts.Role{web.Anyone}
	// Their first line is the heading of the page already, so none moves down.
	render := markdown.New(markdown.Options{})
	return []web.Route{
		page("GET", "/glossary", "glossary", "document", s.showDocument(render, docs.Glossary), anyone),
		page("GET", "/privacy", "privacy", "document", s.showDocument(render, docs.Privacy), anyone),
		page("GET", "/accessibility", "accessibility", "document", s.showDocument(render, docs.Accessibility), anyone),
	}
}

// showDocument serves Markdown whose first line is its title.
func (s *Site) showDocument(render *markdown.Renderer, text []byte) fiber.Handler {
	heading, rest, _ := bytes.Cut(text, []byte("\n"))
	title := strings.TrimPrefix(string(heading), "# ")
	return func(c *fiber.Ctx) error {
		body, err := render.Render(rest)
		if err != nil {
			return err
		}
		p := pages.DocumentPage{Frame: s.app.Frame(c), Body: reachable(body), Contents: contents(body)}
		p.Title, p.Heading = title, title
		return s.app.Render(c, "document", p)
	}
}
