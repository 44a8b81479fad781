package pages

// SubmissionsPage lists the submissions to one challenge, the newest first.
type SubmissionsPage struct {
	Frame
	States  []FilterLink
	Teams   []FilterLink // set for a reader with several teams
	Rows    []SubmissionRow
	AllTeam bool // rows of several teams: a column names them
	Pages   Pages
	Empty   Empty
}

// SubmissionRow is one submission of a list of many.
type SubmissionRow struct {
	SubmissionCard
	Team     string
	TeamHref string
	Phase    string
}
