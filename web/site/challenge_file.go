package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
)

// challengeFile sends a download of a challenge: public data or the starter kit.
func (s *Site) challengeFile(c *fiber.Ctx) error {
	challenge, err := s.Scenarios.ChallengeBySlug(c.UserContext(), c.Params("slug"))
	if err != nil {
		return err
	}
	for _, a := range challenge.Attachments {
		if a.Name == c.Params("name") {
			return s.sendFile(c, a.Blob, a.Name)
		}
	}
	return errs.New(errs.NotFound, "%s has no such file.", challenge.Title)
}
