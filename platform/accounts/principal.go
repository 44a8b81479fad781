package accounts

import "slices"

// Membership is a team of the principal.
type Membership struct {
	TeamID  string
	Name    string
	Captain bool
}

// Principal is who makes a request and by what right. The zero value is a guest.
// It is a snapshot that is a few seconds old at most; changes made by this
// process show at once.
type Principal struct {
	User      User
	Teams     []Membership
	SessionID string  // set when signed in with a session
	TokenID   string  // set when an API token was shown
	Scopes    []Scope // of that token
	IP        string  // of the request; the web layer sets it
	system    bool
}

// System is the platform itself, for commands on its own machine and for jobs.
// It may do everything.
func System() Principal {
	return Principal{User: User{Name: "system"}, system: true}
}

// SignedIn reports whether the principal is a user.
func (p Principal) SignedIn() bool { return p.User.ID != "" }

// HasRole reports whether the principal has any of the roles and may use it: the
// roles administrator and organiser count with a token only if it has ScopeAdmin.
func (p Principal) HasRole(roles ...Role) bool {
	if p.system {
		return true
	}
	for _, r := range roles {
		if !slices.Contains(p.User.Roles, r) {
			continue
		}
		if (r == Administrator || r == Organiser) && !p.Allows(ScopeAdmin) {
			continue
		}
		return true
	}
	return false
}

// Allows reports whether the principal may use a route of the scope. Sessions
// have all scopes.
func (p Principal) Allows(scope Scope) bool {
	if p.system || p.TokenID == "" {
		return p.system || p.SignedIn()
	}
	return slices.Contains(p.Scopes, scope) || slices.Contains(p.Scopes, ScopeAdmin)
}

// CanAdminister reports whether the principal runs the installation.
func (p Principal) CanAdminister() bool { return p.HasRole(Administrator) }

// CanOrganise reports whether the principal manages challenges, teams and
// organisations of others.
func (p Principal) CanOrganise() bool { return p.HasRole(Administrator, Organiser) }

// InTeam reports whether the principal is a member of the team.
func (p Principal) InTeam(teamID string) bool { _, ok := p.membership(teamID); return ok }

// CaptainOf reports whether the principal is the captain of the team.
func (p Principal) CaptainOf(teamID string) bool {
	m, _ := p.membership(teamID)
	return m.Captain
}

// CanManageTeam reports whether the principal may rename the team, invite and
// remove members. The service checks it again in its transaction.
func (p Principal) CanManageTeam(teamID string) bool {
	return p.CaptainOf(teamID) || p.CanOrganise()
}

// CanManageAccount reports whether the principal may change the account's own
// secrets: with a session only, so that a leaked token cannot make itself permanent.
func (p Principal) CanManageAccount() bool { return p.SignedIn() && p.TokenID == "" }

func (p Principal) membership(teamID string) (Membership, bool) {
	for _, m := range p.Teams {
		if m.TeamID == teamID {
			return m, true
		}
	}
	return Membership{}, false
}
