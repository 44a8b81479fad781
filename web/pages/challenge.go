package pages

// ChallengePage is one challenge: where it stands, the board, my submissions
// and what to build with.
type ChallengePage struct {
	Frame
	Phases   []Phase
	Stream   string // address of the events that the page follows
	Board    *Leaderboard
	Scores   Chart
	Mine     []SubmissionCard
	MineHead string // heading of the list, "My submissions" when empty
	List     Link   // to all of them; empty when there is none
	Quota    Quota
	Join     *Join // set while the viewer is not in a team of this challenge
	Data     []DataSet
	Body     Prose // of the tab that is read
	Contents []Link
	Glossary []Term
	Facts    []Fact
}

// Quota is how many submissions the phase still takes from the team.
type Quota struct {
	Submit string // address of the submit form; empty when there is none
	Left   int
	Of     int
	Per    string // "today", "in this phase"
	Closed string // why nothing can be submitted now
	Resets Moment
}

// Join says how to take part.
type Join struct {
	Text   string
	Action Link
}

// SubmissionCard is a submission in a list.
type SubmissionCard struct {
	Number  int
	Href    string
	Kind    string
	Name    string
	State   State
	At      Moment
	Primary Score
	Best    bool
	Note    string // facts of the run, or the cause in plain words
	Steps   []Step // while it runs
}

// Step is one step of a submission on its way to a score.
type Step struct {
	Name  string
	State StepState
	At    Moment
	Took  string // how long the step took
	Note  string // what goes on, or why it failed
}

// StepState says how far a step is.
type StepState string

// The states of a step.
const (
	StepDone StepState = "done"
	StepNow  StepState = "now"
	StepNext StepState = "next"
	StepBad  StepState = "bad"
)

// Word returns the state of the step for screen readers.
func (s Step) Word() string {
	return map[StepState]string{
		StepDone: "done", StepNow: "in progress", StepNext: "to come", StepBad: "failed",
	}[s.State]
}

// DataSet is one file to download.
type DataSet struct {
	Name    string
	Href    string
	Text    string
	Size    int64  // bytes
	SHA256  string // lower-case hex
	License string
	Icon    string
}

// Term is one entry of a challenge's glossary.
type Term struct {
	Name    string
	Meaning string
}
