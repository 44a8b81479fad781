package pages

// ErrorPage says what happened, to what, and what to do. It never holds a
// cause: the request id finds that in the log.
type ErrorPage struct {
	Frame
	Status    int
	Text      string
	Advice    []string
	RequestID string
	Action    Link
}

// DocsPage is the shell of the API documentation: operations by tag, read from
// the OpenAPI document on the server.
type DocsPage struct {
	Frame
	Document string // address of the OpenAPI document
	Intro    Prose
	Groups   []DocsGroup
}

// DocsGroup is the operations under one tag.
type DocsGroup struct {
	Name       string
	Anchor     string
	Text       string
	Operations []DocsOperation
}

// DocsOperation is one operation of the API.
type DocsOperation struct {
	Method     string
	Path       string
	Anchor     string
	Summary    string
	Text       string
	Roles      []string
	Parameters []DocsParameter
	Example    string
	Answer     string
}

// DocsParameter is one input of an operation.
type DocsParameter struct {
	Name     string
	In       string // "path", "query", "header" or "body"
	Type     string
	Required bool
	Text     string
}
