package pages

// Leaderboard is the ranked table of one phase.
type Leaderboard struct {
	Title   string       // "Development phase"
	Href    string       // address of the table alone, for updates; empty when it is not live
	Phase   string       // its name in the address
	Phases  []FilterLink // the boards of all phases; empty when there is only one
	Columns []LeaderboardColumn
	Rows    []LeaderboardRow
	Axis    Axis
	Note    string // which ranks are not distinguishable, how ties are broken
	Frozen  Moment // when the board was frozen; zero when it is live
	Live    Live
	Empty   Empty
	Pages   Pages
}

// LeaderboardColumn is one metric; the first is the one that ranks.
type LeaderboardColumn struct {
	Title   string
	Unit    string
	Meaning string // definition, shown on hover and to screen readers
	Higher  bool   // better when higher
}

// LeaderboardRow is one team's place.
type LeaderboardRow struct {
	Rank         int
	Shared       bool // rank shared with a neighbour
	Move         int  // places gained since yesterday; negative when lost
	Team         string
	TeamHref     string
	Organization string
	Kind         string // of the organisation
	Mine         bool
	Baseline     bool
	Primary      Score
	Whisker      Whisker
	Others       []Score // one for each further column
	Submissions  int
	Last         Moment
}

// About names the organisation and its kind, without repeating the team's name.
func (r LeaderboardRow) About() string {
	switch {
	case r.Organization == r.Team:
		return r.Kind
	case r.Kind == "":
		return r.Organization
	}
	return r.Organization + " · " + r.Kind
}

// MoveText says the movement in words for screen readers.
func (r LeaderboardRow) MoveText() string {
	switch {
	case r.Move > 0:
		return "up " + plural(r.Move, "place", "places")
	case r.Move < 0:
		return "down " + plural(-r.Move, "place", "places")
	}
	return "unchanged"
}

// MoveSize returns how many places the row moved.
func (r LeaderboardRow) MoveSize() int { return max(r.Move, -r.Move) }

// plural writes a count with the right form of its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + many
}
