package scoring

import (
	"time"

	"incubator/platform/files"
	"incubator/scenarios"
)

// Submission is one piece of work that a team has handed in.
type Submission struct {
	ID          string
	Number      int // counts within the challenge, from 1
	ChallengeID string
	PhaseID     string
	TeamID      string
	UserID      string
	Kind        scenarios.Kind
	Name        string
	FileName    string
	File        files.Blob
	State       State // of its newest run; Received for documents
	Counted     bool  // counts against the limits of its phase
	CarriedFrom string
	CreatedAt   time.Time
}

// State is where a run, and with it its submission, stands.
type State string

// The states. Scored, Failed, Cancelled and Received are final.
const (
	Queued    State = "queued"
	Preparing State = "preparing"
	Running   State = "running"
	Scoring   State = "scoring"
	Scored    State = "scored"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Received  State = "received" // a document: read by evaluators, not run
)

// Final reports whether nothing more will happen by itself.
func (s State) Final() bool {
	return s == Scored || s == Failed || s == Cancelled || s == Received
}

// Cause says why a run failed.
type Cause string

// The causes. All but Platform and Scorer are the submission's own.
const (
	Timeout        Cause = "timeout"
	OutOfMemory    Cause = "out_of_memory"
	OutputTooLarge Cause = "output_too_large"
	BadOutput      Cause = "bad_output"
	NonzeroExit    Cause = "nonzero_exit"
	BadImage       Cause = "image"
	ScorerFault    Cause = "scorer"
	PlatformFault  Cause = "platform"
)

// Counts reports whether a run that failed so counts against the team's limits.
// What is not the team's fault is given back.
func (c Cause) Counts() bool { return c != ScorerFault && c != PlatformFault }

// Reason says what a run was started for.
type Reason string

// The reasons.
const (
	ForSubmission Reason = "submit"
	ForCarry      Reason = "carry"
	ForRerun      Reason = "rerun"
	ForRescore    Reason = "rescore"
)

// Run is one execution and scoring of a submission.
type Run struct {
	ID               string
	SubmissionID     string
	Attempt          int
	Reason           Reason
	State            State
	Cause            Cause  // empty unless failed
	Detail           string // one sentence for the team
	Step             string
	ChallengeVersion int
	OutputFrom       string // rescore: the run whose output is scored again
	CancelRequested  bool
	PlatformFaults   int
	QueuedAt         time.Time
	StartedAt        time.Time // zero until it started
	EndedAt          time.Time // zero until it ended
	Usage            Usage
	Log              files.Blob // zero where there is none
	ScorerLog        files.Blob // of the scoring program, for organisers alone
	Output           files.Blob // tar archive; zero where there is none
	Scores           map[string]float64
}

// Usage is what a run consumed and where. Durations are wall-clock time.
type Usage struct {
	Waited     time.Duration `json:"waited_ns,omitempty"`     // in the queue
	Prediction time.Duration `json:"prediction_ns,omitempty"` // the submission's own time
	Scoring    time.Duration `json:"scoring_ns,omitempty"`
	CPU        time.Duration `json:"cpu_ns,omitempty"`
	PeakMemory int64         `json:"peak_memory,omitempty"` // bytes
	Runtime    string        `json:"runtime,omitempty"`     // runc or runsc
	Image      string        `json:"image,omitempty"`       // digest
	Warnings   []string      `json:"warnings,omitempty"`
}

// RunEvent is one entry of a run's history.
type RunEvent struct {
	At    time.Time `json:"at"`
	State State     `json:"state"`
	Step  string    `json:"step,omitempty"`
}
