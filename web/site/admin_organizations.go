package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

const organizationsPath = "/admin/organizations"

// showOrganizations lists all organisations with how many belong to each.
func (s *Site) showOrganizations(c *fiber.Ctx) error {
	return s.renderOrganizations(c, createOrganizationForm(accounts.NewOrganization{}))
}

// createOrganization adds an organisation that nobody belongs to yet.
func (s *Site) createOrganization(c *fiber.Ctx) error {
	typed := typedOrganization(c)
	_, err := s.Accounts.CreateOrganization(c.UserContext(), web.Caller(c), typed)
	if err == nil {
		return s.done(c, organizationsPath, "The organisation is added.")
	}
	form := createOrganizationForm(typed)
	if !refused(c, err, &form) {
		return err
	}
	return s.renderOrganizations(c, form)
}

func (s *Site) renderOrganizations(c *fiber.Ctx, form pages.Form) error {
	all, err := s.Accounts.Organizations(c.UserContext())
	if err != nil {
		return err
	}
	sizes, err := s.Accounts.OrganizationSizes(c.UserContext())
	if err != nil {
		return err
	}
	p := pages.AdminOrganizationsPage{Frame: s.adminFrame(c, "organizations", "Organisations"), Create: form}
	p.Create.CSRF = p.CSRF
	for _, o := range all {
		p.Organizations = append(p.Organizations, pages.OrganizationRow{Name: o.Name, Href: organizationPath(o.ID), Kind: web.KindName(o.Kind),
			Teams: sizes[o.ID].Teams, Members: sizes[o.ID].Users, Since: s.moment(o.CreatedAt)})
	}
	return s.app.Render(c, "admin_organizations", p)
}

func createOrganizationForm(typed accounts.NewOrganization) pages.Form {
	return pages.Form{Action: organizationsPath, Button: "Add", Fields: requireName(newOrganizationFields("organization", typed))}
}

// adminFrame starts a page of the administration with the tabs that the viewer may use.
func (s *Site) adminFrame(c *fiber.Ctx, tab, heading string) pages.Frame {
	f := s.app.Frame(c)
	f.Title, f.Heading, f.Section = heading, heading, "admin"
	f.Tabs = pages.Tabs{Label: "Parts of the administration", Current: tab, Items: []pages.Tab{
		{Key: "users", Text: "Users", Href: usersPath, Icon: pages.IconUsers},
		{Key: "organizations", Text: "Organisations", Href: organizationsPath, Icon: pages.IconCommunity},
	}}
	if web.Caller(c).CanAdminister() {
		f.Tabs.Items = append(f.Tabs.Items, pages.Tab{Key: "audit", Text: "Audit log", Href: auditPath, Icon: pages.IconRecord})
	}
	return f
}
