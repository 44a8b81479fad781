package pages

// HomePage answers, signed out, what this is and what is open; signed in, what
// is mine, what is next and what is wrong.
type HomePage struct {
	Frame
	Figures    []Figure
	Open       []ChallengeCard
	Work       []WorkItem // of my teams, most urgent first
	Attention  []Notice   // what is wrong and needs the reader
	Standings  []Standing
	News       []News
	EmptyWork  Empty
	Evaluators int // partners' evaluators, for the signed-out page
}

// ChallengeCard is a challenge in a list.
type ChallengeCard struct {
	Title   string
	Href    string
	Summary string
	Area    Area
	State   State
	Phase   string // the running or next phase
	Due     Moment // when it closes, or opens
	DueVerb string // "closes" or "opens"
	Elapsed int    // percent of the phase that is over
	Teams   int
	Best    Score // of the public board
	Joined  bool
}

// WorkItem is something of mine that is next.
type WorkItem struct {
	Icon string
	Text string
	Note string
	Href string
	Due  Moment
}

// Notice is something that went wrong or needs a decision.
type Notice struct {
	Tone   Tone
	Title  string
	Text   string
	Action Link
}

// Standing is one of my teams on one board.
type Standing struct {
	Team      string
	Challenge Link
	Area      Area
	Rank      int
	Of        int
	Move      int
	Primary   Score
}

// News is one announcement.
type News struct {
	Title string
	Text  string
	Href  string
	At    Moment
}
