package api

import (
	"context"
	"time"

	"incubator/platform/accounts"
)

// User is a person with an account.
type User struct {
	ID             string     `json:"id"`
	Email          string     `json:"email" example:"ana@example.org"`
	Name           string     `json:"name" example:"Ana Silva"`
	OrganizationID string     `json:"organization_id,omitempty"`
	Roles          []string   `json:"roles" example:"participant"`
	CreatedAt      time.Time  `json:"created_at"`
	DisabledAt     *time.Time `json:"disabled_at,omitempty" doc:"Missing while the account works"`
}

func showUser(u accounts.User) User {
	return User{ID: u.ID, Email: u.Email, Name: u.Name, OrganizationID: u.OrganizationID, Roles: texts(u.Roles),
		CreatedAt: u.CreatedAt.UTC(), DisabledAt: moment(u.DisabledAt)}
}

type usersInput struct {
	Search string `query:"search" maxLength:"200" doc:"Part of the name or address"`
	Paging
}

type UserPath struct {
	ID string `path:"id" maxLength:"64" doc:"The user"`
}

type rolesInput struct {
	UserPath
	Body struct {
		Roles []string `json:"roles" enum:"administrator,organiser,trainer,evaluator,participant,partner,observer" example:"participant"`
	}
}

func (a *API) addUsers() {
	add(a, operation{method: "GET", path: "/users", id: "users.list", roles: admins, scope: accounts.ScopeAdmin, tag: tagAdmin,
		summary: "List users", text: "The oldest first."}, a.listUsers)
	add(a, operation{method: "GET", path: "/users/{id}", id: "users.get", roles: admins, scope: accounts.ScopeAdmin, tag: tagAdmin,
		summary: "Show a user"}, a.getUser)
	add(a, operation{method: "PUT", path: "/users/{id}/roles", id: "users.set_roles", roles: admins, scope: accounts.ScopeAdmin, tag: tagAdmin,
		summary: "Set the roles of a user", text: "Replaces all of them. The last administrator stays one.", refusals: []int{409}}, a.setRoles)
	add(a, operation{method: "POST", path: "/users/{id}/disable", id: "users.disable", roles: admins, scope: accounts.ScopeAdmin, tag: tagAdmin,
		summary: "Keep a user out", text: "At once: sessions end, and API tokens do not work.", refusals: []int{409}}, a.disableUser)
	add(a, operation{method: "POST", path: "/users/{id}/enable", id: "users.enable", roles: admins, scope: accounts.ScopeAdmin, tag: tagAdmin,
		summary: "Let a user in again"}, a.enableUser)
}

func (a *API) listUsers(ctx context.Context, by accounts.Principal, in *usersInput) (Page[User], error) {
	after, err := in.position()
	if err != nil {
		return Page[User]{}, err
	}
	all, err := a.Accounts.Users(ctx, by, in.Search, after, in.Limit+1)
	return pageOf(all, in.Limit, showUser, func(u accounts.User) string { return u.ID }), err
}

func (a *API) getUser(ctx context.Context, _ accounts.Principal, in *UserPath) (User, error) {
	u, err := a.Accounts.User(ctx, in.ID)
	return showUser(u), err
}

func (a *API) setRoles(ctx context.Context, by accounts.Principal, in *rolesInput) (User, error) {
	roles := make([]accounts.Role, len(in.Body.Roles))
	for i, role := range in.Body.Roles {
		roles[i] = accounts.Role(role)
	}
	u, err := a.Accounts.SetRoles(ctx, by, in.ID, roles)
	return showUser(u), err
}

func (a *API) disableUser(ctx context.Context, by accounts.Principal, in *UserPath) (User, error) {
	u, err := a.Accounts.Disable(ctx, by, in.ID)
	return showUser(u), err
}

func (a *API) enableUser(ctx context.Context, by accounts.Principal, in *UserPath) (User, error) {
	u, err := a.Accounts.Enable(ctx, by, in.ID)
	return showUser(u), err
}
