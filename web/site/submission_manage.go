package site

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/pages"
)

// submissionActions are what the viewer may do with a submission.
func submissionActions(v *scoring.SubmissionView) []pages.Confirm {
	name := "#" + thousands(v.Number) + " " + v.Name
	var actions []pages.Confirm
	if v.May.Cancel {
		actions = append(actions, pages.Confirm{
			Action: submissionPath(v.ID) + "/cancel", Button: "Cancel the run", Danger: true, Title: "Cancel the run of " + name + "?",
			Text: "Its sandbox is ended and what it wrote is thrown away. The submission is not counted for the team.",
		})
	}
	if v.May.Rerun {
		actions = append(actions, pages.Confirm{
			Action: submissionPath(v.ID) + "/rerun", Button: "Run again", Icon: pages.IconRerun, Title: "Run " + name + " again?",
			Text: "It is run from the start with the challenge as it is now. When it is scored, the new scores count.",
		})
	}
	return actions
}

func (s *Site) cancelSubmission(c *fiber.Ctx) error {
	return s.manage(c, s.Scoring.Cancel, "The run is cancelled.")
}

func (s *Site) rerunSubmission(c *fiber.Ctx) error {
	return s.manage(c, s.Scoring.Rerun, "The submission is in the queue again.")
}

// manage carries an action out and returns to the submission.
func (s *Site) manage(c *fiber.Ctx, action func(context.Context, accounts.Principal, string) error, message string) error {
	back := submissionPath(c.Params("id"))
	if err := action(c.UserContext(), web.Caller(c), c.Params("id")); err != nil {
		return s.undone(c, back, err)
	}
	return s.done(c, back, message)
}
