package markdown

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

var (
	codeClass     = regexp.MustCompile(`^language-[A-Za-z0-9_+#.-]{1,40}$`)
	footnoteClass = regexp.MustCompile(`^footnote(s|-ref|-backref)$`)
	// One repetition up to 200 would be compiled into four megabytes of tables.
	elementID    = regexp.MustCompile(`^(?:[\p{L}\p{N}:_.-]{1,10}){1,20}$`)
	docRole      = regexp.MustCompile(`^doc-(endnotes|noteref|backlink)$`)
	alignment    = regexp.MustCompile(`^(left|right|center)$`)
	checkboxType = regexp.MustCompile(`^checkbox$`)
	number       = regexp.MustCompile(`^[0-9]{1,4}$`)
)

// newPolicy lists what may appear; everything else is removed. There is no
// style, form, frame, media or event attribute, and only three schemes.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "del", "ins", "s", "u", "b", "i",
		"sub", "sup", "small", "kbd", "samp", "var", "mark", "abbr", "cite", "q", "dfn",
		"h1", "h2", "h3", "h4", "h5", "h6", "div", "span", "section", "details", "summary", "figure", "figcaption",
		"ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowAttrs("href", "title").OnElements("a")
	p.AllowAttrs("src", "alt", "title").OnElements("img")
	p.AllowAttrs("width", "height").Matching(number).OnElements("img")
	p.AllowAttrs("id").Matching(elementID).Globally()
	p.AllowAttrs("title").OnElements("abbr", "dfn")
	p.AllowAttrs("start").Matching(number).OnElements("ol")
	p.AllowAttrs("open").OnElements("details")
	p.AllowAttrs("align").Matching(alignment).OnElements("th", "td")
	p.AllowAttrs("colspan", "rowspan").Matching(number).OnElements("th", "td")
	p.AllowAttrs("class").Matching(codeClass).OnElements("code")
	p.AllowAttrs("class").Matching(footnoteClass).OnElements("a", "div")
	p.AllowAttrs("role").Matching(docRole).OnElements("a", "div")
	p.AllowAttrs("type").Matching(checkboxType).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	return p
}
