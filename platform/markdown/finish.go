package markdown

import (
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"incubator/platform/errs"
)

const externalRel = "noopener noreferrer nofollow"

// finish settles headings, ids and addresses in the sanitised HTML, also of the
// HTML that stood in the source. It works on the tree that a browser builds, so
// a stray end tag in a text cannot close an element of the page around it.
func (r *Renderer) finish(clean io.Reader) (string, error) {
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(clean, root)
	if err != nil {
		return "", errs.Wrap(err, errs.Invalid, "the text is nested too deeply")
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	r.children(root)
	var out strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&out, n); err != nil {
			return "", errs.Wrap(err, errs.Internal, "the text could not be rendered")
		}
	}
	return out.String(), nil
}

func (r *Renderer) children(parent *html.Node) {
	for n := parent.FirstChild; n != nil; {
		// Taken before the node is replaced; an unwrapped link hands its children
		// over as they are already settled.
		next := n.NextSibling
		if n.Type == html.ElementNode {
			r.children(n)
			r.element(n)
		}
		n = next
	}
}

func (r *Renderer) element(n *html.Node) {
	if id := attribute(n, "id"); id != nil {
		id.Val = r.options.IDPrefix + id.Val
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		level := max(1, min(6, int(n.Data[1]-'0')+r.options.HeadingOffset))
		n.Data = "h" + string(rune('0'+level))
		n.DataAtom = atom.Lookup([]byte(n.Data))
	case atom.A:
		r.link(n)
	case atom.Img:
		r.image(n)
	case atom.Input:
		checkbox(n)
	}
}

// link settles a link's address; when that is dropped, its content stays.
func (r *Renderer) link(n *html.Node) {
	href := attribute(n, "href")
	if href == nil {
		return
	}
	if isExternal(href.Val) {
		n.Attr = append(n.Attr, html.Attribute{Key: "rel", Val: externalRel})
		return
	}
	if r.address(Link, &href.Val) {
		return
	}
	for child := n.FirstChild; child != nil; child = n.FirstChild {
		n.RemoveChild(child)
		n.Parent.InsertBefore(child, n)
	}
	n.Parent.RemoveChild(n)
}

// image settles an image of this host. One of another host becomes a link, so
// that reading a page tells nobody; a dropped one becomes its alternative text.
func (r *Renderer) image(n *html.Node) {
	text := &html.Node{Type: html.TextNode}
	if alt := attribute(n, "alt"); alt != nil {
		text.Data = alt.Val
	}
	src := attribute(n, "src")
	switch {
	case src == nil:
		replace(n, text)
	case isExternal(src.Val):
		if text.Data == "" {
			text.Data = src.Val
		}
		replace(n, externalLink(n, src.Val, text))
	case r.address(Image, &src.Val):
		n.Attr = append(n.Attr, html.Attribute{Key: "loading", Val: "lazy"})
	default:
		replace(n, text)
	}
}

// externalLink returns a link around text, or text alone where old already lies
// in a link, as a link cannot hold another one.
func externalLink(old *html.Node, address string, text *html.Node) *html.Node {
	for n := range old.Ancestors() {
		if n.DataAtom == atom.A {
			return text
		}
	}
	link := &html.Node{Type: html.ElementNode, Data: "a", DataAtom: atom.A, Attr: []html.Attribute{
		{Key: "href", Val: address}, {Key: "rel", Val: externalRel},
	}}
	link.AppendChild(text)
	return link
}

// checkbox leaves the box of a task, never one that can be clicked, and no other
// input.
func checkbox(n *html.Node) {
	if attribute(n, "type") == nil {
		n.Parent.RemoveChild(n)
		return
	}
	checked := attribute(n, "checked") != nil
	n.Attr = []html.Attribute{{Key: "type", Val: "checkbox"}, {Key: "disabled"}}
	if checked {
		n.Attr = append(n.Attr, html.Attribute{Key: "checked"})
	}
}

// address settles a fragment or a relative address in place; false drops it, as
// it does an empty address and an image that is only a fragment.
func (r *Renderer) address(kind Kind, address *string) bool {
	if fragment, ok := strings.CutPrefix(*address, "#"); ok {
		*address = "#" + r.options.IDPrefix + fragment
		return kind == Link
	}
	if *address == "" {
		return false
	}
	rewritten, ok := r.options.Rewrite(kind, *address)
	*address = rewritten
	return ok
}

// isExternal reports an address with a scheme or a host, or one that a browser
// might take for such: it reads backslashes as slashes.
func isExternal(address string) bool {
	u, err := url.Parse(address)
	return err != nil || u.Scheme != "" || u.Host != "" ||
		strings.HasPrefix(strings.ReplaceAll(address, `\`, "/"), "//")
}

func replace(old, new *html.Node) {
	old.Parent.InsertBefore(new, old)
	old.Parent.RemoveChild(old)
}

func attribute(n *html.Node, key string) *html.Attribute {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return &n.Attr[i]
		}
	}
	return nil
}
