package pages

// TeamPage shows a team to its members; captains also see what they may do.
type TeamPage struct {
	Frame
	Organization Link
	Captain      bool // the viewer may change the team
	Members      []Member
	Invitations  []Invitation
	Invite       Field
	InviteAction string
	Standings    []Standing
	Actions      []Confirm
}

// Member is one person of a team or an organisation.
type Member struct {
	Name     string
	Initials string
	Email    string
	Role     string
	State    State
	Seen     Moment
	Joined   Moment
	Actions  []Confirm
}

// Invitation is a link that lets one person join.
type Invitation struct {
	For     string
	State   State
	Created Moment
	Expires Moment
	Link    string // shown once, when it was just made
	Revoke  Confirm
}

// OrganizationPage shows an organisation, its teams and its members.
type OrganizationPage struct {
	Frame
	Facts   []Fact
	Teams   []TeamCard
	Members []Member
	Manager bool // the viewer may change the organisation
	Found   *Link
	Empty   Empty
}

// TeamCard is a team in a list.
type TeamCard struct {
	Name    string
	Href    string
	Members int
	Boards  []Standing
}
