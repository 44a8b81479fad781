package pages

// SubmissionPage explains one submission: what happened, why this score, and
// what to do when there is none.
type SubmissionPage struct {
	Frame
	Number    int
	Team      Link
	Live      Live
	Steps     []Step
	Failure   *Failure
	Metrics   []Metric
	Facts     []Fact // kind, size, hash, runtime, sandbox
	Usage     []Usage
	Logs      []Log
	LogPolicy string // why logs are missing or cut
	Outputs   []DataSet
	Curve     *Chart
	Warnings  []string  // of the scoring: values that rest on little
	Earlier   []Attempt // the newest of them first
	Actions   []Confirm
}

// HasIntervals reports whether any score has an interval to show.
func (p SubmissionPage) HasIntervals() bool {
	for _, m := range p.Metrics {
		if m.Score.Interval() != "" {
			return true
		}
	}
	return false
}

// Attempt is an earlier run of a submission.
type Attempt struct {
	Number  int
	Reason  string // what it was started for
	State   State
	Ended   Moment
	Primary Score
	Note    string // the cause in plain words, of a failed run
}

// Failure is the cause of a failed run in plain words.
type Failure struct {
	Title  string
	Text   string
	Advice []string
	Counts string // whether it counts against the quota, and why
}

// Metric is a score with its definition.
type Metric struct {
	Score   Score
	Meaning string
	Primary bool
	Best    string // how it compares: "best of the team", "+0.013 to #16"
}

// Usage is one resource of a run against its limit.
type Usage struct {
	Name    string
	Used    string
	Limit   string
	Percent int
}

// Log is one bounded log of a run.
type Log struct {
	Name  string
	Lines []LogLine
	Note  string // "first 64 KiB of 3.2 MiB"
	Href  string
}

// LogLine is one line of a log.
type LogLine struct {
	Number int
	Text   string
	Bad    bool // written to standard error
}

// SubmitPage is the form that takes a submission.
type SubmitPage struct {
	Frame
	Challenge Link
	Team      string
	TeamID    string
	Teams     *Field // set when there are several to choose from
	Quota     Quota
	Notice    string // why the submission was refused, when no field is at fault
	Help      Link   // what to do where nothing can be submitted
	Kinds     []SubmissionKind
	Kind      string // chosen
	KindError string
	Name      Field
	File      Field
	Limit     int64 // bytes that a file of any kind may have
	Problems  []Problem
	Action    string
}

// SubmissionKind is one way to submit with its limits.
type SubmissionKind struct {
	Key    string
	Title  string
	Icon   string
	Text   string
	Accept string // for the file input
	Limits []Fact
}

// Problem is one finding of the early check, by line.
type Problem struct {
	File string
	Line int
	Text string
}
