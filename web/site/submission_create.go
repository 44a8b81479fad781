package site

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/scoring/metrics"
	"incubator/web"
	"incubator/web/pages"
)

const (
	maxFields     = 16      // of the form, before the file
	maxFieldBytes = 4 << 10 // of one field
	formOverhead  = 1 << 20 // bytes of a form beside its file
)

// createSubmission takes the form of showSubmit. The file is the last part, so
// everything else is known and checked before it is read; it goes to its place
// as a stream.
func (s *Site) createSubmission(c *fiber.Ctx) error {
	challenge, phase, err := s.challengeAndPhase(c)
	if err != nil {
		web.LeaveBody(c)
		return err
	}
	form, file, err := s.readForm(c)
	if err != nil {
		web.LeaveBody(c)
		return err
	}
	sub, err := s.Scoring.Submit(c.UserContext(), web.Caller(c), scoring.SubmitRequest{
		PhaseID: phase.ID, TeamID: form.team, Kind: scenarios.Kind(form.kind), Name: form.name, FileName: form.fileName, Body: file,
	})
	if err != nil {
		web.LeaveBody(c)
		return s.refuseSubmission(c, challenge, phase, form, err)
	}
	s.app.Flash(c, pages.Flash{Tone: pages.ToneGood, Text: "Submission #" + thousands(sub.Number) + " is stored and in the queue."})
	return c.Redirect(submissionPath(sub.ID), fiber.StatusSeeOther)
}

// readForm reads the fields up to the file, and checks the form token before it.
func (s *Site) readForm(c *fiber.Ctx) (form typed, file io.Reader, err error) {
	reader, err := multipartReader(c)
	if err != nil {
		return form, nil, err
	}
	fields := map[string]string{}
	for range maxFields {
		part, err := reader.NextPart()
		if err != nil {
			return form, nil, errs.Wrap(err, errs.Invalid, "The form is not complete: it holds no file.")
		}
		if part.FormName() == "file" {
			if err := s.app.CheckToken(c, fields["csrf"]); err != nil {
				return form, nil, err
			}
			form = typed{team: fields["team"], kind: fields["kind"], name: fields["name"], fileName: part.FileName()}
			return form, part, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, maxFieldBytes+1))
		if err != nil {
			return form, nil, errs.Wrap(err, errs.Invalid, "The upload broke off.")
		}
		if len(value) > maxFieldBytes {
			return form, nil, errs.Field(part.FormName(), "This field is too long.")
		}
		fields[part.FormName()] = string(value)
	}
	return form, nil, errs.New(errs.Invalid, "The form has too many fields before its file.")
}

func multipartReader(c *fiber.Ctx) (*multipart.Reader, error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm || params["boundary"] == "" {
		return nil, errs.New(errs.Invalid, "Send the form with its file.")
	}
	source := c.Context().RequestBodyStream()
	if source == nil {
		source = bytes.NewReader(c.Body())
	}
	return multipart.NewReader(source, params["boundary"]), nil
}

// refuseSubmission shows the form again with what was typed and what is wrong.
// What the person cannot mend is left to the error page.
func (s *Site) refuseSubmission(c *fiber.Ctx, challenge *scenarios.Challenge, phase scenarios.Phase, form typed, err error) error {
	if !isPolite(err) {
		return err
	}
	page, pageErr := s.submitPage(c, challenge, phase, form)
	if pageErr != nil {
		return pageErr
	}
	var own *errs.Error
	errors.As(err, &own) // every polite error is one
	page.Name.Error = sentence(own.Fields["name"])
	page.KindError = sentence(own.Fields["kind"])
	if page.Teams != nil {
		page.Teams.Error = sentence(own.Fields["team"])
	}
	switch {
	case own.Fields["file"] != "":
		page.File.Error, page.Problems = "Choose the corrected file.", []pages.Problem{problemOf(err, own.Fields["file"])}
	case len(own.Fields) == 0 && page.Quota.Closed == "":
		page.Notice = sentence(errs.MessageOf(err))
	}
	c.Status(web.StatusOf(err))
	return s.app.Render(c, "submit", page)
}

// problemOf names the place of an error where there is one.
func problemOf(err error, message string) pages.Problem {
	var row *metrics.RowError
	if !errors.As(err, &row) {
		return pages.Problem{Text: sentence(message)}
	}
	text := row.Reason
	if row.Value != "" {
		text = "\"" + row.Value + "\" " + text
	}
	if row.Column != "" {
		text = "column " + row.Column + ": " + text
	}
	return pages.Problem{File: row.File, Line: row.Line, Text: text}
}
