package pages

// ConsolePage answers an organiser's question: is everything healthy?
type ConsolePage struct {
	Frame
	Live    Live
	Figures []Figure
	Parts   []Part
	Queue   []RunRow
	Running []RunRow
	Failed  []RunRow
	Causes  []Cause
	Load    Chart
	Empty   Empty // of the queue
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
