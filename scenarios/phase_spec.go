package scenarios

// PhaseSpec is one stage of a challenge as the pack describes it.
type PhaseSpec struct {
	Name      string      `json:"name"`
	Title     string      `json:"title"`
	Opens     When        `json:"opens"`
	Closes    When        `json:"closes"`
	Freezes   When        `json:"freezes,omitempty"`
	DataSet   string      `json:"data_set"`
	Kinds     []Kind      `json:"kinds,omitempty"` // empty: every kind of the challenge
	Limits    PhaseLimits `json:"limits"`
	Selection Selection   `json:"selection"`
	Board     Audience    `json:"board"`
	Show      Show        `json:"show"`
	Carry     Carry       `json:"carry,omitempty"`
}

// PhaseLimits are how often a team may submit; zero means without limit.
type PhaseLimits struct {
	PerDay int `json:"per_day,omitempty"`
	Total  int `json:"total,omitempty"`
}

// Selection says which of a team's scored submissions stands on the board.
type Selection string

// The selections.
const (
	Best Selection = "best"
	Last Selection = "last"
)

// Carry says which submissions of the phase before start anew in this one when
// it opens.
type Carry string

// The ways to carry submissions over.
const (
	CarryNone Carry = "none"
	CarryBest Carry = "best"
	CarryLast Carry = "last"
)

// Audience is the moment from which participants may see something.
type Audience string

// The audiences. Organisers see everything at any time.
const (
	Always     Audience = "always"
	AfterClose Audience = "after_close"
	Never      Audience = "never"
)

// Show is what a team sees of its own runs, by part.
type Show struct {
	Scores Audience `json:"scores"`
	Logs   Audience `json:"logs"`
	Output Audience `json:"output"`
}

// Visible reports whether the audience includes participants now.
func (a Audience) Visible(closed bool) bool {
	return a == Always || (a == AfterClose && closed)
}
