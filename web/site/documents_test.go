package site_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheFootLeadsToPages(t *testing.T) {
	b := newPeopleSite(t).browser()
	home := b.get("/sign-in").status(200)
	foot := regexp.MustCompile(`(?s)<footer.*</footer>`).FindString(home.Body)
	links := regexp.MustCompile(`href="(/[a-z]+)"`).FindAllStringSubmatch(foot, -1)
	require.Len(t, links, 3, "glossary, accessibility and privacy; the API has its own test")
	for _, link := range links {
		b.get(link[1]).status(200)
	}
	b.get("/glossary").says("organisation", "standing", "On this page")
	b.get("/privacy").says("72 hours", "IP address")
	b.get("/accessibility").says("axe-core", "Report a barrier")
}
