package pages

// TeamPage shows a team: to everybody where it stands, to its members and to
// organisers who is in it, to who manages it also what may be changed.
type TeamPage struct {
	Frame
	Facts       []Fact
	Inside      bool // the viewer sees the members
	Captain     bool // the viewer may change the team
	Members     []Member
	Invitations []Invitation
	Invite      Form
	Rename      Form
	Standings   []Standing
	Actions     []Confirm
}

// TeamsPage lists the viewer's teams and offers to found one.
type TeamsPage struct {
	Frame
	Teams []TeamCard
	Found Form
	Empty Empty
}

// JoinPage shows who invites into which team, before it is joined.
type JoinPage struct {
	Frame
	Facts  []Fact
	Join   *Form // nil for somebody who is not signed in
	SignIn string
	SignUp string
}

// Member is one person of a team or an organisation.
type Member struct {
	Name     string
	Initials string
	You      bool // the viewer
	Email    string
	Role     string
	State    State
	Seen     Moment
	Joined   Moment
	Actions  []Confirm
}

// Invitation is a link that lets people join.
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
	Inside  bool // the viewer sees the people
	Members []Member
	More    string // about people who are not shown
	Edit    *Form  // nil unless the viewer may change the organisation
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
