// Package pages holds the pages of the platform, one file per action: the view
// model that its template reads and, beside it, the handler that fills it.
// View models are plain values: text is ready to read, times carry the moment
// they were compared with, and nothing in them can fail while rendering.
package pages

import "html/template"

// Frame is what every page shares: the layout reads nothing else.
type Frame struct {
	Title   string // of the document; the platform's name is added
	Section string // key of the navigation entry that is current
	Viewer  *Viewer
	Theme   string // "light", "dark" or "" for what the system prefers
	Area    Area   // colours the page; the zero Area is neutral
	Heading string // of the page header; empty when the page has its own
	Lede    string // one sentence under the heading
	State   State  // of the thing that the page is about; zero for none
	Tabs    Tabs   // under the heading; without items there are none
	Trail   []Link // breadcrumb, outermost first, without the page itself
	Flash   []Flash
	CSRF    string // token for the forms of the page
	Version string // of the platform, for the footer
	Here    string // path of the page, for forms that come back to it
}

// Viewer is the person who is signed in.
type Viewer struct {
	Name         string
	Initials     string
	Organization string
	Kind         string // of the organisation, as shown: "SME", "Academic", …
	Organizer    bool   // sees the organiser's console
	Admin        bool   // sees the administration
}

// Link is a labelled address.
type Link struct {
	Text string
	Href string
}

// Flash is one message about what just happened. Undo, when set, is the path
// that a POST reverts it with.
type Flash struct {
	Tone Tone
	Text string
	Undo string
}

// Tab is one part of a page with an address of its own.
type Tab struct {
	Key   string
	Text  string
	Href  string
	Icon  string
	Count int // shown when above zero
}

// Tabs is a row of tabs with the current one.
type Tabs struct {
	Label   string // names the row for screen readers
	Current string
	Items   []Tab
}

// Figure is one key figure: a number with its unit and what it counts.
type Figure struct {
	Label string
	Value string
	Unit  string
	Note  string
	Tone  Tone
}

// Fact is one entry of a data list. Href links the value, Code sets it in
// monospaced type.
type Fact struct {
	Name  string
	Value string
	Href  string
	Code  bool
}

// Empty teaches on a page without content: what would be here, why there is
// nothing, and the one action that changes it.
type Empty struct {
	Icon   string
	Title  string
	Text   string
	Action *Link
}

// Pages is the pager under a list that is read by cursor.
type Pages struct {
	Previous string // address, empty on the first page
	Next     string // address, empty on the last page
	Note     string // "21 to 40 of 312"
}

// Field is one form field with what was typed and what is wrong with it.
type Field struct {
	Name         string
	Label        string
	Type         string // of the input element; also "textarea", "select", "checks" (a set of Options) and "more" (Fields that fold away)
	Value        string
	Hint         string
	Error        string
	Autocomplete string
	Required     bool
	Optional     bool // says nothing about being optional, as every field of the form is
	Max          int  // longest input in characters, 0 for no limit
	Options      []Option
	Fields       []Field // of "more"
	Open         bool    // whether "more" is unfolded
}

// Option is one choice of a select field.
type Option struct {
	Value    string
	Text     string
	Selected bool
}

// Confirm is an action that asks before it is done, because it cannot be
// undone; Text names what will be lost.
type Confirm struct {
	Action string // path of the POST
	CSRF   string
	Button string
	Icon   string
	Title  string
	Text   string
	Danger bool
}

// Prose is Markdown that platform/markdown rendered and sanitised.
type Prose = template.HTML

// Live says where a part of the page gets its updates from.
type Live struct {
	Stream string // address of the event stream, empty when the part is not live
	Fresh  Moment
}
