package api

import (
	"context"
	"net/http"
	"time"

	"incubator/platform/accounts"
)

// Invitation is a link that lets people join a team.
type Invitation struct {
	ID        string     `json:"id"`
	TeamID    string     `json:"team_id,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	MaxUses   int        `json:"max_uses"`
	Uses      int        `json:"uses"`
	RevokedAt *time.Time `json:"revoked_at,omitempty" doc:"Missing while it stands"`
}

// NewInvitation is an invitation with its token, which is not shown again.
type NewInvitation struct {
	Invitation
	Token string `json:"token" doc:"For the link, or for POST /invitations/join. Not shown again."`
}

func showInvitation(i accounts.Invitation) Invitation {
	return Invitation{ID: i.ID, TeamID: i.TeamID, CreatedAt: i.CreatedAt.UTC(), ExpiresAt: i.ExpiresAt.UTC(),
		MaxUses: i.MaxUses, Uses: i.Uses, RevokedAt: moment(i.RevokedAt)}
}

type inviteInput struct {
	TeamPath
	Body struct {
		Seconds int64 `json:"expires_in" minimum:"1" maximum:"7776000" example:"604800" doc:"Seconds, up to 90 days"`
		MaxUses int   `json:"max_uses" minimum:"1" maximum:"1000" example:"5"`
	}
}

type joinInput struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"200"`
	}
}

type invitationPath struct {
	ID string `path:"id" maxLength:"64" doc:"The invitation"`
}

func (a *API) addInvitations() {
	add(a, operation{method: "POST", path: "/teams/{id}/invitations", id: "invitations.create", roles: signedIn, scope: accounts.ScopeAdmin,
		status: http.StatusCreated, tag: tagTeams, summary: "Invite to a team", text: "By its captain or an organiser."}, a.invite)
	add(a, operation{method: "GET", path: "/teams/{id}/invitations", id: "invitations.list", roles: signedIn, scope: accounts.ScopeAdmin,
		tag: tagTeams, summary: "List the invitations of a team", text: "The newest first, without their tokens."}, a.listInvitations)
	addEmpty(a, operation{method: "DELETE", path: "/invitations/{id}", id: "invitations.revoke", roles: signedIn, scope: accounts.ScopeAdmin,
		tag: tagTeams, summary: "Withdraw an invitation", text: "At once."}, a.revokeInvitation)
	add(a, operation{method: "POST", path: "/invitations/join", id: "invitations.join", roles: signedIn, scope: accounts.ScopeAdmin,
		tag: tagTeams, summary: "Join a team", text: "With the token of an invitation. Members who send it again use nothing up.", refusals: []int{404, 409}}, a.join)
}

func (a *API) invite(ctx context.Context, by accounts.Principal, in *inviteInput) (NewInvitation, error) {
	token, i, err := a.Accounts.InviteToTeam(ctx, by, in.ID, accounts.Terms{Life: time.Duration(in.Body.Seconds) * time.Second, MaxUses: in.Body.MaxUses})
	return NewInvitation{Invitation: showInvitation(i), Token: token}, err
}

func (a *API) listInvitations(ctx context.Context, by accounts.Principal, in *TeamPath) (Page[Invitation], error) {
	all, err := a.Accounts.Invitations(ctx, by, in.ID)
	page := Page[Invitation]{Items: make([]Invitation, len(all))}
	for i, invitation := range all {
		page.Items[i] = showInvitation(invitation)
	}
	return page, err
}

func (a *API) revokeInvitation(ctx context.Context, by accounts.Principal, in *invitationPath) error {
	return a.Accounts.RevokeInvitation(ctx, by, in.ID)
}

func (a *API) join(ctx context.Context, by accounts.Principal, in *joinInput) (Team, error) {
	t, err := a.Accounts.JoinTeam(ctx, by, in.Body.Token)
	return showTeam(t), err
}
