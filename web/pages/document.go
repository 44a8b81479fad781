package pages

// DocumentPage is a text of the platform itself, such as its glossary.
type DocumentPage struct {
	Frame
	Body     Prose
	Contents []Link
}
