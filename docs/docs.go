// Package docs carries those documents that the platform also shows as pages, so
// that each is written once.
package docs

import _ "embed"

// The documents, as Markdown whose first line is the title as a heading.
var (
	//go:embed glossary.md
	Glossary []byte
	//go:embed privacy.md
	Privacy []byte
	//go:embed accessibility.md
	Accessibility []byte
)
