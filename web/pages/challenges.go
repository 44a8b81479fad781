package pages

// ChallengesPage lists challenges by area and state.
type ChallengesPage struct {
	Frame
	Filter []FilterLink // by state
	Groups []ChallengeGroup
	Empty  Empty
}

// FilterLink is one choice of a filter, with how many it would show.
type FilterLink struct {
	Text    string
	Href    string
	Count   int
	Current bool
}

// ChallengeGroup is the challenges of one area.
type ChallengeGroup struct {
	Area  Area
	Cards []ChallengeCard
}
