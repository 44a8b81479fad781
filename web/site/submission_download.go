package site

import (
	"path"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"incubator/scoring"
	"incubator/web"
)

// submissionPart returns the handler that sends one part of a submission.
func (s *Site) submissionPart(part scoring.Part) fiber.Handler {
	return func(c *fiber.Ctx) error {
		sub, blob, err := s.Scoring.Locate(c.UserContext(), web.Caller(c), c.Params("id"), part)
		if err != nil {
			return err
		}
		return s.sendFile(c, blob, partName(sub, part))
	}
}

// partName is what a part is called on the reader's disk.
func partName(sub *scoring.Submission, part scoring.Part) string {
	if part == scoring.SubmittedFile {
		return path.Base(sub.FileName)
	}
	name := "submission-" + strconv.Itoa(sub.Number) + "-" + string(part)
	if part == scoring.RunOutput {
		return name + ".tar"
	}
	return name + ".txt"
}
