package pages

// ConsolePage answers an organiser's question: is everything healthy?
type ConsolePage struct {
	Frame
	Live    Live
	Self    string // address of the page with its filter, for updates
	Figures []Figure
	Parts   []Part
	Queue   []RunRow
	Running []RunRow
	Filter  []FilterLink // of the runs that ended
	Ended   []RunRow
	Causes  []Cause
	Phases  []PhaseRow
	Load    Chart
	Empty   Empty // of the queue
}

// PhaseRow is one phase that an organiser looks after.
type PhaseRow struct {
	Challenge Link
	Area      Area
	Phase     Link // to its page
	State     State
	Due       Moment
	DueVerb   string
	Teams     int // on its board
	Revision  int
}

// PhasePage is one phase for its organisers: its board's revisions, and the form
// that starts the next one.
type PhasePage struct {
	Frame
	Facts     []Fact
	Rescore   Form
	Revisions []BoardRevision
	Empty     Empty
}

// BoardRevision is a board that a rescore replaced.
type BoardRevision struct {
	Number int
	Closed Moment
	Reason string // why the next revision was made
	Board  *Leaderboard
}

// Part is one part of the platform with its health.
type Part struct {
	Name  string
	State State
	Note  string
	Facts []Fact
}

// RunRow is one run in the console.
type RunRow struct {
	ID         string
	Submission Link
	Team       string
	Challenge  string
	Area       Area
	State      State
	Cause      string // plain words, of a failed run
	At         Moment // when it entered its state
	Took       string
	Host       string
	Actions    []Confirm
}

// Cause counts failed runs by cause.
type Cause struct {
	Name    string
	Count   int
	Percent int
	Ours    bool // the platform's fault rather than the submission's
}
