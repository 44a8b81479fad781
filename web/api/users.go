package api

import (
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
