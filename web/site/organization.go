package site

import (
	"fmt"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

// maxPeople is how many people of an organisation its page lists.
const maxPeople = 200

// showMyOrganization leads to the viewer's own organisation, or says how to name one.
func (s *Site) showMyOrganization(c *fiber.Ctx) error {
	if id := web.Caller(c).User.OrganizationID; id != "" {
		return c.Redirect(organizationPath(id), fiber.StatusSeeOther)
	}
	p := pages.OrganizationPage{Frame: s.app.Frame(c)}
	p.Title, p.Heading, p.Section = "Your organisation", "Your organisation", "organization"
	p.Empty = pages.Empty{Icon: pages.IconCommunity, Title: "You belong to no organisation yet",
		Text:   "Teams stand for the organisation of their captain. Name yours in your profile.",
		Action: &pages.Link{Text: "Choose your organisation", Href: "/account"}}
	return s.app.Render(c, "organization", p)
}

// showOrganization shows an organisation: to everybody its teams, to the people who
// belong to it and to organisers also who else does.
func (s *Site) showOrganization(c *fiber.Ctx) error {
	o, err := s.Accounts.Organization(c.UserContext(), c.Params("organization"))
	if err != nil {
		return err
	}
	return s.renderOrganization(c, o, editOrganizationForm(o, accounts.NewOrganization{Name: o.Name, Kind: o.Kind, Website: o.Website}))
}

// editOrganization corrects name, kind and website.
func (s *Site) editOrganization(c *fiber.Ctx) error {
	o, err := s.Accounts.Organization(c.UserContext(), c.Params("organization"))
	if err != nil {
		return err
	}
	typed := typedOrganization(c)
	if _, err := s.Accounts.EditOrganization(c.UserContext(), web.Caller(c), o.ID, typed); err != nil {
		form := editOrganizationForm(o, typed)
		if !refused(c, err, &form) {
			return err
		}
		return s.renderOrganization(c, o, form)
	}
	return s.done(c, organizationPath(o.ID), "The organisation is saved.")
}

func (s *Site) renderOrganization(c *fiber.Ctx, o accounts.Organization, edit pages.Form) error {
	by := web.Caller(c)
	p := pages.OrganizationPage{Frame: s.app.Frame(c)}
	p.Title, p.Heading, p.Section = o.Name, o.Name, "organization"
	p.Lede = web.KindName(o.Kind)
	p.Facts = []pages.Fact{{Name: "Kind", Value: web.KindName(o.Kind)}, {Name: "Since", Value: s.moment(o.CreatedAt).Day()}}
	if o.Website != "" {
		p.Facts = append(p.Facts, pages.Fact{Name: "Website", Value: websiteText(o.Website), Href: o.Website})
	}
	p.Empty = pages.Empty{Icon: pages.IconTeam, Title: "No team yet", Text: "A team stands for the organisation of its captain."}
	if by.CanOrganise() {
		edit.CSRF = p.CSRF
		p.Edit = &edit
	}
	if by.User.OrganizationID == o.ID {
		p.Found = &pages.Link{Text: "Found a team", Href: "/team#found"}
	}
	if err := s.fillOrganizationTeams(c, o, &p); err != nil {
		return err
	}
	if err := s.fillOrganizationPeople(c, o, &p); err != nil {
		return err
	}
	return s.app.Render(c, "organization", p)
}

func (s *Site) fillOrganizationTeams(c *fiber.Ctx, o accounts.Organization, p *pages.OrganizationPage) error {
	teams, err := s.Accounts.OrganizationTeams(c.UserContext(), o.ID)
	if err != nil {
		return err
	}
	for _, t := range teams {
		card, err := s.teamCard(c, t.ID, t.Name)
		if err != nil {
			return err
		}
		p.Teams = append(p.Teams, card)
	}
	return nil
}

func (s *Site) fillOrganizationPeople(c *fiber.Ctx, o accounts.Organization, p *pages.OrganizationPage) error {
	by := web.Caller(c)
	if p.Inside = by.CanOrganise() || by.User.OrganizationID == o.ID; !p.Inside {
		return nil
	}
	people, err := s.Accounts.OrganizationUsers(c.UserContext(), by, o.ID, maxPeople+1)
	if err != nil {
		return err
	}
	if len(people) > maxPeople {
		people, p.More = people[:maxPeople], fmt.Sprintf("the first %d by name", maxPeople)
	}
	for _, u := range people {
		row := s.userMember(u)
		row.You = u.ID == by.User.ID
		if !by.CanOrganise() {
			row.Email = "" // for colleagues the name is enough
		}
		p.Members = append(p.Members, row)
	}
	return nil
}

// userMember describes a user for a list of people.
func (s *Site) userMember(u accounts.User) pages.Member {
	row := pages.Member{Name: u.Name, Initials: web.Initials(u.Name), Email: u.Email, Role: firstRole(u), State: pages.StateOf("active"), Joined: s.moment(u.CreatedAt)}
	if u.Disabled() {
		row.State = pages.StateOf("disabled")
	}
	return row
}

func firstRole(u accounts.User) string {
	if len(u.Roles) == 0 {
		return "no role"
	}
	return string(u.Roles[0])
}

func editOrganizationForm(o accounts.Organization, typed accounts.NewOrganization) pages.Form {
	return pages.Form{Action: organizationPath(o.ID), Button: "Save", Fields: requireName(newOrganizationFields("organization", typed))}
}

// typedOrganization reads the fields of newOrganizationFields.
func typedOrganization(c *fiber.Ctx) accounts.NewOrganization {
	return accounts.NewOrganization{Name: c.FormValue("organization"), Kind: accounts.Kind(c.FormValue("kind")), Website: c.FormValue("website")}
}

// requireName marks the first field, the name, as required.
func requireName(fields []pages.Field) []pages.Field {
	fields[0].Required = true
	return fields
}

// websiteText leaves the scheme out of an address.
func websiteText(site string) string {
	u, err := url.Parse(site)
	if err != nil {
		return site
	}
	return u.Host + u.Path
}
