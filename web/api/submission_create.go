package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/platform/idempotency"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
)

const createSubmission = "submissions.create"

func (a *API) addSubmissionCreate() {
	op := operation{method: "POST", path: "/challenges/{slug}/phases/{phase}/submissions", id: createSubmission,
		roles: []accounts.Role{accounts.Participant}, scope: accounts.ScopeSubmissionsWrite, tag: tagSubmissions,
		summary: "Hand in a submission", status: http.StatusCreated, refusals: []int{409, 413, 415, 422, 429},
		text: "The body is the file itself, of any length; it is streamed, hashed and checked. The answer comes once the submission is stored for good. With an Idempotency-Key it is safe to send the request again."}
	route := a.addRaw(op, a.createSubmission, func(o *huma.Operation) {
		o.Parameters = append(pathParameters("slug", "phase"),
			queryParameter("kind", "What the file is", kinds()...),
			queryParameter("team", "Id of the team that submits; not needed by who is in one team"),
			queryParameter("name", "What the team calls it; else the name of the file"),
			queryParameter("file_name", "Name of the file"), idempotencyParameter())
		o.Parameters[2].Required = true
		o.RequestBody = &huma.RequestBody{Required: true, Description: "The file", Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
		o.Responses["201"] = &huma.Response{Description: "It is stored, and its run is queued", Content: map[string]*huma.MediaType{
			typeJSON: {Schema: a.huma.OpenAPI().Components.Schemas.Schema(typeFor[Submission](), true, "Submission")}}}
	})
	route.Upload, route.BodyLimit = true, a.cfg.MaxUpload
}

// upload is one request that hands in a submission.
type upload struct {
	challenge *scenarios.Challenge
	phase     scenarios.Phase
	request   scoring.SubmitRequest
	body      *bodyReader
	key       idempotency.Key // zero without one
	target    string          // path and query
}

func (a *API) createSubmission(c *fiber.Ctx) error {
	u, err := a.readUpload(c)
	if err == nil {
		var answer idempotency.Answer
		if answer, err = a.submit(c.UserContext(), web.Caller(c), u); err == nil {
			return send(c, answer)
		}
	}
	leaveBody(c, u)
	return err
}

// readUpload reads everything but the body.
func (a *API) readUpload(c *fiber.Ctx) (*upload, error) {
	by := web.Caller(c)
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), "multipart/") {
		return nil, &web.RequestError{Status: http.StatusUnsupportedMediaType, Message: "Send the file itself as the body, not a form."}
	}
	u := &upload{target: c.OriginalURL()}
	var err error
	if u.challenge, u.phase, err = a.phase(c.UserContext(), c.Params("slug"), c.Params("phase")); err != nil {
		return nil, err
	}
	team, err := teamOf(by, c.Query("team"))
	if err != nil {
		return nil, err
	}
	if !by.InTeam(team) {
		return nil, errs.New(errs.Forbidden, "You are not a member of this team.")
	}
	if text := c.Get(headerKey); text != "" {
		if u.key, err = idempotency.NewKey(by.User.ID, createSubmission, text); err != nil {
			return nil, err
		}
	}
	kind := scenarios.Kind(c.Query("kind"))
	if u.body, err = a.openBody(c, u.challenge.Spec.Kinds[kind]); err != nil {
		return nil, err
	}
	u.request = scoring.SubmitRequest{PhaseID: u.phase.ID, TeamID: team, Kind: kind,
		Name: c.Query("name"), FileName: c.Query("file_name"), Body: u.body}
	return u, nil
}

// submit hands the upload in, or finds the answer to the same request before.
func (a *API) submit(ctx context.Context, by accounts.Principal, u *upload) (idempotency.Answer, error) {
	if u.key == (idempotency.Key{}) {
		sub, err := a.Scoring.Submit(ctx, by, u.request)
		if err != nil {
			return idempotency.Answer{}, err
		}
		return a.created(u, sub)
	}
	known, err := a.Idempotency.Known(ctx, u.key)
	if known || err != nil {
		return a.repeat(ctx, u, err)
	}
	var answer idempotency.Answer
	u.request.Within = func(ctx context.Context, tx *db.Tx, sub *scoring.Submission) (err error) {
		if answer, err = a.created(u, sub); err != nil {
			return err
		}
		return a.Idempotency.KeepTx(ctx, tx, u.key, u.fingerprint(), answer)
	}
	if _, err := a.Scoring.Submit(ctx, by, u.request); err != nil {
		// Its twin may have been first; then this is the same request once more.
		return a.repeat(ctx, u, err)
	}
	return answer, nil
}

// repeat returns the kept answer, or otherwise where there is none.
func (a *API) repeat(ctx context.Context, u *upload, otherwise error) (idempotency.Answer, error) {
	if known, err := a.Idempotency.Known(ctx, u.key); err != nil || !known {
		return idempotency.Answer{}, firstError(otherwise, err)
	}
	if _, err := io.Copy(io.Discard, u.body); err != nil {
		return idempotency.Answer{}, err
	}
	answer, found, err := a.Idempotency.Find(ctx, u.key, u.fingerprint())
	if err == nil && !found {
		err = otherwise
	}
	return answer, err
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// fingerprint is complete once the body was read to its end.
func (u *upload) fingerprint() idempotency.Request {
	return idempotency.RequestOf([]byte(u.target), u.body.sum())
}

func (a *API) created(u *upload, sub *scoring.Submission) (idempotency.Answer, error) {
	shown := showSubmission(sub, u.challenge.Slug, u.phase.Name)
	body, err := json.Marshal(shown)
	if err != nil {
		return idempotency.Answer{}, errs.Wrap(err, errs.Internal, "the answer cannot be encoded")
	}
	return idempotency.Answer{Status: http.StatusCreated, ContentType: typeJSON, Location: Prefix + shown.location(), Body: body}, nil
}
