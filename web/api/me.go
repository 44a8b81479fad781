package api

import (
	"context"

	"incubator/platform/accounts"
	"incubator/web"
)

// Me is who calls and what it may do.
type Me struct {
	User        User            `json:"user"`
	Teams       []MyTeam        `json:"teams"`
	Scopes      []string        `json:"scopes,omitempty" doc:"Of the API token; a session has none and may do everything"`
	Credential  string          `json:"credential" enum:"session,token"`
	Permissions map[string]bool `json:"permissions" doc:"organise, administer, manage_account"`
}

// MyTeam is a team of the caller.
type MyTeam struct {
	ID      string `json:"id"`
	Name    string `json:"name" example:"Kestrel Labs"`
	Captain bool   `json:"captain"`
}

func (a *API) addMe() {
	add(a, operation{method: "GET", path: "/me", id: "me.get", roles: signedIn, scope: web.AnyScope,
		tag: tagAccount, summary: "Who am I", text: "The user, the teams, and what the session or API token may do."}, a.me)
}

func (a *API) me(_ context.Context, by accounts.Principal, _ *struct{}) (Me, error) {
	me := Me{User: showUser(by.User), Teams: []MyTeam{}, Credential: "session", Permissions: map[string]bool{
		"organise": by.CanOrganise(), "administer": by.CanAdminister(), "manage_account": by.CanManageAccount()}}
	for _, t := range by.Teams {
		me.Teams = append(me.Teams, MyTeam{ID: t.TeamID, Name: t.Name, Captain: t.Captain})
	}
	if by.TokenID != "" {
		me.Credential, me.Scopes = "token", texts(by.Scopes)
	}
	return me, nil
}

// texts returns a list of named strings as strings.
func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}
