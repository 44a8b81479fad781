// Package accounts owns the people of the platform and how they prove who they
// are: users, organisations, teams, roles, sessions, API tokens and invitations.
// Every change is recorded by platform/audit in the transaction that makes it.
package accounts

import (
	"slices"
	"time"

	"incubator/platform/errs"
)

// Role is what a user may be on the platform. A user has a set of roles.
type Role string

// The roles.
const (
	Administrator Role = "administrator" // runs the installation: accounts, limits, engine
	Organiser     Role = "organiser"     // publishes challenges, edits organisations
	Trainer       Role = "trainer"       // runs exercises
	Evaluator     Role = "evaluator"     // reviews submissions
	Participant   Role = "participant"   // takes part in teams
	Partner       Role = "partner"       // shares information under an agreement
	Observer      Role = "observer"      // reads
)

// Roles lists all roles, most powerful first.
func Roles() []Role {
	return []Role{Administrator, Organiser, Trainer, Evaluator, Participant, Partner, Observer}
}

// Kind is what an organisation is.
type Kind string

// The kinds of organisations.
const (
	SME      Kind = "sme"
	Academic Kind = "academic"
	Industry Kind = "industry"
	National Kind = "national"
)

// Kinds lists all kinds of organisations.
func Kinds() []Kind { return []Kind{SME, Academic, Industry, National} }

// Scope is what an API token may be used for.
type Scope string

// The scopes. ScopeAdmin makes the roles administrator and organiser count and
// includes all other scopes.
const (
	ScopeChallengesRead   Scope = "challenges:read"
	ScopeSubmissionsRead  Scope = "submissions:read"
	ScopeSubmissionsWrite Scope = "submissions:write"
	ScopeAdmin            Scope = "admin"
)

// Scopes lists all scopes.
func Scopes() []Scope {
	return []Scope{ScopeChallengesRead, ScopeSubmissionsRead, ScopeSubmissionsWrite, ScopeAdmin}
}

// User is a person with an account.
type User struct {
	ID             string
	Email          string // normalised: see NormalizeEmail
	Name           string
	OrganizationID string // "" when the user named none
	Roles          []Role // in the order of Roles
	CreatedAt      time.Time
	DisabledAt     time.Time // zero while enabled
}

// Disabled reports whether the user may not sign in.
func (u User) Disabled() bool { return !u.DisabledAt.IsZero() }

// Organization is what users and teams belong to.
type Organization struct {
	ID        string
	Name      string // unique but for case
	Kind      Kind
	Website   string // http or https, or ""
	CreatedAt time.Time
}

// Team takes part in challenges. Its captain is one of its members.
type Team struct {
	ID             string
	Name           string // unique but for case
	OrganizationID string // "" when it stands for none
	CaptainID      string
	CreatedAt      time.Time
}

// Member is a user in a team.
type Member struct {
	UserID   string
	Name     string
	Captain  bool
	JoinedAt time.Time
}

// Invitation is a link that lets people join a team or sign up. The token in the
// link is shown once and stored only as a hash.
type Invitation struct {
	ID        string
	TeamID    string // "" for one to the platform only
	Roles     []Role // given at sign-up, besides participant
	CreatedBy string
	CreatedAt time.Time
	ExpiresAt time.Time
	MaxUses   int
	Uses      int
	RevokedAt time.Time // zero while it stands
}

// Session is a signed-in browser. Its token is stored only as a hash.
type Session struct {
	ID         string
	UserID     string
	CreatedAt  time.Time
	LastSeenAt time.Time // to the minute
	ExpiresAt  time.Time // whatever the use
	UserAgent  string
	IP         string
}

// Token is an API token of a user, without its secret.
type Token struct {
	ID         string
	UserID     string
	Name       string
	Prefix     string // the first characters of the secret
	Scopes     []Scope
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt time.Time // to the minute; zero when never used
}

// Client is where a request came from, for limits, sessions and the audit record.
type Client struct {
	IP        string
	UserAgent string
}

func checkRoles(roles []Role) error {
	for _, r := range roles {
		if !slices.Contains(Roles(), r) {
			return errs.Field("roles", "%q is not a role", string(r))
		}
	}
	return nil
}

// ordered returns the set of roles in the order of Roles.
func ordered(roles []Role) []Role {
	var out []Role
	for _, r := range Roles() {
		if slices.Contains(roles, r) {
			out = append(out, r)
		}
	}
	return out
}
