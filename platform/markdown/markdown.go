// Package markdown turns the Markdown of packs and people into HTML that is safe
// to put into a page of the platform. No image or script of another host is ever
// loaded by it.
package markdown

import (
	"bytes"
	"html/template"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"

	"incubator/platform/errs"
)

// MaxBytes is the longest text that is rendered, in bytes.
const MaxBytes = 512 << 10

// Kind says what a relative address is used for.
type Kind int

// The uses of an address.
const (
	Link  Kind = iota // a followed link
	Image             // the source of an image
)

// Options sets how a Renderer treats headings and addresses.
type Options struct {
	// HeadingOffset is added to the level of each heading, so that a page keeps
	// one h1 of its own. Levels end at 6.
	HeadingOffset int
	// IDPrefix goes before each id and each link to one, so that a text cannot
	// take the ids of the page around it. The default is "doc-".
	IDPrefix string
	// Rewrite maps a relative address (without scheme and host, not only a
	// fragment) to the one to write, or reports false to drop it: a link then
	// becomes its text, an image its alternative text. nil keeps all of them.
	Rewrite func(kind Kind, address string) (string, bool)
}

// Renderer renders Markdown: CommonMark with tables, strikethrough, bare links,
// task lists and footnotes. It is safe for concurrent use.
type Renderer struct {
	options  Options
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
}

// New returns a renderer.
func New(o Options) *Renderer {
	if o.IDPrefix == "" {
		o.IDPrefix = "doc-"
	}
	if o.Rewrite == nil {
		o.Rewrite = func(_ Kind, address string) (string, bool) { return address, true }
	}
	return &Renderer{
		options: o,
		policy:  newPolicy(),
		markdown: goldmark.New(
			goldmark.WithExtensions(
				extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
				extension.Strikethrough, extension.Linkify, extension.TaskList, extension.Footnote,
			),
			goldmark.WithParserOptions(parser.WithAutoHeadingID()),
			// HTML in the source is common in challenge texts; it passes through
			// here and is judged by the policy like everything else.
			goldmark.WithRendererOptions(html.WithUnsafe()),
		),
	}
}

// Render returns the HTML of src. A text longer than MaxBytes, or one that is
// built to cost far more time than its length suggests, is Invalid.
func (r *Renderer) Render(src []byte) (template.HTML, error) {
	if err := checkCost(src); err != nil {
		return "", err
	}
	var raw bytes.Buffer
	if err := r.markdown.Convert(src, &raw); err != nil {
		return "", errs.Wrap(err, errs.Internal, "the text could not be rendered")
	}
	out, err := r.finish(r.policy.SanitizeReader(&raw))
	return template.HTML(out), err // #nosec G203: sanitised above
}
