package api

import (
	"fmt"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/scoring"
	"incubator/web"
)

const (
	typeBinary = "application/octet-stream"
	typeText   = "text/plain; charset=utf-8"
	typeTar    = "application/x-tar"
)

func (a *API) addSubmissionFiles() {
	for _, part := range []struct {
		part    scoring.Part
		kind    string
		summary string
		roles   []accounts.Role
		scope   accounts.Scope
	}{
		{scoring.SubmittedFile, typeBinary, "Download what was submitted", signedIn, accounts.ScopeSubmissionsRead},
		{scoring.RunLog, typeText, "Download the log of the newest run", signedIn, accounts.ScopeSubmissionsRead},
		{scoring.RunOutput, typeTar, "Download the output of the newest run", signedIn, accounts.ScopeSubmissionsRead},
		{scoring.ScorerLog, typeText, "Download the log of the scoring program", organisers, accounts.ScopeAdmin},
	} {
		op := operation{method: "GET", path: "/submissions/{id}/" + string(part.part), id: "submissions." + string(part.part),
			roles: part.roles, scope: part.scope, tag: tagSubmissions, summary: part.summary,
			text: "In parts with Range. What the phase does not show yet does not exist."}
		a.addRaw(op, func(c *fiber.Ctx) error { return a.sendPart(c, part.part, part.kind) }, func(o *huma.Operation) {
			o.Parameters = pathParameters("id")
			describeDownload(o, part.kind)
		})
	}
	op := operation{method: "GET", path: "/challenges/{slug}/attachments/{name}", id: "attachments.get", roles: signedIn,
		scope: accounts.ScopeChallengesRead, tag: tagChallenges, summary: "Download an attachment", text: "Data or the starter kit, in parts with Range."}
	a.addRaw(op, a.sendAttachment, func(o *huma.Operation) {
		o.Parameters = pathParameters("slug", "name")
		describeDownload(o, typeBinary)
	})
}

func (a *API) sendPart(c *fiber.Ctx, part scoring.Part, kind string) error {
	sub, blob, err := a.Scoring.Locate(c.UserContext(), web.Caller(c), c.Params("id"), part)
	if err != nil {
		return err
	}
	name := sub.FileName
	switch part {
	case scoring.RunLog, scoring.ScorerLog:
		name = fmt.Sprintf("submission-%d-%s.txt", sub.Number, part)
	case scoring.RunOutput:
		name = fmt.Sprintf("submission-%d-output.tar", sub.Number)
	}
	return web.SendFile(c, a.Files, web.Download{Blob: blob, Name: name, Type: kind})
}

func (a *API) sendAttachment(c *fiber.Ctx) error {
	challenge, err := a.challenge(c.UserContext(), c.Params("slug"))
	if err != nil {
		return err
	}
	for _, at := range challenge.Attachments {
		if at.Name == c.Params("name") {
			return web.SendFile(c, a.Files, web.Download{Blob: at.Blob, Name: at.Name, Type: typeBinary})
		}
	}
	return errs.New(errs.NotFound, "Challenge %s has no download %q.", challenge.Slug, c.Params("name"))
}
