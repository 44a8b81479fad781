package api

import (
	"context"
	"time"

	"incubator/platform/accounts"
)

// Organization is what users and teams belong to.
type Organization struct {
	ID        string    `json:"id"`
	Name      string    `json:"name" example:"Kestrel Labs"`
	Kind      string    `json:"kind" enum:"sme,academic,industry,national"`
	Website   string    `json:"website,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// NewOrganization is an organisation to create, or its new state.
type NewOrganization struct {
	Name    string `json:"name" minLength:"1" maxLength:"200" example:"Kestrel Labs"`
	Kind    string `json:"kind" enum:"sme,academic,industry,national"`
	Website string `json:"website,omitempty" maxLength:"500" example:"https://kestrel.example"`
}

func showOrganization(o accounts.Organization) Organization {
	return Organization{ID: o.ID, Name: o.Name, Kind: string(o.Kind), Website: o.Website, CreatedAt: o.CreatedAt.UTC()}
}

type OrganizationPath struct {
	ID string `path:"id" maxLength:"64" doc:"The organisation"`
}

type organizationInput struct {
	OrganizationPath
	Body NewOrganization
}

func (a *API) addOrganizations() {
	add(a, operation{method: "GET", path: "/organizations", id: "organizations.list", roles: signedIn, scope: accounts.ScopeChallengesRead,
		tag: tagTeams, summary: "List organisations", text: "By name."}, a.listOrganizations)
	add(a, operation{method: "GET", path: "/organizations/{id}", id: "organizations.get", roles: signedIn, scope: accounts.ScopeChallengesRead,
		tag: tagTeams, summary: "Show an organisation"}, a.getOrganization)
	add(a, operation{method: "PUT", path: "/organizations/{id}", id: "organizations.edit", roles: organisers, scope: accounts.ScopeAdmin,
		tag: tagTeams, summary: "Correct an organisation", refusals: []int{409}}, a.editOrganization)
}

func (a *API) listOrganizations(ctx context.Context, _ accounts.Principal, in *Paging) (Page[Organization], error) {
	after, err := in.position()
	if err != nil {
		return Page[Organization]{}, err
	}
	all, err := a.Accounts.Organizations(ctx)
	for i, o := range all {
		if o.ID == after {
			all = all[i+1:]
			break
		}
	}
	return pageOf(all, in.Limit, showOrganization, func(o accounts.Organization) string { return o.ID }), err
}

func (a *API) getOrganization(ctx context.Context, _ accounts.Principal, in *OrganizationPath) (Organization, error) {
	o, err := a.Accounts.Organization(ctx, in.ID)
	return showOrganization(o), err
}

func (a *API) editOrganization(ctx context.Context, by accounts.Principal, in *organizationInput) (Organization, error) {
	o, err := a.Accounts.EditOrganization(ctx, by, in.ID,
		accounts.NewOrganization{Name: in.Body.Name, Kind: accounts.Kind(in.Body.Kind), Website: in.Body.Website})
	return showOrganization(o), err
}
