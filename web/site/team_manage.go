package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

// renameTeam gives the team a new name.
func (s *Site) renameTeam(c *fiber.Ctx) error {
	name := c.FormValue("name")
	team, err := s.Accounts.Team(c.UserContext(), c.Params("team"))
	if err != nil {
		return err
	}
	if _, err = s.Accounts.RenameTeam(c.UserContext(), web.Caller(c), team.ID, name); err == nil {
		return s.done(c, teamPath(team.ID), "The team has a new name.")
	}
	form := renameForm(team, name)
	if !mendable(err) || !refused(c, err, &form) {
		return err
	}
	return s.renderTeam(c, team, form, inviteForm(c, team))
}

func renameForm(team accounts.Team, name string) pages.Form {
	return pages.Form{Action: teamPath(team.ID) + "/rename", Button: "Rename", Fields: []pages.Field{
		{Name: "name", Label: "Name of the team", Type: "text", Value: name, Required: true, Max: maxName},
	}}
}

// removeMember takes somebody out of the team.
func (s *Site) removeMember(c *fiber.Ctx) error {
	path := teamPath(c.Params("team"))
	if err := s.Accounts.RemoveMember(c.UserContext(), web.Caller(c), c.Params("team"), c.Params("user")); err != nil {
		return s.undone(c, path, err)
	}
	return s.done(c, path, "The member is removed.")
}

// transferCaptaincy makes another member the captain.
func (s *Site) transferCaptaincy(c *fiber.Ctx) error {
	path := teamPath(c.Params("team"))
	if _, err := s.Accounts.TransferCaptaincy(c.UserContext(), web.Caller(c), c.Params("team"), c.Params("user")); err != nil {
		return s.undone(c, path, err)
	}
	return s.done(c, path, "The team has a new captain.")
}

// leaveTeam takes the viewer out of the team.
func (s *Site) leaveTeam(c *fiber.Ctx) error {
	if err := s.Accounts.LeaveTeam(c.UserContext(), web.Caller(c), c.Params("team")); err != nil {
		return s.undone(c, teamPath(c.Params("team")), err)
	}
	return s.done(c, "/team", "You have left the team.")
}
