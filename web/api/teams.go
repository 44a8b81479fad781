package api

import (
	"context"
	"net/http"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/errs"
)

// Team takes part in challenges.
type Team struct {
	ID             string    `json:"id"`
	Name           string    `json:"name" example:"Kestrel Labs"`
	OrganizationID string    `json:"organization_id,omitempty"`
	CaptainID      string    `json:"captain_id"`
	CreatedAt      time.Time `json:"created_at"`
}

func (t Team) location() string { return "/teams/" + t.ID }

// Member is a user in a team.
type Member struct {
	UserID   string    `json:"user_id"`
	Name     string    `json:"name" example:"Ana Silva"`
	Captain  bool      `json:"captain"`
	JoinedAt time.Time `json:"joined_at"`
}

func showTeam(t accounts.Team) Team {
	return Team{ID: t.ID, Name: t.Name, OrganizationID: t.OrganizationID, CaptainID: t.CaptainID, CreatedAt: t.CreatedAt.UTC()}
}

type teamInput struct {
	Body struct {
		Name           string           `json:"name" minLength:"1" maxLength:"200" example:"Kestrel Labs"`
		OrganizationID string           `json:"organization_id,omitempty" maxLength:"64" doc:"The organisation that it stands for; by default the captain's own"`
		Organization   *NewOrganization `json:"organization,omitempty" doc:"One to create, instead of organization_id"`
		CaptainID      string           `json:"captain_id,omitempty" maxLength:"64" doc:"For organisers: who leads it; by default oneself"`
	}
}

// TeamPath names a team in a path.
type TeamPath struct {
	ID string `path:"id" maxLength:"64" doc:"The team"`
}

func (a *API) addTeams() {
	add(a, operation{method: "POST", path: "/teams", id: "teams.create", roles: signedIn, scope: accounts.ScopeAdmin, status: http.StatusCreated,
		tag: tagTeams, summary: "Found a team", text: "Its captain is its first member.", refusals: []int{409}}, a.createTeam)
	add(a, operation{method: "GET", path: "/teams/{id}", id: "teams.get", roles: signedIn, scope: accounts.ScopeSubmissionsRead,
		tag: tagTeams, summary: "Show a team"}, a.getTeam)
	add(a, operation{method: "GET", path: "/teams/{id}/members", id: "teams.members", roles: signedIn, scope: accounts.ScopeSubmissionsRead,
		tag: tagTeams, summary: "List the members of a team", text: "The captain first. For its members and organisers."}, a.listMembers)
	addEmpty(a, operation{method: "DELETE", path: "/teams/{id}/members/{user}", id: "teams.remove_member", roles: signedIn, scope: accounts.ScopeAdmin,
		tag: tagTeams, summary: "Take a member out of a team", text: "By the captain, an organiser, or the member itself, who leaves. A captain hands over first.", refusals: []int{409}}, a.removeMember)
	a.addInvitations()
}

func (a *API) createTeam(ctx context.Context, by accounts.Principal, in *teamInput) (Team, error) {
	team := accounts.NewTeam{Name: in.Body.Name, OrganizationID: in.Body.OrganizationID, CaptainID: in.Body.CaptainID}
	if o := in.Body.Organization; o != nil {
		team.Organization = &accounts.NewOrganization{Name: o.Name, Kind: accounts.Kind(o.Kind), Website: o.Website}
	}
	t, err := a.Accounts.FoundTeam(ctx, by, team)
	return showTeam(t), err
}

func (a *API) getTeam(ctx context.Context, _ accounts.Principal, in *TeamPath) (Team, error) {
	t, err := a.Accounts.Team(ctx, in.ID)
	return showTeam(t), err
}

func (a *API) listMembers(ctx context.Context, by accounts.Principal, in *TeamPath) (Page[Member], error) {
	if !by.InTeam(in.ID) && !by.CanOrganise() {
		return Page[Member]{}, errs.New(errs.NotFound, "There is no such team among yours.")
	}
	all, err := a.Accounts.Members(ctx, in.ID)
	page := Page[Member]{Items: make([]Member, len(all))}
	for i, m := range all {
		page.Items[i] = Member{UserID: m.UserID, Name: m.Name, Captain: m.Captain, JoinedAt: m.JoinedAt.UTC()}
	}
	return page, err
}

type memberPath struct {
	TeamPath
	User string `path:"user" maxLength:"64" doc:"The user"`
}

func (a *API) removeMember(ctx context.Context, by accounts.Principal, in *memberPath) error {
	if in.User == by.User.ID {
		return a.Accounts.LeaveTeam(ctx, by, in.ID)
	}
	return a.Accounts.RemoveMember(ctx, by, in.ID, in.User)
}
