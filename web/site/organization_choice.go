package site

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/web"
	"incubator/web/pages"
)

// chosen is the organisation that a form names: one that exists, a new one, or none.
type chosen struct {
	id    string
	added *accounts.NewOrganization
}

// organizationChoice reads the fields of organizationFields. Choosing one and
// naming another is an error at the name.
func organizationChoice(c *fiber.Ctx) (chosen, error) {
	out := chosen{id: c.FormValue("organization_id")}
	added := typedOrganization(c)
	if strings.TrimSpace(added.Name) == "" && strings.TrimSpace(added.Website) == "" {
		return out, nil
	}
	if out.id != "" {
		return out, errs.Field("organization", "choose one from the list or name a new one, not both")
	}
	out.added = &added
	return out, nil
}

// organizationFields ask for an organisation from the list or, folded away, a new one.
func (s *Site) organizationFields(c *fiber.Ctx, id string, typed accounts.NewOrganization) ([]pages.Field, error) {
	all, err := s.Accounts.Organizations(c.UserContext())
	if err != nil {
		return nil, err
	}
	list := []pages.Option{{Value: "", Text: "None, or not in this list"}}
	for _, o := range all {
		list = append(list, pages.Option{Value: o.ID, Text: o.Name, Selected: o.ID == id})
	}
	return []pages.Field{
		{Name: "organization_id", Label: "Organisation", Type: "select", Options: list},
		{Label: "My organisation is not in the list", Type: "more", Open: typed.Name != "" || typed.Website != "",
			Fields: newOrganizationFields("organization", typed)},
	}, nil
}

// newOrganizationFields describe an organisation; name is that of the name's field.
func newOrganizationFields(name string, o accounts.NewOrganization) []pages.Field {
	return []pages.Field{
		{Name: name, Label: "Name of the organisation", Type: "text", Value: o.Name, Autocomplete: "organization", Max: maxName},
		{Name: "kind", Label: "Kind of organisation", Type: "select", Required: true, Options: options(accounts.Kinds(), web.KindName, o.Kind)},
		{Name: "website", Label: "Website", Type: "url", Value: o.Website, Autocomplete: "url", Max: 300},
	}
}

// asRoles words the roles of an invitation: " as evaluator and observer".
func asRoles(roles []accounts.Role) string {
	if len(roles) == 0 {
		return ""
	}
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return " as " + strings.Join(words, " and ")
}

func teamPath(id string) string         { return "/teams/" + id }
func organizationPath(id string) string { return "/organization/" + id }
