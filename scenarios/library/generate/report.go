package generate

// Report is what an importer did. It is shown to the user, also as JSON.
type Report struct {
	Records int            `json:"records"` // rows in the truth
	Groups  map[string]int `json:"groups"`  // counts by the importer's own names
	Files   []string       `json:"files"`   // names of the files written, below the output folder
	Skipped []Skipped      `json:"skipped"` // input that could not be used; nothing is dropped in silence
	Notes   []string       `json:"notes"`   // what the reader must know before using the result
}

// Skipped is one line of input that an importer could not use.
type Skipped struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// Skip records that a line was left out.
func (r *Report) Skip(file string, line int, reason string) {
	r.Skipped = append(r.Skipped, Skipped{file, line, reason})
}
